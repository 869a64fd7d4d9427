//! `version`: which one this is.

use crate::cli::context::Context;
use crate::cli::error::Stop;
use crate::cli::exit::Exit;

/// Prints it, as `--version` does.
pub(super) fn run(context: &Context) -> Result<Exit, Stop> {
    let version = env!("CARGO_PKG_VERSION");
    context
        .printer
        .answer(|to| writeln!(to, "pusher {version}"))?;
    Ok(Exit::Done)
}
