//! `plan`: the difference between what the files declare and what the target holds.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use crate::cli::args::{GlobalArgs, PlanArgs};
use crate::cli::client::warn_of_pulls;
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::lock_file::LockFile;
use crate::cli::mirror::Mirror;
use crate::cli::outputs::Outputs;
use crate::cli::reading::reading;
use crate::cli::report::answer;
use crate::cli::saved_plan;
use crate::cli::session::{Planned, Planning, Scope, keeping, plan_pruning};
use crate::diff::Diffs;
use crate::inspect;
use crate::model::{Digest, Repository};
use crate::observe::{inventory, same_content};
use crate::plan::cost::pulls;
use crate::plan::saved::SavedShards;
use crate::plan::shards::{self, ShardLoad};
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
        to: &options.to.to,
        locked: options.locked.locked,
        prune: options.prune.prune,
        only: &options.only.only,
        stick: Some(&options.stick),
        ..Scope::default()
    };
    let asked = if options.offline {
        let kept_to = LockFile::settled_anywhere;
        let mirrors = keeping(context, global, scope, &outputs, kept_to)?;
        mirrors.iter().map(Asked::nothing).collect()
    } else {
        asked(context, global, options, scope, &outputs).await?
    };
    answer(context, global, &options.report, |format, view, to| {
        render::each(&asked, format, to, |asked, to| {
            render::plan(&asked.plan, &asked.details(), format, view, to)
        })
    })?;
    let summaries = asked.iter().map(|asked| asked.plan.summary());
    let is_pending = summaries.clone().any(|summary| summary.pending() > 0);
    let pending = options.detailed_exitcode && is_pending;
    // Who asks no registry wants to know no more.
    let blocked: usize = if options.allow_unknown || options.offline {
        let known = asked.iter().map(|asked| asked.plan.known_to_be_blocked());
        known.sum()
    } else {
        summaries.map(|summary| summary.blocked).sum()
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
    shards: Option<Vec<ShardLoad>>,
}

impl Asked {
    /// Makes the plan of what no registry was asked about.
    fn nothing(mirror: &Mirror) -> Self {
        Self {
            plan: offline(&mirror.desired),
            part: mirror.part().cloned(),
            diffs: None,
            cost: None,
            same_content: None,
            shards: None,
        }
    }

    fn details(&self) -> render::Details<'_> {
        render::Details {
            diffs: self.diffs.as_ref(),
            cost: self.cost.as_ref(),
            same_content: self.same_content.as_ref(),
            part: self.part.as_ref(),
            shards: self.shards.as_deref(),
        }
    }
}

/// Makes the plans, and keeps them where that was asked for.
async fn asked(
    context: &Context,
    global: &GlobalArgs,
    options: &PlanArgs,
    scope: Scope<'_>,
    outputs: &Outputs<'_>,
) -> Result<Vec<Asked>, CommandError> {
    let Planning { each, ends, .. } = plan_pruning(context, global, scope, outputs).await?;
    let plans = each.iter().map(|planned| &planned.plan);
    let inventories = reading(context, 0, async |_| {
        join_all(plans.clone().map(|plan| inventory(plan, &ends))).await
    })
    .await?;
    let mut parted = vec![];
    if let Some(path) = &options.out {
        if let Some(sharding) = options.sharding() {
            let both: Vec<_> = plans.clone().zip(&inventories).collect();
            parted = shards::part(&both, sharding);
        }
        let saved = each.iter().enumerate().map(|(number, planned)| {
            let Planned { plan, mirror, .. } = planned;
            let parted = parted.get(number);
            SavedPlan {
                prune: mirror.prunes(scope.prune),
                only: scope.only.to_vec(),
                shards: parted.map(|parted| SavedShards::of(parted, plan)),
                ..SavedPlan::of(&mirror.desired, plan, mirror.files.clone())
            }
        });
        saved_plan::write(context, path, &saved.collect::<Vec<_>>())?;
    }
    let is_had = |repository: &_, digest: &_| ends.has_without_pull(repository, digest);
    warn_of_pulls(&context.printer, ends.client(), &pulls(plans, is_had));
    let mut asked: Vec<Asked> = Vec::with_capacity(each.len());
    let inventories = inventories.into_iter();
    let mut parted = parted.into_iter();
    for (Planned { plan, mirror, .. }, inventory) in each.into_iter().zip(inventories) {
        let diffs = if options.diff {
            let updates = plan.summary().update;
            Some(
                reading(context, updates, async |_| {
                    inspect::diffs(&plan, &ends).await
                })
                .await?,
            )
        } else {
            None
        };
        let same_content = reading(context, 0, async |_| same_content(&plan, &ends).await).await?;
        let before = asked.iter().map(|one| &one.plan);
        let more = more_pulls(before, &plan, is_had);
        let cost = Cost::of(&plan, Some(&inventory)).pulling(more);
        asked.push(Asked {
            part: mirror.part().cloned(),
            diffs,
            cost: Some(cost),
            same_content: Some(same_content),
            shards: parted.next().map(|parted| parted.loads),
            plan,
        });
    }
    Ok(asked)
}

/// Returns the pulls that a plan needs beyond those before it: what one target reads the others have from that.
fn more_pulls<'p>(
    before: impl Iterator<Item = &'p Plan> + Clone,
    plan: &'p Plan,
    is_had: impl Fn(&Repository, &Digest) -> bool + Copy,
) -> BTreeMap<&'p str, usize> {
    let counted = pulls(before.clone(), is_had);
    let with_it = pulls(before.chain([plan]), is_had).into_iter();
    let more = with_it.map(|(host, count)| (host, count - counted.get(host).copied().unwrap_or(0)));
    more.filter(|(_, count)| *count > 0).collect()
}
