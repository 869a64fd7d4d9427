//! `drift`: the plan, told as what has moved since it was applied.

use crate::cli::args::{DriftArgs, GlobalArgs};
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::evidence;
use crate::cli::exit::Exit;
use crate::cli::metrics::Metrics;
use crate::cli::notices::Notices;
use crate::cli::outputs::Outputs;
use crate::cli::report::answer;
use crate::cli::session::{Scope, plan};
use crate::plan::{Drift, DriftKind};
use crate::render;

/// Prints how the target differs from what the files declare.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &DriftArgs,
) -> Result<Exit, CommandError> {
    let metrics = Metrics::begin(options.metrics.metrics.as_deref());
    let named = options.report.named().chain(metrics.named());
    let outputs = Outputs::check(context, named)?;
    let notices = Notices::of(&context.environment)?;
    let scope = Scope {
        to: &options.to.to,
        // What moved although it never should is drift as well.
        each_tag: true,
        ..Scope::default()
    };
    let planning = plan(context, global, scope, &outputs).await?;
    let changed = options.kind.is_empty() || options.kind.contains(&DriftKind::TargetChanged);
    let evidence = evidence::of_each(context, global, &planning, changed).await?;
    let both = planning.each.iter().zip(&evidence);
    let drifts = both.map(|(planned, evidence)| Drift::of(&planned.plan, evidence, &options.kind));
    let drifts: Vec<_> = drifts.collect();
    answer(context, global, &options.report, |format, view, to| {
        render::each(&drifts, format, to, |drift, to| {
            render::drift(drift, format, view, to)
        })
    })?;
    let is_unsure = drifts.iter().any(Drift::is_unsure);
    let exit = Exit::of(is_unsure, drifts.iter().any(Drift::has_drifted));
    let client = planning.ends.client();
    metrics.write(context, "drift", exit, client, |run, before, to| {
        render::metrics::of_drifts(run, &drifts, before, to)
    })?;
    notices
        .tell(context, "drift", || {
            drifts.iter().map(render::notice::of_drift).collect()
        })
        .await;
    Ok(exit)
}
