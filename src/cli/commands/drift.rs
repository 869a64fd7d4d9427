//! `drift`: the plan, told as what has moved since it was applied.

use crate::lock::undeclared;
use crate::observe::{tags, upstream};
use crate::plan::{
    Action, BlockReason, Change, Drift, Evidence, LockState, LockedImage, Observation, Policy,
    TargetName, Upstream,
};
use crate::render;

use super::super::args::{DriftArgs, GlobalArgs, LockedArg};
use super::super::context::Context;
use super::super::error::Stop;
use super::super::exit::Exit;
use super::super::mirror::Mirror;
use super::super::outputs::Outputs;
use super::super::report::answer;
use super::plan::{Planned, make, reading};

/// Prints how the target differs from what the files declare.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &DriftArgs,
) -> Result<Exit, Stop> {
    let outputs = Outputs::check(context, options.report.named())?;
    let planned = make(context, global, LockedArg { locked: false }, &outputs).await?;
    let evidence = gather(context, &planned).await?;
    let drift = Drift::of(&planned.plan, &evidence, &options.kind);
    answer(context, global, &options.report, |format, view, to| {
        render::drift(&drift, format, view, to)
    })?;
    Ok(Exit::of(drift.is_unsure(), drift.has_drifted()))
}

/// Asks what the plan does not tell: where the locked tags are now, and what is left in the target.
async fn gather(context: &Context, planned: &Planned) -> Result<Evidence, Stop> {
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
    let then_and_now = |(name, current)| {
        let locked = lock.images.get(&name)?.source_digest.clone();
        Some((name, Upstream { locked, current }))
    };
    let left = left.into_iter().filter_map(|(name, image)| {
        let action = match held.get(&name)? {
            Observation::Absent(_) => return None,
            Observation::Present(current) => Action::NoOp {
                current: current.clone(),
            },
            Observation::Unreadable(why) => Action::Blocked {
                before: None,
                reason: BlockReason::TargetUnreadable(why.clone()),
            },
        };
        Some(recorded(mirror, name, image, action))
    });
    Ok(Evidence {
        locked: true,
        upstream: now.into_iter().filter_map(then_and_now).collect(),
        undeclared: left.collect(),
    })
}

/// Makes a change of what the lock alone declares.
fn recorded(mirror: &Mirror, target: TargetName, image: LockedImage, action: Action) -> Change {
    Change {
        origin: mirror.lock.place_of(&target),
        target,
        source: image.source,
        platforms: image.platforms,
        policy: Policy::default(),
        lock: LockState::Locked,
        action,
    }
}
