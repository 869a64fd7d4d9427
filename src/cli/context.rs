//! What every command works with.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;

use super::environment::Environment;
use super::printer::Printer;

/// What every command works with.
#[derive(Clone)]
pub struct Context {
    /// The environment.
    pub environment: Environment,
    /// The folder in which relative paths begin.
    pub folder: PathBuf,
    /// Where words go.
    pub printer: Arc<Printer>,
    /// Turns true when someone asks for a clean stop.
    pub stop: watch::Receiver<bool>,
}

impl Context {
    /// Works in the folder in which the process was started.
    pub fn new(
        environment: Environment,
        printer: Arc<Printer>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            environment,
            folder: PathBuf::new(),
            printer,
            stop,
        }
    }
}
