//! What may be deleted of the tags that the lock records and the files no longer declare, which `lock::undeclared`
//! finds. Nothing else ever is.

use std::collections::{HashMap, HashSet, VecDeque};

use indexmap::IndexMap;

use crate::model::{Descriptor, Digest};

use super::blocked::BlockReason;
use super::change::{Action, Change, Plan};
use super::entry::DeclaredAt;
use super::lock::LockedImage;
use super::observed::Observation;
use super::target::TargetName;

/// How many tags one run deletes at most, where the files do not say otherwise.
pub const PRUNE_LIMIT: usize = 10;

/// What the target holds under each name that is no longer declared.
pub type ObservedTags = IndexMap<TargetName, Observation<Descriptor>>;

/// Adds to `plan` what has to be deleted, after everything else: of what is `undeclared`, that
/// which the target still holds as it is recorded.
///
/// A tag that is gone already needs nothing, and one that follows an image stays with it. Where more than `limit` tags would go, none does: an
/// emptied list is more often a mistake than a wish.
pub fn prune(
    plan: &mut Plan,
    undeclared: &[(TargetName, LockedImage)],
    observed: &ObservedTags,
    limit: usize,
    origin: impl Fn(&TargetName) -> DeclaredAt,
) {
    let planned: HashSet<_> = plan.changes.iter().map(|change| &change.target).collect();
    let mut changes: Vec<Change> = undeclared
        .iter()
        .filter(|(name, _)| !planned.contains(name))
        .filter_map(|(name, locked)| {
            let action = delete(plan, locked, observed.get(name))?;
            let (name, image) = (name.clone(), locked.clone());
            let origin = origin(&name);
            Some(Change::recorded(name, image, origin, action))
        })
        .collect();
    let is_delete = |change: &&mut Change| matches!(change.action, Action::Delete { .. });
    let count = changes.iter_mut().filter(is_delete).count();
    if count > limit {
        for change in changes.iter_mut().filter(is_delete) {
            change.action = Action::Blocked {
                before: change.action.before().cloned(),
                reason: BlockReason::PruneLimit { count, limit },
            };
        }
    } else {
        find_renames(&plan.changes, &mut changes);
        keep_last_names(&plan.changes, &mut changes);
    }
    // What becomes of the old names is told where they are.
    for change in &mut plan.changes {
        if let Action::Create { after } = &mut change.action {
            after.formerly = None;
        }
    }
    plan.changes.extend(changes);
}

fn delete(
    plan: &Plan,
    locked: &LockedImage,
    observed: Option<&Observation<Descriptor>>,
) -> Option<Action> {
    let blocked = |before: Option<&Descriptor>, reason| {
        let before = before.cloned();
        Some(Action::Blocked { before, reason })
    };
    match observed {
        None => blocked(None, BlockReason::NotObserved),
        Some(Observation::Absent(_)) => None,
        Some(Observation::Unreadable(why)) => {
            blocked(None, BlockReason::TargetUnreadable(why.clone()))
        }
        Some(Observation::Present(found)) if found.digest != locked.expected.digest => {
            let locked = locked.expected.digest.clone();
            blocked(Some(found), BlockReason::NotOurs { locked })
        }
        Some(Observation::Present(found)) if plan.target.profile.delete == Some(false) => {
            blocked(Some(found), BlockReason::CannotDelete)
        }
        Some(Observation::Present(found)) => Some(Action::Delete {
            before: found.clone(),
            renamed_to: None,
        }),
    }
}

/// Tells for each deletion whether the same image is created under another name.
fn find_renames(planned: &[Change], deletions: &mut [Change]) {
    let created = planned.iter().filter_map(|change| match &change.action {
        Action::Create { after } => Some((&after.expected.descriptor.digest, &change.target)),
        _ => None,
    });
    let mut renames = Renames::to(created);
    for deletion in deletions {
        if let Action::Delete { before, renamed_to } = &mut deletion.action {
            *renamed_to = renames.of(&before.digest).cloned();
        }
    }
}

/// Keeps the old name of an image that is declared under another one, and cannot get that now.
fn keep_last_names(planned: &[Change], deletions: &mut [Change]) {
    let mut blocked: HashMap<_, Vec<_>> = HashMap::new();
    for change in planned {
        if let Action::Blocked { before, .. } = &change.action {
            let image = (&change.source, &change.platforms);
            blocked
                .entry(image)
                .or_default()
                .push((&change.target, before));
        }
    }
    for deletion in deletions {
        let Action::Delete {
            before,
            renamed_to: None,
        } = &deletion.action
        else {
            continue;
        };
        let others = blocked.get(&(&deletion.source, &deletion.platforms));
        let holds_it = |held: &Option<Descriptor>| {
            held.as_ref()
                .is_some_and(|held| held.digest == before.digest)
        };
        let lacking = |(_, held): &&(_, &Option<Descriptor>)| !holds_it(held);
        if let Some((name, _)) = others.into_iter().flatten().find(lacking) {
            deletion.action = Action::Blocked {
                before: Some(before.clone()),
                reason: BlockReason::NewNameMissing {
                    name: (*name).clone(),
                },
            };
        }
    }
}

/// The new names that old ones can get: each creation is the new name of one old one at most.
pub(super) struct Renames<'a, N: ?Sized>(HashMap<&'a Digest, VecDeque<&'a N>>);

impl<'a, N: ?Sized> Renames<'a, N> {
    /// Takes what is created, in the order of the plan.
    pub(super) fn to(created: impl Iterator<Item = (&'a Digest, &'a N)>) -> Self {
        let mut names: HashMap<_, VecDeque<_>> = HashMap::new();
        for (digest, name) in created {
            names.entry(digest).or_default().push_back(name);
        }
        Self(names)
    }

    /// Returns the new name of the next deletion, which is of this digest.
    pub(super) fn of(&mut self, digest: &Digest) -> Option<&'a N> {
        self.0.get_mut(digest)?.pop_front()
    }
}

#[cfg(test)]
mod tests;
