//! `plan`: the difference between what the files declare and what the target holds.

use std::sync::Arc;

use crate::cache::ResolutionCache;
use crate::observe::observe;
use crate::plan::{FileDigest, Observed, Plan, SavedPlan};
use crate::progress::Progress;
use crate::registry::Client;
use crate::render;

use super::super::args::{GlobalArgs, PlanArgs};
use super::super::client::connect;
use super::super::context::Context;
use super::super::error::Stop;
use super::super::exit::Exit;
use super::super::mirror::{self, Mirror};
use super::super::progress::{Display, Phase};
use super::super::signals;
use super::saved;

/// Prints the plan.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &PlanArgs,
) -> Result<Exit, Stop> {
    let Planned {
        plan,
        observed,
        files,
        ..
    } = make(context, global).await?;
    if let Some(path) = &options.out {
        saved::write(context, path, &SavedPlan::of(&plan, &observed, files))?;
    }
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
    pub(super) observed: Observed,
    pub(super) files: Vec<FileDigest>,
}

/// Reads the files and makes the plan.
pub(super) async fn make(context: &Context, global: &GlobalArgs) -> Result<Planned, Stop> {
    make_for(context, global, mirror::require(context, global)?).await
}

/// Makes the plan for what was declared, and shows meanwhile that it is alive.
pub(super) async fn make_for(
    context: &Context,
    global: &GlobalArgs,
    mirror: Mirror,
) -> Result<Planned, Stop> {
    let client = connect(context, &mirror)?;
    let cache = match context.environment.cache_folder() {
        Some(folder) if !global.no_cache => ResolutionCache::open(&folder),
        _ => ResolutionCache::disabled(),
    };
    let progress = Arc::new(Progress::new(mirror.desired.entries.len()));
    let display = Display::start(&context.printer, &progress, Phase::Reading);
    let observed = tokio::select! {
        observed = observe(&mirror.desired, &client, &cache, &progress) => observed,
        () = signals::asked(context.stop.clone()) => {
            drop(display);
            context.printer.say_line("stopped; nothing was changed");
            return Err(Stop::Said(Exit::Interrupted));
        }
    };
    drop(display);
    let plan = crate::plan::plan(&mirror.desired, &observed);
    Ok(Planned {
        plan,
        client,
        observed,
        files: mirror.files,
    })
}
