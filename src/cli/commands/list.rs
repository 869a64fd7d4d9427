//! `list`: what the files declare.

use crate::cli::args::GlobalArgs;
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::mirror;
use crate::cli::outputs::Outputs;
use crate::render;

/// Prints the desired set.
pub(super) fn run(context: &Context, global: &GlobalArgs) -> Result<Exit, CommandError> {
    let outputs = Outputs::check(context, [])?;
    let desired = mirror::require(context, global, &outputs, |_, _| Ok(None))?.desired;
    let view = context.printer.view(false);
    context
        .printer
        .answer(|to| render::list(&desired, global.format(), &view, to))?;
    Ok(Exit::Done)
}
