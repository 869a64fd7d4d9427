//! What commands do alike: read the files, ask the registries, make the plan, show that they are alive.

use std::sync::Arc;

use tokio::time::Instant;

use crate::cache::ResolutionCache;
use crate::model::{Failure, Text};
use crate::observe::{self, tags};
use crate::plan::{Choice, Desired, Lock, Plan, prune};
use crate::progress::Progress;
use crate::registry::Client;
use crate::render::hints;

use super::args::GlobalArgs;
use super::client::connect;
use super::context::Context;
use super::error::{CliError, CommandError};
use super::exit::Exit;
use super::lock_file::LockFile;
use super::mirror::{self, Mirror};
use super::outputs::Outputs;
use super::progress::{Display, Phase};

/// A plan, and the client that asked for it.
pub struct Planned {
    /// What has to be done.
    pub plan: Plan,
    /// When the registries were asked, if what was asked for is no older plan.
    pub looked: Option<Instant>,
    /// The client, which goes on with what it has learnt of the registries.
    pub client: Client,
    /// What the files declare.
    pub mirror: Mirror,
}

/// How much of what the files declare is wanted, and how strictly.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// Whether all of it must be locked.
    pub locked: bool,
    /// Whether who typed the command wants what is no longer declared deleted.
    pub prune: bool,
    /// What names the images; all of them where nothing does.
    pub only: &'a [String],
    /// Whether each tag is asked for, even those that never move.
    pub each_tag: bool,
}

/// Reads the files, and the lock as strictly as was asked for. Which tags a family has is taken from the lock alone.
pub fn declared(
    context: &Context,
    global: &GlobalArgs,
    scope: Scope<'_>,
    outputs: &Outputs<'_>,
) -> Result<Mirror, CommandError> {
    keeping(context, global, scope, outputs, LockFile::settled)
}

/// Reads the files, and what of the lock `kept_to` tells to keep to.
pub fn keeping(
    context: &Context,
    global: &GlobalArgs,
    scope: Scope<'_>,
    outputs: &Outputs<'_>,
    kept_to: impl FnOnce(&LockFile, &Desired) -> Result<Option<Lock>, CliError>,
) -> Result<Mirror, CommandError> {
    let wanted_by = [(scope.locked, "--locked"), (scope.prune, "--prune")];
    if let Some((_, option)) = wanted_by.into_iter().find(|(is_wanted, _)| *is_wanted) {
        mirror::require_lockable(global, option)?;
    }
    let mut mirror = mirror::require(context, global, outputs, kept_to)?;
    mirror.desired.choose_locked(|_| true);
    mirror.keep_only(scope.only, mirror.prunes(scope.prune))?;
    if scope.locked {
        mirror.require_locked()?;
    }
    Ok(mirror)
}

/// Reads the files and makes the plan.
pub async fn plan(
    context: &Context,
    global: &GlobalArgs,
    scope: Scope<'_>,
    outputs: &Outputs<'_>,
) -> Result<Planned, CommandError> {
    let mut mirror = declared(context, global, scope, outputs)?;
    let client = connect(context, &mirror)?;
    choose(context, &mut mirror, &client).await?;
    if scope.each_tag {
        mirror.desired.ask_for_each_tag();
    }
    plan_with(context, global, mirror, client).await
}

/// Lists the tags of the families that the lock does not settle.
pub async fn choose(
    context: &Context,
    mirror: &mut Mirror,
    client: &Client,
) -> Result<(), CommandError> {
    let open = mirror.desired.families.iter();
    let open = open.filter(|family| family.choice == Choice::Open).count();
    if open > 0 {
        let desired = &mut mirror.desired;
        reading(context, open, async |progress| {
            observe::choose(desired, client, progress).await;
        })
        .await?;
        mirror.keep_chosen()?;
    }
    Ok(())
}

/// The same, with what has to be deleted, if the files or who typed the command want that.
pub async fn plan_pruning(
    context: &Context,
    global: &GlobalArgs,
    scope: Scope<'_>,
    outputs: &Outputs<'_>,
) -> Result<Planned, CommandError> {
    let planned = plan(context, global, scope, outputs).await?;
    if planned.mirror.prunes(scope.prune) {
        with_deletions(context, planned).await
    } else {
        Ok(planned)
    }
}

/// Makes the plan for what was declared, and shows meanwhile that it is alive.
pub async fn plan_with(
    context: &Context,
    global: &GlobalArgs,
    mut mirror: Mirror,
    client: Client,
) -> Result<Planned, CommandError> {
    if global.no_cache {
        mirror.desired.ask_for_each_tag();
    }
    let cache = cache(context, global);
    let desired = &mirror.desired;
    let looked = Some(Instant::now());
    let observed = reading(context, desired.entries.len(), async |progress| {
        observe::observe(desired, &client, &cache, progress).await
    })
    .await?;
    let plan = crate::plan::plan(desired, observed);
    Ok(Planned {
        plan,
        looked,
        client,
        mirror,
    })
}

/// Adds to a plan what has to be deleted: the files and the lock tell what may go.
pub async fn with_deletions(
    context: &Context,
    mut planned: Planned,
) -> Result<Planned, CommandError> {
    let Planned {
        plan,
        client,
        mirror,
        ..
    } = &mut planned;
    let undeclared = mirror.prunable()?;
    let names = undeclared.iter().map(|(name, _)| name);
    let target = &mirror.desired.target;
    let found = reading(context, undeclared.len(), async |_| {
        tags(target, names, client).await
    })
    .await?;
    let origin = mirror.lock.origins();
    prune(plan, &undeclared, &found, mirror.prune.limit, origin);
    Ok(planned)
}

/// Opens what earlier runs found out, unless someone wants it asked anew.
pub fn cache(context: &Context, global: &GlobalArgs) -> ResolutionCache {
    match context.environment.cache_folder() {
        Some(folder) if !global.no_cache => ResolutionCache::open(&folder),
        _ => ResolutionCache::disabled(),
    }
}

/// Reads from registries until it is done or someone asks to stop, and shows that it is alive.
pub async fn reading<T>(
    context: &Context,
    images: usize,
    read: impl AsyncFnOnce(&Progress) -> T,
) -> Result<T, CommandError> {
    let progress = Arc::new(Progress::new(images));
    let display = Display::start(&context.printer, &progress, Phase::Reading);
    tokio::select! {
        done = read(&progress) => {
            drop(display);
            Ok(done)
        }
        () = context.stop.made() => {
            drop(display);
            let message = text!("stopped; nothing was changed", "已停止，什么都没有改动");
            Err(CommandError::Stopped(Exit::Interrupted, message))
        }
    }
}

/// Says that a command can go no further without what could not be read.
pub fn unreadable(why: &Failure) -> CliError {
    let error = CliError::new(Text::of(|| why.to_string()));
    if hints::of_failure(why).is_none() {
        return error;
    }
    error.hint(Text::of(|| hints::of_failure(why).unwrap_or_default()))
}
