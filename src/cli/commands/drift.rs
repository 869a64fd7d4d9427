//! `drift`: the plan, told as what has moved since it was applied.

use crate::cli::args::{DriftArgs, GlobalArgs};
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::outputs::Outputs;
use crate::cli::report::answer;
use crate::cli::session::{Planned, Scope, plan, reading};
use crate::lock::undeclared;
use crate::observe::{tags, upstream};
use crate::plan::{Drift, Evidence};
use crate::render;

/// Prints how the target differs from what the files declare.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &DriftArgs,
) -> Result<Exit, CommandError> {
    let outputs = Outputs::check(context, options.report.named())?;
    let planned = plan(context, global, Scope::default(), &outputs).await?;
    let evidence = gather(context, &planned).await?;
    let drift = Drift::of(&planned.plan, &evidence, &options.kind);
    answer(context, global, &options.report, |format, view, to| {
        render::drift(&drift, format, view, to)
    })?;
    Ok(Exit::of(drift.is_unsure(), drift.has_drifted()))
}

/// Asks what the plan does not tell: where the locked tags are now, and what is left in the target.
async fn gather(context: &Context, planned: &Planned) -> Result<Evidence, CommandError> {
    let Planned { client, mirror, .. } = planned;
    let desired = &mirror.desired;
    let Some(lock) = &desired.lock else {
        return Ok(Evidence::default());
    };
    let left = undeclared(desired, lock);
    let names = left.iter().map(|(name, _)| name);
    let (now, held) = reading(context, desired.entries.len(), async |_| {
        tokio::join!(
            upstream(desired, client),
            tags(&desired.target, names, client)
        )
    })
    .await?;
    let origin = mirror.lock.origins();
    Ok(Evidence::of(lock, now, left, &held, origin))
}
