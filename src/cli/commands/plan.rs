//! `plan`: the difference between what the files declare and what the target holds.

use std::sync::Arc;

use crate::cache::ResolutionCache;
use crate::observe::{observe, tags};
use crate::plan::{Plan, TargetName};
use crate::progress::Progress;
use crate::registry::Client;
use crate::render;

use super::super::args::{GlobalArgs, LockedArg, PlanArgs, PruneArg};
use super::super::client::connect;
use super::super::context::Context;
use super::super::error::Stop;
use super::super::exit::Exit;
use super::super::mirror::{self, Mirror};
use super::super::progress::{Display, Phase};
use super::super::signals;

/// Prints the plan.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &PlanArgs,
) -> Result<Exit, Stop> {
    let Planned { plan, .. } = make(context, global, options.locked, Some(options.prune)).await?;
    let view = context.printer.view(global.verbose > 0);
    let format = global.format().into();
    context
        .printer
        .answer(|to| render::plan(&plan, format, &view, to))?;
    let summary = plan.summary();
    let pending = options.detailed_exitcode && summary.pending() > 0;
    Ok(Exit::of(summary.blocked > 0, pending))
}

/// A plan, and the client that asked for it.
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) client: Client,
    pub(super) mirror: Mirror,
}

/// Makes the plan, and shows meanwhile that it is alive.
pub(super) async fn make(
    context: &Context,
    global: &GlobalArgs,
    locked: LockedArg,
    prune: Option<PruneArg>,
) -> Result<Planned, Stop> {
    let mirror = mirror::require(context, global)?;
    if locked.locked {
        mirror.require_locked()?;
    }
    let client = connect(context, &mirror)?;
    let cache = cache(context, global);
    let desired = &mirror.desired;
    let undeclared = match prune {
        Some(PruneArg { prune }) if prune || mirror.prune.wanted => mirror.prunable()?,
        _ => vec![],
    };
    let names = undeclared.iter().map(|(name, _)| name);
    let (observed, found) = reading(context, desired.entries.len(), async |progress| {
        tokio::join!(
            observe(desired, &client, &cache, progress),
            tags(&desired.target, names, &client),
        )
    })
    .await?;
    let mut plan = crate::plan::plan(desired, &observed);
    let origin = |name: &TargetName| mirror.place_in_lock(name);
    crate::plan::prune(&mut plan, &undeclared, &found, mirror.prune.limit, origin);
    Ok(Planned {
        plan,
        client,
        mirror,
    })
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
        () = signals::asked(context.stop.clone()) => {
            drop(display);
            context.printer.say_line("stopped; nothing was changed");
            Err(Stop::Said(Exit::Interrupted))
        }
    }
}
