//! Deletions: the tags alone where the registry can, else their manifest where nothing else needs it.
//!
//! What may go with a manifest is decided by what the repository holds at that moment, never by what
//! the plan hoped for: a tag that was to go and stays needs its manifest like any other.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use indexmap::IndexMap;

use crate::model::{Attempt, Digest, Failure, Fault, Reference, Repository};
use crate::plan::{Action, Change, NotDone, Outcome, TargetName, Transfer};
use crate::registry::{Deletion, WriteRegistry};

use super::context::{ChangeContext, RunContext};
use super::in_use::obstacle;
use super::tag::look_again;

/// Whether the target deletes a tag and leaves its manifest; the first answer tells.
struct TagDeletion(AtomicBool);

impl Default for TagDeletion {
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

/// What became of changes, each by its position in the plan.
type Outcomes = Vec<(usize, Outcome)>;

/// Tags of one repository that point to one manifest, and go together: where a registry deletes whole
/// manifests none of them can go alone.
struct Group<'a> {
    repository: Repository,
    digest: &'a Digest,
    members: Vec<(usize, &'a Change)>,
}

/// Deletes what the plan says, now that everything else is `done`, and tells what became of each.
pub(super) async fn delete_all<R: WriteRegistry>(
    run: &RunContext<'_, R>,
    done: &Outcomes,
) -> Outcomes {
    let alone = &TagDeletion::default();
    let (mut waiting, mut outcomes) = groups(run, done);
    while !waiting.is_empty() {
        let going: HashSet<TargetName> = waiting.iter().flat_map(Group::names).collect();
        let mut held = vec![];
        for group in std::mem::take(&mut waiting) {
            let ended = delete(run, alone, &group).await;
            if waits_for(&ended, &group, &going) {
                held.push((group, ended));
            } else {
                outcomes.extend(ended);
            }
        }
        // Where none of them went, they wait for each other.
        if held
            .iter()
            .map(|(group, _)| group.members.len())
            .sum::<usize>()
            == going.len()
        {
            outcomes.extend(held.into_iter().flat_map(|(_, ended)| ended));
            break;
        }
        waiting = held.into_iter().map(|(group, _)| group).collect();
    }
    outcomes
}

/// Sorts deletions by manifest. The old name of a rename goes only when the new one has arrived.
fn groups<'a, R>(run: &RunContext<'a, R>, done: &Outcomes) -> (Vec<Group<'a>>, Outcomes) {
    let plan = run.plan;
    let name = |position: usize| &plan.changes[position].target;
    let is_done = |(_, outcome): &&(_, Outcome)| matches!(outcome, Outcome::Done(_));
    let arrived: HashSet<_> = done
        .iter()
        .filter(is_done)
        .map(|(position, _)| name(*position))
        .collect();
    let left_for_later: HashMap<_, _> = done
        .iter()
        .filter_map(|(position, outcome)| match outcome {
            Outcome::Left { by, .. } => Some((name(*position), *by)),
            _ => None,
        })
        .collect();
    let mut groups: IndexMap<(Repository, &Digest), Vec<(usize, &Change)>> = IndexMap::new();
    let mut left = vec![];
    for (position, change) in plan.changes.iter().enumerate() {
        let Action::Delete { before, renamed_to } = &change.action else {
            continue;
        };
        if !renamed_to
            .as_ref()
            .is_none_or(|name| arrived.contains(name))
        {
            let by = renamed_to.as_ref().and_then(|new| left_for_later.get(new));
            let why = match by {
                Some(by) => Outcome::left(*by, None),
                None => Outcome::not_done(NotDone::NewNameMissing),
            };
            left.push((position, why));
            continue;
        }
        let repository = plan.target.repository(&change.target);
        let group = groups.entry((repository, &before.digest)).or_default();
        group.push((position, change));
    }
    let group = |((repository, digest), members)| Group {
        repository,
        digest,
        members,
    };
    (groups.into_iter().map(group).collect(), left)
}

impl Group<'_> {
    fn names(&self) -> impl Iterator<Item = TargetName> {
        self.members.iter().map(|(_, change)| change.target.clone())
    }

    fn tag(&self, change: &Change) -> Reference {
        Reference::tagged(self.repository.clone(), change.target.tag.clone())
    }
}

/// Tells whether a group was left since a tag needs its manifest that is itself about to go.
fn waits_for(ended: &Outcomes, group: &Group<'_>, going: &HashSet<TargetName>) -> bool {
    let Some((_, first)) = group.members.first() else {
        return false;
    };
    ended.iter().any(|(_, outcome)| match outcome {
        Outcome::Failed { failure, .. } => match &failure.fault {
            Fault::Needed { tag, .. } => going.contains(&TargetName {
                repository: first.target.repository.clone(),
                tag: tag.clone(),
            }),
            _ => false,
        },
        _ => false,
    })
}

