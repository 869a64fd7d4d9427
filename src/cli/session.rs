//! What commands do alike: read the files, ask the registries, make the plan, show that they are alive.

use std::sync::Arc;

use futures_util::future::join_all;
use tokio::time::Instant;

use crate::cache::ResolutionCache;
use crate::model::{Repository, Text};
use crate::observe::{self, SourceAnswers, tags};
use crate::plan::shards::ShardOfPlan;
use crate::plan::{Absence, Choice, Desired, Family, Lock, Plan, plan_of_part, prune};
use crate::registry::{Client, ReadRegistry};
use crate::render::hints;
use crate::stick::Ends;

use super::args::{GlobalArgs, StickArgs};
use super::client::connect;
use super::context::Context;
use super::error::{CliError, CommandError};
use super::lock_file::LockFile;
use super::mirror::{self, Mirror};
use super::outputs::Outputs;
use super::reading::reading;
use super::scans;
use super::sticks;

/// The plans of all targets, and the client that asked for them.
pub struct Planning {
    /// One plan for each target.
    pub each: Vec<Planned>,
    /// The registries, with the stick for one side where there is one; its client goes on with what it has learnt.
    pub ends: Ends,
    /// What sources were found to hold.
    pub answers: SourceAnswers,
    /// Which shard of a saved plan they are, if they are one.
    pub shard: Option<ShardOfPlan>,
}

/// The plan of a target.
pub struct Planned {
    /// What has to be done.
    pub plan: Plan,
    /// When the registries were asked, if what was asked for is no older plan.
    pub looked: Option<Instant>,
    /// What the files declare.
    pub mirror: Mirror,
}

/// How much of what the files declare is wanted, and how strictly.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// The names of the targets; all of them where there are none.
    pub to: &'a [String],
    /// Whether all of it must be locked.
    pub locked: bool,
    /// Whether who typed the command wants what is no longer declared deleted.
    pub prune: bool,
    /// What names the images; all of them where nothing does.
    pub only: &'a [String],
    /// Whether each tag is asked for, even those that never move.
    pub each_tag: bool,
    /// Which stick stands for one side, if one does.
    pub stick: Option<&'a StickArgs>,
}

/// Reads the files, and each lock as strictly as was asked for. Which tags a family has is taken from the lock alone.
pub fn declared(
    context: &Context,
    global: &GlobalArgs,
    scope: Scope<'_>,
    outputs: &Outputs<'_>,
) -> Result<Vec<Mirror>, CommandError> {
    keeping(context, global, scope, outputs, LockFile::settled)
}

/// Reads the files, and what of each lock `kept_to` tells to keep to.
pub fn keeping(
    context: &Context,
    global: &GlobalArgs,
    scope: Scope<'_>,
    outputs: &Outputs<'_>,
    kept_to: impl Fn(&LockFile, &Desired) -> Result<Option<Lock>, CliError>,
) -> Result<Vec<Mirror>, CommandError> {
    let wanted_by = [(scope.locked, "--locked"), (scope.prune, "--prune")];
    if let Some((_, option)) = wanted_by.into_iter().find(|(is_wanted, _)| *is_wanted) {
        mirror::require_lockable(global, option)?;
    }
    let mut mirrors = mirror::require(context, global, scope.to, outputs, kept_to)?;
    for mirror in &mut mirrors {
        mirror.desired.choose_locked(|_| true);
        mirror.keep_only(scope.only, mirror.prunes(scope.prune));
    }
    Mirror::require_chosen(&mirrors)?;
    if scope.locked {
        mirrors.iter().try_for_each(Mirror::require_locked)?;
    }
    Ok(mirrors)
}

/// Reads the files and makes the plans.
pub async fn plan(
    context: &Context,
    global: &GlobalArgs,
    scope: Scope<'_>,
    outputs: &Outputs<'_>,
) -> Result<Planning, CommandError> {
    let mut mirrors = declared(context, global, scope, outputs)?;
    let client = connect(context, &mirrors)?;
    let ends = sticks::ends(context, &mirrors, scope.stick, client).await?;
    choose(context, &mut mirrors, &ends, not_forbidden).await?;
    if scope.each_tag {
        for mirror in &mut mirrors {
            mirror.desired.ask_for_each_tag();
        }
    }
    plan_with(context, global, mirrors, ends).await
}

/// Wants the tags of every family but those that the policy keeps out.
pub fn not_forbidden(desired: &Desired, family: &Family) -> bool {
    !desired.is_all_forbidden(family)
}

