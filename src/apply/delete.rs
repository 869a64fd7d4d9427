//! Deletions: the tags alone where the registry can, else their manifest where nothing else needs it.
//!
//! What may go with a manifest is decided by what the repository holds at that moment, never by what
//! the plan hoped for: a tag that was to go and stays needs its manifest like any other.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::model::{Attempt, Digest, Failure, Fault, Need, Reference, Repository};
use crate::plan::{Action, Change, NotDone, Outcome, TargetName, Transfer};
use crate::registry::{Deletion, WriteRegistry, retries};
use crate::tree;

use super::Engine;
use super::tag::look_again;

/// Whether the target deletes a tag and leaves its manifest; the first answer tells.
#[derive(Debug)]
pub(super) struct TagDeletion(AtomicBool);

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
    engine: &Engine<'_, R>,
    done: &Outcomes,
) -> Outcomes {
    let (mut waiting, mut outcomes) = groups(engine, done);
    while !waiting.is_empty() {
        let going: HashSet<TargetName> = waiting.iter().flat_map(Group::names).collect();
        let mut held = vec![];
        for group in std::mem::take(&mut waiting) {
            let ended = delete(engine, &group).await;
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
fn groups<'a, R>(engine: &Engine<'a, R>, done: &Outcomes) -> (Vec<Group<'a>>, Outcomes) {
    let plan = engine.plan;
    let arrived = |name: &TargetName| {
        done.iter().any(|(position, outcome)| {
            plan.changes[*position].target == *name && matches!(outcome, Outcome::Done(_))
        })
    };
    let mut groups: Vec<Group<'_>> = vec![];
    let mut left = vec![];
    for (position, change) in plan.changes.iter().enumerate() {
        let Action::Delete { before, renamed_to } = &change.action else {
            continue;
        };
        if !renamed_to.as_ref().is_none_or(&arrived) {
            left.push((position, Outcome::not_done(NotDone::NewNameMissing)));
            continue;
        }
        let repository = plan.target.repository(&change.target);
        let digest = &before.digest;
        let same =
            |group: &&mut Group<'_>| group.repository == repository && group.digest == digest;
        match groups.iter_mut().find(same) {
            Some(group) => group.members.push((position, change)),
            None => groups.push(Group {
                repository,
                digest,
                members: vec![(position, change)],
            }),
        }
    }
    (groups, left)
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

async fn delete<R: WriteRegistry>(engine: &Engine<'_, R>, group: &Group<'_>) -> Outcomes {
    if *engine.stop.borrow() {
        let stopped = |(position, _): &(usize, _)| (*position, Outcome::not_done(NotDone::Stopped));
        return group.members.iter().map(stopped).collect();
    }
    for name in group.names() {
        engine.progress.begin(&name);
    }
    let begun = Instant::now();
    let (ended, retries) = retries::count(delete_group(engine, group)).await;
    for name in group.names() {
        engine.progress.finish(&name);
    }
    // What they were deleted with counts once.
    let (time, mut retries) = (begun.elapsed(), retries);
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
    engine: &Engine<'_, R>,
    group: &Group<'_>,
) -> Vec<(usize, Result<(), Outcome>)> {
    let mut ended = vec![];
    let mut together = vec![];
    for (position, change) in &group.members {
        match delete_tag(engine, group, change).await {
            Some(result) => ended.push((*position, result)),
            None => together.push((*position, *change)),
        }
    }
    if let Err(failure) = delete_manifest(engine, group, &together).await {
        for (position, change) in together {
            let (tag, planned) = (group.tag(change), Some(group.digest));
            let found = look_again(engine.registry, &tag, None, planned, failure.clone()).await;
            ended.push((position, found));
        }
    } else {
        ended.extend(together.into_iter().map(|(position, _)| (position, Ok(()))));
    }
    ended
}

/// Deletes a tag alone; none where only its whole manifest can be deleted.
async fn delete_tag<R: WriteRegistry>(
    engine: &Engine<'_, R>,
    group: &Group<'_>,
    change: &Change,
) -> Option<Result<(), Outcome>> {
    let registry = engine.registry;
    let tag = group.tag(change);
    let found = match registry.head_manifest(&tag).await {
        Ok(found) => found,
        Err(failure) => return Some(Err(Outcome::failed(failure))),
    };
    match found {
        // Someone was faster.
        None => return Some(Ok(())),
        Some(found) if found.digest != *group.digest => {
            return Some(Err(Outcome::stale(Some(&found.digest))));
        }
        Some(_) => {}
    }
    let TagDeletion(supported) = &engine.tag_deletion;
    if !supported.load(Ordering::Relaxed) {
        return None;
    }
    let gone = match registry.delete_manifest(&tag).await {
        Ok(Deletion::Deleted) => true,
        // It was there a moment ago: perhaps what is not found is the way to delete a tag.
        Ok(Deletion::Absent) => match registry.head_manifest(&tag).await {
            Ok(found) => found.is_none(),
            Err(failure) => return Some(Err(Outcome::failed(failure))),
        },
        Ok(Deletion::Unsupported) => false,
        Err(failure) => {
            let planned = Some(group.digest);
            return Some(look_again(registry, &tag, None, planned, failure).await);
        }
    };
    if gone {
        return Some(Ok(()));
    }
    supported.store(false, Ordering::Relaxed);
    None
}

/// Deletes a manifest, and with it the tags of the group, if nothing else in the repository needs it.
async fn delete_manifest<R: WriteRegistry>(
    engine: &Engine<'_, R>,
    group: &Group<'_>,
    members: &[(usize, &Change)],
) -> Result<(), Failure> {
    let registry = engine.registry;
    let Some((_, first)) = members.first() else {
        return Ok(());
    };
    let refused = |fault| {
        let tag = group.tag(first);
        Err(Failure::new(
            tag.registry().to_owned(),
            Attempt::Deletion(tag),
            fault,
        ))
    };
    let tags = registry.list_tags(&group.repository).await?;
    let tags = tags.unwrap_or_default();
    let going: HashSet<&str> = members.iter().map(|(_, c)| c.target.tag.as_str()).collect();
    // The tags that go are there: a list without them is not the whole list.
    let listed: HashSet<&str> = tags.iter().map(String::as_str).collect();
    if !going.is_subset(&listed) {
        return refused(Fault::TagsUnknown);
    }
    let mut seen = HashSet::new();
    for tag in tags.iter().filter(|tag| !going.contains(tag.as_str())) {
        let reference = Reference::tagged(group.repository.clone(), tag.clone());
        if let Some(by) = needed_by(engine, &reference, group.digest, &mut seen).await? {
            let tag = tag.clone();
            return refused(Fault::Needed { tag, by });
        }
    }
    let manifest = Reference::digested(group.repository.clone(), group.digest.clone());
    match registry.delete_manifest(&manifest).await? {
        Deletion::Deleted | Deletion::Absent => Ok(()),
        Deletion::Unsupported => refused(Fault::CannotDelete),
    }
}

/// Tells how a tag needs a manifest, if it does. What was `seen` not to need it is not walked again.
async fn needed_by<R: WriteRegistry>(
    engine: &Engine<'_, R>,
    tag: &Reference,
    digest: &Digest,
    seen: &mut HashSet<Digest>,
) -> Result<Option<Need>, Failure> {
    let registry = engine.registry;
    let found = match registry.head_manifest(tag).await? {
        Some(found) => Some(found),
        // The list has it: what hides it from HEAD may show it to GET.
        None => registry.get_manifest(tag).await?.map(|raw| raw.descriptor),
    };
    let Some(found) = found else {
        return Ok(None);
    };
    if found.digest == *digest {
        return Ok(Some(Need::Same));
    }
    if !seen.insert(found.digest.clone()) {
        return Ok(None);
    }
    match tree::digests(registry, tag, &found, &engine.room).await {
        Ok(below) => Ok(below.contains(digest).then_some(Need::Listed)),
        Err(failure) => match failure.fault {
            // What cannot be understood may need anything.
            Fault::Manifest { .. } | Fault::OtherSize { .. } | Fault::TooMuch(_) => {
                Ok(Some(Need::Perhaps))
            }
            _ => Err(failure),
        },
    }
}
