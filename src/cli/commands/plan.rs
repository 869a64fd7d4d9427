//! `plan`: the difference between what the files declare and what the target holds.

use crate::cli::args::{GlobalArgs, PlanArgs};
use crate::cli::client::warn_of_pulls;
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::lock_file::LockFile;
use crate::cli::outputs::Outputs;
use crate::cli::report::answer;
use crate::cli::saved_plan;
use crate::cli::session::{Planned, Scope, keeping, plan_pruning, reading};
use crate::diff::Diffs;
use crate::inspect;
use crate::observe::{inventory, same_content};
use crate::plan::cost::pulls;
use crate::plan::{Cost, Plan, SameContents, SavedPlan, offline};
use crate::render::{self, PartOf};

/// Prints the plan.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &PlanArgs,
) -> Result<Exit, CommandError> {
    let out = options.out.iter().map(|path| ("--out", path.as_path()));
    let outputs = Outputs::check(context, out.chain(options.report.named()))?;
    let scope = Scope {
        locked: options.locked.locked,
        prune: options.prune.prune,
        only: &options.only.only,
        ..Scope::default()
    };
    let asked = if options.offline {
        let kept_to = LockFile::settled_anywhere;
        let mirror = keeping(context, global, scope, &outputs, kept_to)?;
        Asked {
            plan: offline(&mirror.desired),
            part: mirror.part().cloned(),
            diffs: None,
            cost: None,
            same_content: None,
        }
    } else {
        asked(context, global, options, scope, &outputs).await?
    };
    let details = render::Details {
        diffs: asked.diffs.as_ref(),
        cost: asked.cost.as_ref(),
        same_content: asked.same_content.as_ref(),
        part: asked.part.as_ref(),
    };
    let plan = &asked.plan;
    answer(context, global, &options.report, |format, view, to| {
        render::plan(plan, &details, format, view, to)
    })?;
    let summary = plan.summary();
    let pending = options.detailed_exitcode && summary.pending() > 0;
    // Who asks no registry wants to know no more.
    let blocked = if options.allow_unknown || options.offline {
        plan.known_to_be_blocked()
    } else {
        summary.blocked
    };
    Ok(Exit::of(blocked > 0, pending))
}

/// A plan, and what else was asked about it.
struct Asked {
    plan: Plan,
    part: Option<PartOf>,
    diffs: Option<Diffs>,
    cost: Option<Cost>,
    same_content: Option<SameContents>,
}

/// Makes the plan, and keeps it where that was asked for.
async fn asked(
    context: &Context,
    global: &GlobalArgs,
    options: &PlanArgs,
    scope: Scope<'_>,
    outputs: &Outputs<'_>,
) -> Result<Asked, CommandError> {
    let planned = plan_pruning(context, global, scope, outputs).await?;
    let Planned {
        plan,
        client,
        mirror,
        looked: _,
    } = planned;
    let part = mirror.part().cloned();
    if let Some(path) = &options.out {
        let saved = SavedPlan {
            prune: mirror.prunes(scope.prune),
            only: scope.only.to_vec(),
            ..SavedPlan::of(&mirror.desired, &plan, mirror.files)
        };
        saved_plan::write(context, path, &saved)?;
    }
    warn_of_pulls(&context.printer, &client, &pulls(&plan, |_, _| false));
    let diffs = if options.diff {
        let updates = plan.summary().update;
        Some(
            reading(context, updates, async |_| {
                inspect::diffs(&plan, &client).await
            })
            .await?,
        )
    } else {
        None
    };
    let (inventory, same_content) = reading(context, 0, async |_| {
        tokio::join!(inventory(&plan, &client), same_content(&plan, &client))
    })
    .await?;
    let cost = Cost::of(&plan, Some(&inventory));
    let cost = cost.without_pulls(|registry| client.has_mirrors(registry));
    Ok(Asked {
        part,
        diffs,
        cost: Some(cost),
        same_content: Some(same_content),
        plan,
    })
}
