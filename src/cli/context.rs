//! What every command works with.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use crate::registry::RoleAccess;

use super::environment::Environment;
use super::printer::Printer;
use super::signals::StopRequest;

/// What every command works with.
#[derive(Clone)]
pub struct Context {
    /// The environment.
    pub environment: Environment,
    /// The folder in which relative paths begin.
    pub folder: PathBuf,
    /// Where words go.
    pub printer: Arc<Printer>,
    /// The wish of whoever sends a signal.
    pub stop: Arc<StopRequest>,
    /// What a role is to be allowed at registries.
    pub session: RoleAccess,
    /// Among how many machines that do the same what hosts allow is divided.
    pub machines: Option<NonZeroUsize>,
}

impl Context {
    /// Works in the folder in which the process was started.
    pub fn new(environment: Environment, printer: Arc<Printer>, stop: Arc<StopRequest>) -> Self {
        Self {
            environment,
            folder: PathBuf::new(),
            printer,
            stop,
            session: RoleAccess::Pull,
            machines: None,
        }
    }

    /// Does the same, and may write to the target.
    #[must_use]
    pub fn pushing(&self) -> Self {
        Self {
            session: RoleAccess::Push,
            ..self.clone()
        }
    }

    /// Does the same as one of so many machines.
    #[must_use]
    pub fn among(&self, machines: usize) -> Self {
        Self {
            machines: NonZeroUsize::new(machines),
            ..self.clone()
        }
    }
}
