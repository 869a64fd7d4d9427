//! `version`: which one this is.

use crate::cli::args::Args;
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;

/// Prints it, as `--version` does.
pub(super) fn run(context: &Context) -> Result<Exit, CommandError> {
    context
        .printer
        .answer(|to| to.write_str(&Args::version()))?;
    Ok(Exit::Done)
}