async fn delete<R: WriteRegistry>(
    run: &RunContext<'_, R>,
    alone: &TagDeletion,
    group: &Group<'_>,
) -> Outcomes {
    if run.stop.was_asked() {
        let stopped = |(position, _): &(usize, _)| (*position, run.stop.outcome());
        return group.members.iter().map(stopped).collect();
    }
    for name in group.names() {
        run.progress.begin(&name);
    }
    let begun = Instant::now();
    let (context, retries) = run.of_change();
    let ended = delete_group(&context, alone, group).await;
    for ((position, _), name) in group.members.iter().zip(group.names()) {
        let is_gone =
            |(ended, result): &(usize, Result<(), Outcome>)| ended == position && result.is_ok();
        if ended.iter().any(is_gone) {
            run.progress.finish(&name);
        } else {
            run.progress.fail(&name);
        }
    }
    // What they were deleted with counts once.
    let (time, mut retries) = (begun.elapsed(), retries.get());
    let told = |(position, result)| {
        let cost = Transfer {
            retries: std::mem::take(&mut retries),
            time,
            ..Transfer::default()
        };
        (position, Outcome::after(result, cost))
    };
    ended.into_iter().map(told).collect()
}

/// Deletes the tags of a group that still point to what was planned. An `Err` is an outcome in which
/// a tag was left.
async fn delete_group<R: WriteRegistry>(
    context: &ChangeContext<'_, R>,
    alone: &TagDeletion,
    group: &Group<'_>,
) -> Vec<(usize, Result<(), Outcome>)> {
    let mut ended = vec![];
    let mut together = vec![];
    for (position, change) in &group.members {
        match delete_tag(context, alone, group, change).await {
            Ok(Tag::Gone) => ended.push((*position, Ok(()))),
            Ok(Tag::NotAlone) => together.push((*position, *change)),
            Err(outcome) => ended.push((*position, Err(outcome))),
        }
    }
    let deleted = delete_manifest(context, group, &together).await;
    for (position, change) in together {
        let (tag, planned) = (group.tag(change), Some(group.digest));
        let end = match &deleted {
            Ok(Ok(())) => Ok(()),
            Ok(Err(failure)) => look_again(context, &tag, None, planned, failure.clone()).await,
            Err(stopped) => Err(stopped.clone()),
        };
        ended.push((position, end));
    }
    ended
}

/// What came of an attempt to delete a tag alone.
enum Tag {
    Gone,
    /// Only its whole manifest can be deleted.
    NotAlone,
}

async fn delete_tag<R: WriteRegistry>(
    context: &ChangeContext<'_, R>,
    TagDeletion(supported): &TagDeletion,
    group: &Group<'_>,
    change: &Change,
) -> Result<Tag, Outcome> {
    let (registry, stop) = (&context.registry, &context.stop);
    let tag = group.tag(change);
    let look = async || {
        let found = stop.or(registry.head_manifest(&tag)).await?;
        found.map_err(Outcome::failed)
    };
    match look().await? {
        // Someone was faster.
        None => return Ok(Tag::Gone),
        Some(found) if found.digest != *group.digest => {
            return Err(Outcome::stale(Some(&found.digest)));
        }
        Some(_) => {}
    }
    if !supported.load(Ordering::Relaxed) {
        return Ok(Tag::NotAlone);
    }
    let gone = match stop.or_unanswered(registry.delete_manifest(&tag)).await? {
        Ok(Deletion::Deleted) => true,
        // It was there a moment ago: perhaps what is not found is the way to delete a tag.
        Ok(Deletion::Absent) => look().await?.is_none(),
        Ok(Deletion::Unsupported) => false,
        Err(failure) => {
            let planned = Some(group.digest);
            look_again(context, &tag, None, planned, failure).await?;
            true
        }
    };
    if gone {
        return Ok(Tag::Gone);
    }
    supported.store(false, Ordering::Relaxed);
    Ok(Tag::NotAlone)
}

/// Deletes a manifest, and with it the tags of the group, if nothing else in the repository needs it.
/// An outer `Err` is the outcome of a stop.
async fn delete_manifest<R: WriteRegistry>(
    context: &ChangeContext<'_, R>,
    group: &Group<'_>,
    members: &[(usize, &Change)],
) -> Result<Result<(), Failure>, Outcome> {
    let (registry, stop) = (&context.registry, &context.stop);
    let Some((_, first)) = members.first() else {
        return Ok(Ok(()));
    };
    let refused = |fault| {
        let tag = group.tag(first);
        let attempt = Attempt::Deletion(tag.clone());
        Failure::new(tag.registry().to_owned(), attempt, fault)
    };
    let going = members.iter().map(|(_, c)| c.target.tag.as_str()).collect();
    match stop
        .or(obstacle(context, &group.repository, group.digest, &going))
        .await?
    {
        Ok(None) => {}
        Ok(Some(fault)) => return Ok(Err(refused(fault))),
        Err(failure) => return Ok(Err(failure)),
    }
    let manifest = Reference::digested(group.repository.clone(), group.digest.clone());
    let deleted = stop.or_unanswered(registry.delete_manifest(&manifest));
    Ok(match deleted.await? {
        Ok(Deletion::Deleted | Deletion::Absent) => Ok(()),
        Ok(Deletion::Unsupported) => Err(refused(Fault::CannotDelete)),
        Err(failure) => Err(failure),
    })
}
