//! The command line: what is typed in, what is printed, how it ends.

pub mod args;
pub mod environment;
pub mod error;
pub mod exit;
pub mod files;
mod logging;
pub mod printer;
pub mod progress;
pub mod signals;
