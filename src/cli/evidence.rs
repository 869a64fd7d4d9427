//! What is found out beside the plans, to tell kinds of drift apart.

use std::collections::HashSet;

use futures_util::future::join_all;
use indexmap::IndexMap;

use crate::cache::ResolutionCache;
use crate::lock::undeclared;
use crate::model::Digest;
use crate::observe::{SourceAnswers, Unknown, choose, likenesses, tags, upstream};
use crate::plan::{
    Change, Choice, Desired, Drift, DriftKind, Evidence, Family, LockedImage, ObservedTags,
    TargetName, Upstream, Whence,
};
use crate::registry::Client;

use super::args::GlobalArgs;
use super::context::Context;
use super::error::CommandError;
use super::lock_history::history;
use super::mirror::Mirror;
use super::reading::reading;
use super::session::{Planned, Planning, cache, not_forbidden};

/// Asks what the plans do not tell, for each of them; what changed tags point to is found out where that is wanted.
pub(super) async fn of_each(
    context: &Context,
    global: &GlobalArgs,
    planning: &Planning,
    changed: bool,
) -> Result<Vec<Evidence>, CommandError> {
    let mut evidence = gather(context, planning).await?;
    if changed {
        let cache = cache(context, global);
        for (planned, evidence) in planning.each.iter().zip(&mut evidence) {
            look_into(context, planning, planned, evidence, &cache).await?;
        }
    }
    Ok(evidence)
}

/// Asks what the plans do not tell: where the locked tags are now, and what is left in the targets.
async fn gather(context: &Context, planning: &Planning) -> Result<Vec<Evidence>, CommandError> {
    let Planning {
        each,
        ends,
        answers,
        shard: _,
    } = planning;
    let client = ends.client();
    let desired = each.iter().map(|planned| &planned.mirror.desired);
    let mut families: Vec<_> = desired.clone().map(relisted).collect();
    // What no lock settles is what it is now.
    let both = families.iter_mut().zip(desired.clone());
    let locked = both.filter(|(_, desired)| desired.lock.is_some());
    let mut locked: Vec<_> = locked.map(|(families, _)| families).collect();
    let images = desired.map(|desired| desired.entries.len()).sum();
    let (found, ()) = reading(context, images, async |progress| {
        let each = each.iter().map(|planned| look(planned, answers, client));
        tokio::join!(
            join_all(each),
            choose(&mut locked, not_forbidden, client, progress)
        )
    })
    .await?;
    let found = each.iter().zip(found).zip(families);
    let evidence = found.map(|((planned, found), families)| {
        let Some((Found { left, now, held }, lock)) =
            found.zip(planned.mirror.desired.lock.as_ref())
        else {
            return Evidence::default();
        };
        let origin = planned.mirror.lock.origins();
        let evidence = Evidence::of(lock, now, &families.families, left, &held, origin);
        Evidence {
            unasked: unasked(&planned.mirror),
            ..evidence
        }
    });
    Ok(evidence.collect())
}

/// Finds out what the tags point to that were changed in a target; nothing is asked where none was.
async fn look_into(
    context: &Context,
    planning: &Planning,
    planned: &Planned,
    evidence: &mut Evidence,
    cache: &ResolutionCache,
) -> Result<(), CommandError> {
    let Desired {
        lock: Some(lock),
        entries,
        ..
    } = &planned.mirror.desired
    else {
        return Ok(());
    };
    let drift = Drift::of(&planned.plan, evidence, &[DriftKind::TargetChanged]);
    let changed = drift.found.iter().filter_map(|one| {
        let found = &one.change.action.before()?.digest;
        (one.kind == DriftKind::TargetChanged).then_some((&one.change, found))
    });
    let changed: Vec<(&Change, &Digest)> = changed.collect();
    if changed.is_empty() {
        return Ok(());
    }
    let locked = changed
        .iter()
        .filter_map(|(change, _)| lock.images.get(&change.target));
    let locked = locked.map(|image| &image.expected.digest);
    let digests: Vec<_> = changed
        .iter()
        .map(|(_, found)| *found)
        .chain(locked)
        .collect();
    let whence = reading(context, changed.len(), async |_| {
        let file = planned.mirror.lock.read_from();
        let history = history(&context.folder, file, &digests).await;
        let known = changed.iter().map(|(change, found)| {
            let name = &change.target;
            let whence = Whence::of(name, found, lock, &evidence.upstream, &history);
            (name.clone(), whence)
        });
        let mut known: IndexMap<TargetName, Whence> = known.collect();
        let unknown = changed.iter().filter_map(|(change, found)| {
            let name = &change.target;
            let is_known = known
                .get(name)
                .is_some_and(|known| !known.likenesses.is_empty());
            let entry = entries.iter().find(|entry| entry.target == *name)?;
            let contents = change
                .action
                .copy()
                .and_then(|copy| copy.contents.as_deref());
            let moved = evidence.upstream.get(name).is_some_and(Upstream::has_moved);
            (!is_known).then_some(Unknown {
                entry,
                found,
                contents,
                moved,
            })
        });
        let unknown: Vec<_> = unknown.collect();
        let Planning { ends, answers, .. } = planning;
        let (desired, client) = (&planned.mirror.desired, ends.client());
        for (name, likeness) in likenesses(desired, &unknown, answers, client, cache).await {
            known.entry(name).or_default().likenesses.push(likeness);
        }
        known
    })
    .await?;
    drop(drift);
    evidence.whence = whence;
    Ok(())
}

/// What was found out about a target that a lock is of.
struct Found {
    left: Vec<(TargetName, LockedImage)>,
    now: ObservedTags,
    held: ObservedTags,
}

async fn look(planned: &Planned, answers: &SourceAnswers, client: &Client) -> Option<Found> {
    let desired = &planned.mirror.desired;
    let left = undeclared(desired, desired.lock.as_ref()?);
    let names = left.iter().map(|(name, _)| name);
    let (now, held) = tokio::join!(
        upstream(desired, answers, client),
        tags(&desired.target, names, client)
    );
    Some(Found { left, now, held })
}

/// Returns what an `apply` takes as in place where the target lists it.
fn unasked(mirror: &Mirror) -> HashSet<TargetName> {
    let entries = mirror.desired.entries.iter();
    let unasked = entries.filter(|entry| entry.never_moves() && mirror.lock.saw(&entry.target));
    unasked.map(|entry| entry.target.clone()).collect()
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
        now: desired.now,
        policy: desired.policy.clone(),
    }
}
