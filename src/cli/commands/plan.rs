//! `plan`: the difference between what the files declare and what the target holds.

use std::sync::Arc;

use crate::cache::ResolutionCache;
use crate::diff::Diffs;
use crate::inspect;
use crate::observe::{inventory, observe, same_content, tags};
use crate::plan::cost::pulls;
use crate::plan::offline::offline;
use crate::plan::{Cost, Desired, Lock, Observed, Plan, SameContents, SavedPlan, TargetName};
use crate::progress::Progress;
use crate::registry::Client;
use crate::render;

use super::super::args::{GlobalArgs, LockedArg, PlanArgs, PruneArg};
use super::super::client::{connect, warn_of_pulls};
use super::super::context::Context;
use super::super::error::{CliError, Stop};
use super::super::exit::Exit;
use super::super::lock_file::LockFile;
use super::super::mirror::{self, Mirror};
use super::super::outputs::Outputs;
use super::super::progress::{Display, Phase};
use super::super::report::answer;
use super::saved;

/// Prints the plan.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &PlanArgs,
) -> Result<Exit, Stop> {
    let out = options.out.iter().map(|path| ("--out", path.as_path()));
    let outputs = Outputs::check(context, out.chain(options.report.named()))?;
    let asked = if options.offline {
        let kept_to = LockFile::settled_anywhere;
        let mirror = keeping(context, global, options.locked, &outputs, kept_to)?;
        Asked {
            plan: offline(&mirror.desired),
            diffs: None,
            cost: None,
            same_content: None,
        }
    } else {
        asked(context, global, options, &outputs).await?
    };
    let details = render::Details {
        diffs: asked.diffs.as_ref(),
        cost: asked.cost.as_ref(),
        same_content: asked.same_content.as_ref(),
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
    diffs: Option<Diffs>,
    cost: Option<Cost>,
    same_content: Option<SameContents>,
}

/// Makes the plan, and keeps it where that was asked for.
async fn asked(
    context: &Context,
    global: &GlobalArgs,
    options: &PlanArgs,
    outputs: &Outputs<'_>,
) -> Result<Asked, Stop> {
    let planned = make_pruned(context, global, options.locked, options.prune, outputs).await?;
    let Planned {
        plan,
        client,
        mirror,
        observed,
    } = planned;
    if let Some(path) = &options.out {
        let prune = mirror.prunes(options.prune);
        let saved = SavedPlan::of(&mirror.desired, &plan, &observed, mirror.files, prune);
        saved::write(context, path, &saved)?;
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
    Ok(Asked {
        diffs,
        cost: Some(Cost::of(&plan, Some(&inventory))),
        same_content: Some(same_content),
        plan,
    })
}

/// Reads the files, and the lock as strictly as was asked for.
pub(super) fn declared(
    context: &Context,
    global: &GlobalArgs,
    locked: LockedArg,
    outputs: &Outputs<'_>,
) -> Result<Mirror, Stop> {
    keeping(context, global, locked, outputs, LockFile::settled)
}

fn keeping(
    context: &Context,
    global: &GlobalArgs,
    locked: LockedArg,
    outputs: &Outputs<'_>,
    kept_to: impl FnOnce(&LockFile, &Desired) -> Result<Option<Lock>, CliError>,
) -> Result<Mirror, Stop> {
    let mirror = mirror::require(context, global, outputs, kept_to)?;
    if locked.locked {
        mirror.require_locked()?;
    }
    Ok(mirror)
}

/// A plan, and the client that asked for it.
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) client: Client,
    pub(super) mirror: Mirror,
    pub(super) observed: Observed,
}

/// Reads the files and makes the plan.
pub(super) async fn make(
    context: &Context,
    global: &GlobalArgs,
    locked: LockedArg,
    outputs: &Outputs<'_>,
) -> Result<Planned, Stop> {
    make_for(context, global, declared(context, global, locked, outputs)?).await
}

/// The same, with what has to be deleted, if the files or who typed the command want that.
pub(super) async fn make_pruned(
    context: &Context,
    global: &GlobalArgs,
    locked: LockedArg,
    asked: PruneArg,
    outputs: &Outputs<'_>,
) -> Result<Planned, Stop> {
    let planned = make(context, global, locked, outputs).await?;
    if planned.mirror.prunes(asked) {
        pruned(context, planned).await
    } else {
        Ok(planned)
    }
}

/// Makes the plan for what was declared, and shows meanwhile that it is alive.
pub(super) async fn make_for(
    context: &Context,
    global: &GlobalArgs,
    mirror: Mirror,
) -> Result<Planned, Stop> {
    let client = connect(context, &mirror)?;
    let cache = cache(context, global);
    let desired = &mirror.desired;
    let observed = reading(context, desired.entries.len(), async |progress| {
        observe(desired, &client, &cache, progress).await
    })
    .await?;
    let plan = crate::plan::plan(desired, &observed);
    Ok(Planned {
        plan,
        client,
        mirror,
        observed,
    })
}

/// Adds to a plan what has to be deleted: the files and the lock tell what may go.
pub(super) async fn pruned(context: &Context, mut planned: Planned) -> Result<Planned, Stop> {
    let Planned {
        plan,
        client,
        mirror,
        ..
    } = &mut planned;
    let undeclared = mirror.lock.prunable(&mirror.desired)?;
    let names = undeclared.iter().map(|(name, _)| name);
    let target = &mirror.desired.target;
    let found = reading(context, undeclared.len(), async |_| {
        tags(target, names, client).await
    })
    .await?;
    let origin = |name: &TargetName| mirror.lock.place_of(name);
    crate::plan::prune(plan, &undeclared, &found, mirror.prune.limit, origin);
    Ok(planned)
}

/// Opens what earlier runs found out, unless someone wants it asked anew.
pub(super) fn cache(context: &Context, global: &GlobalArgs) -> ResolutionCache {
    match context.environment.cache_folder() {
        Some(folder) if !global.no_cache => ResolutionCache::open(&folder),
        _ => ResolutionCache::disabled(),
    }
}

/// Reads from registries until it is done or someone asks to stop, and shows that it is alive.
pub(super) async fn reading<T>(
    context: &Context,
    images: usize,
    read: impl AsyncFnOnce(&Progress) -> T,
) -> Result<T, Stop> {
    let progress = Arc::new(Progress::new(images));
    let display = Display::start(&context.printer, &progress, Phase::Reading);
    tokio::select! {
        done = read(&progress) => {
            drop(display);
            Ok(done)
        }
        () = context.stop.made() => {
            drop(display);
            context.printer.say_line("stopped; nothing was changed");
            Err(Stop::Said(Exit::Interrupted))
        }
    }
}