/// Lists the tags of the families that the locks do not settle and that are `wanted`.
pub async fn choose<R: ReadRegistry>(
    context: &Context,
    mirrors: &mut [Mirror],
    registry: &R,
    wanted: impl Fn(&Desired, &Family) -> bool,
) -> Result<(), CommandError> {
    let open = mirrors.iter().map(|mirror| {
        let families = mirror.desired.families.iter();
        let is_open =
            |family: &&Family| family.choice == Choice::Open && wanted(&mirror.desired, family);
        families.filter(is_open).count()
    });
    let open = open.sum();
    if open > 0 {
        let desired = mirrors.iter_mut().map(|mirror| &mut mirror.desired);
        let mut desired: Vec<_> = desired.collect();
        reading(context, open, async |progress| {
            observe::choose(&mut desired, &wanted, registry, progress).await;
        })
        .await?;
        for mirror in &mut *mirrors {
            mirror.keep_chosen();
        }
        Mirror::require_chosen(mirrors)?;
    }
    Ok(())
}

/// The same as [`plan`], with what has to be deleted, if the files or who typed the command want that.
pub async fn plan_pruning(
    context: &Context,
    global: &GlobalArgs,
    scope: Scope<'_>,
    outputs: &Outputs<'_>,
) -> Result<Planning, CommandError> {
    let mut planning = plan(context, global, scope, outputs).await?;
    for planned in &mut planning.each {
        // What a stick is not to hold any more is left out of the next one.
        if planned.mirror.prunes(scope.prune) && planning.ends.filling().is_none() {
            with_deletions(context, planned, planning.ends.client()).await?;
        }
    }
    Ok(planning)
}

/// Makes the plans for what was declared, and shows meanwhile that it is alive.
pub async fn plan_with(
    context: &Context,
    global: &GlobalArgs,
    mut mirrors: Vec<Mirror>,
    ends: Ends,
) -> Result<Planning, CommandError> {
    if global.no_cache {
        for mirror in &mut mirrors {
            mirror.desired.ask_for_each_tag();
        }
    }
    if let Some(first) = mirrors.first() {
        // The rules are of the file, and hold for every target.
        let scans: Arc<[_]> = scans::read(context, &first.desired.policy)?.into();
        for mirror in &mut mirrors {
            mirror.desired.policy.scans = Arc::clone(&scans);
        }
    }
    let cache = if ends.has_stick() {
        // The stick is to hold all that it took to find out.
        ResolutionCache::disabled()
    } else {
        cache(context, global)
    };
    let desired = mirrors.iter().map(|mirror| &mirror.desired);
    let answers = SourceAnswers::for_all(desired.clone());
    let looked = Some(Instant::now());
    let entries = desired.clone().map(|desired| desired.entries.len()).sum();
    let observed = reading(context, entries, async |progress| {
        let each = desired.map(async |desired| {
            let progress = progress.of(&desired.target);
            observe::observe(desired, &answers, &ends, &cache, &progress).await
        });
        join_all(each).await
    })
    .await?;
    let each = mirrors.into_iter().zip(observed);
    let each = each.map(|(mirror, observed)| Planned {
        plan: plan_of_part(&mirror.desired, observed, &mirror.repositories_outside()),
        looked,
        mirror,
    });
    Ok(Planning {
        each: each.collect(),
        ends,
        answers,
        shard: None,
    })
}

/// Adds to a plan what has to be deleted: the files and the lock tell what may go.
pub async fn with_deletions(
    context: &Context,
    planned: &mut Planned,
    client: &Client,
) -> Result<(), CommandError> {
    let Planned { plan, mirror, .. } = planned;
    let undeclared = mirror.prunable()?;
    let names = undeclared.iter().map(|(name, _)| name);
    let target = &mirror.desired.target;
    let found = reading(context, undeclared.len(), async |_| {
        tags(target, names, client).await
    })
    .await?;
    let origin = mirror.lock.origins();
    prune(plan, &undeclared, &found, mirror.prune.limit, origin);
    Ok(())
}

/// Opens what earlier runs found out, unless someone wants it asked anew.
pub fn cache(context: &Context, global: &GlobalArgs) -> ResolutionCache {
    match context.environment.cache_folder() {
        Some(folder) if !global.no_cache => ResolutionCache::open(&folder),
        _ => ResolutionCache::disabled(),
    }
}

/// Says that a command can go no further without what a registry says that it does not have.
pub async fn absent(message: Text, repository: &Repository, client: &Client) -> CliError {
    let absence = if client.hides_behind_login(repository).await {
        Absence::ToStranger
    } else {
        Absence::Plain
    };
    CliError::new(message).hint(Text::of(|| {
        hints::for_absent(&absence, &repository.registry)
    }))
}
