//! `show`: a saved plan, read aloud.

use crate::cli::args::{GlobalArgs, ShowArgs};
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::saved_plan;
use crate::render::{self, Shown};

/// Prints what a saved plan would do. No registry is asked, so it may be refused for more than is told.
pub(super) fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &ShowArgs,
) -> Result<Exit, CommandError> {
    let plan = saved_plan::look_at(context, &options.plan)?;
    let stale = saved_plan::stale(context, &plan);
    let shown = Shown {
        plan: &plan,
        stale: &stale,
    };
    let view = context.printer.view(global.verbose > 0);
    context
        .printer
        .answer(|to| render::show(&shown, global.format(), &view, to))?;
    Ok(Exit::Done)
}
