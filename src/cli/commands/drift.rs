//! `drift`: the plan, told as what has moved since it was applied.

use crate::cli::args::{DriftArgs, GlobalArgs};
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::outputs::Outputs;
use crate::cli::report::answer;
use crate::cli::session::{Planned, Scope, plan, reading};
use crate::lock::undeclared;
use crate::observe::{choose, tags, upstream};
use crate::plan::{Choice, Desired, Drift, Evidence, Family};
use crate::render;

/// Prints how the target differs from what the files declare.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &DriftArgs,
) -> Result<Exit, CommandError> {
    let outputs = Outputs::check(context, options.report.named())?;
    // What moved although it never should is drift as well.
    let scope = Scope {
        each_tag: true,
        ..Scope::default()
    };
    let planned = plan(context, global, scope, &outputs).await?;
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
    let mut families = relisted(desired);
    let (now, held, ()) = reading(context, desired.entries.len(), async |progress| {
        tokio::join!(
            upstream(desired, client),
            tags(&desired.target, names, client),
            choose(&mut families, client, progress)
        )
    })
    .await?;
    let origin = mirror.lock.origins();
    let families = &families.families;
    Ok(Evidence::of(lock, now, families, left, &held, origin))
}

/// Returns the families alone, as if nobody had looked which tags they have.
fn relisted(desired: &Desired) -> Desired {
    let families = desired.families.iter().map(|family| Family {
        position: 0,
        choice: Choice::Open,
        ..family.clone()
    });
    Desired {
        target: desired.target.clone(),
        entries: vec![],
        families: families.collect(),
        lock: None,
    }
}
