//! `drift`: the plan, told as what has moved since it was applied.

use crate::render;

use super::super::args::{GlobalArgs, LockedArg, PruneArg};
use super::super::context::Context;
use super::super::error::Stop;
use super::super::exit::Exit;
use super::plan::{Planned, make};

/// Prints how the target differs from what the files declare.
pub(super) async fn run(context: &Context, global: &GlobalArgs) -> Result<Exit, Stop> {
    let Planned { plan, .. } = make(
        context,
        global,
        LockedArg { locked: false },
        PruneArg { prune: false },
    )
    .await?;
    let view = context.printer.view(global.verbose > 0);
    let format = global.format().into();
    context
        .printer
        .answer(|to| render::drift(&plan, format, &view, to))?;
    let summary = plan.summary();
    Ok(Exit::of(summary.blocked > 0, summary.pending() > 0))
}
