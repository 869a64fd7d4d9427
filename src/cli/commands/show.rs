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
    let plans = saved_plan::look_at(context, &options.plan)?;
    let stale = plans.iter().map(|plan| saved_plan::stale(context, plan));
    let both: Vec<_> = plans.iter().zip(stale).collect();
    let (view, format) = (context.printer.view(global.verbose > 0), global.format());
    context.printer.answer(|to| {
        render::each(&both, format, to, |(plan, stale), to| {
            render::show(&Shown { plan, stale }, format, &view, to)
        })
    })?;
    Ok(Exit::Done)
}
