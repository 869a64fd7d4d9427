//! What every command works with.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::apply::Limits;
use crate::model::Bytes;
use crate::registry::RoleAccess;

use super::args::BoundArgs;
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
    /// How far a run goes.
    pub limits: Limits,
    /// How many pulls it makes of each registry that limits them.
    pub max_pulls: Option<u64>,
}

/// How long before its deadline a run stops what it does: tags that are being moved have a few seconds, and so do
/// uploads to be ended, records and reports.
const TIDYING: Duration = Duration::from_secs(10);

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
            limits: Limits::default(),
            max_pulls: None,
        }
    }

    /// Does the same, and goes no further than this from now on.
    #[must_use]
    pub fn within(&self, bounds: &BoundArgs) -> Self {
        let BoundArgs {
            deadline,
            max_bytes,
            max_pulls,
        } = *bounds;
        // A short one has less room for tidying.
        let working = |time: Duration| time.saturating_sub(TIDYING.min(time / 10));
        Self {
            limits: Limits {
                // What is later than can be told is never.
                deadline: deadline.and_then(|time| Instant::now().checked_add(working(time))),
                max_bytes: max_bytes.map(|Bytes(most)| most),
            },
            max_pulls,
            ..self.clone()
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
