//! What may be deleted: the tags that the lock records and the files no longer declare. Nothing
//! else ever is.

use std::collections::{HashMap, HashSet, VecDeque};

use indexmap::IndexMap;

use crate::model::{Descriptor, Digest};

use super::blocked::BlockReason;
use super::change::{Action, Change, Plan};
use super::entry::Origin;
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
    origin: impl Fn(&TargetName) -> Origin,
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
mod tests {
    use super::*;
    use crate::model::{Cause, Failure, Platforms, ProfileKind};
    use crate::plan::Absence;
    use crate::plan::fixtures::{copy, descriptor, entry, locked, origin, target};

    fn name(tag: &str) -> TargetName {
        format!("app:{tag}").parse().unwrap()
    }

    fn empty_plan(kind: ProfileKind) -> Plan {
        Plan {
            target: target(kind),
            changes: vec![],
        }
    }

    fn pruned(mut plan: Plan, tags: &[(&str, Observation<Descriptor>)], limit: usize) -> Plan {
        let undeclared: Vec<_> = tags
            .iter()
            .map(|(tag, _)| (name(tag), locked(tag)))
            .collect();
        let observed = tags
            .iter()
            .map(|(tag, found)| (name(tag), found.clone()))
            .collect();
        prune(&mut plan, &undeclared, &observed, limit, |_| origin(1));
        plan
    }

    fn create(tag: &str, content: &str) -> Change {
        let after = copy(content);
        Change {
            platforms: Platforms::All,
            ..Change::of(
                &entry("org/app:1", &format!("app:{tag}")),
                Action::Create { after },
            )
        }
    }

    #[test]
    fn a_tag_is_deleted_only_while_it_holds_what_the_lock_records() {
        let why = Failure::for_test(Cause::Denied);
        let tags = [
            ("ours", Observation::Present(descriptor("ours"))),
            ("theirs", Observation::Present(descriptor("other"))),
            ("gone", Observation::Absent(Absence::Plain)),
            ("unseen", Observation::Unreadable(why.clone())),
        ];
        let plan = pruned(empty_plan(ProfileKind::Generic), &tags, PRUNE_LIMIT);
        let actions: Vec<_> = plan
            .changes
            .into_iter()
            .map(|c| (c.target.tag, c.action))
            .collect();
        let blocked = |before, reason| Action::Blocked { before, reason };
        let locked = descriptor("theirs").digest;
        assert_eq!(
            actions,
            [
                (
                    "ours".to_owned(),
                    Action::Delete {
                        before: descriptor("ours"),
                        renamed_to: None
                    }
                ),
                (
                    "theirs".to_owned(),
                    blocked(Some(descriptor("other")), BlockReason::NotOurs { locked })
                ),
                (
                    "unseen".to_owned(),
                    blocked(None, BlockReason::TargetUnreadable(why))
                ),
            ]
        );
    }

    #[test]
    fn past_the_limit_nothing_is_deleted() {
        let present = |tag| (tag, Observation::Present(descriptor(tag)));
        let tags = [
            present("a"),
            present("b"),
            ("c", Observation::Absent(Absence::Plain)),
        ];
        let summary = |limit| {
            let plan = pruned(empty_plan(ProfileKind::Generic), &tags, limit);
            let summary = plan.summary();
            (summary.delete, summary.blocked)
        };
        assert_eq!(summary(2), (2, 0));
        assert_eq!(summary(1), (0, 2));
        assert_eq!(summary(0), (0, 2));
    }

    #[test]
    fn a_registry_that_cannot_delete_is_not_asked_to() {
        let mut plan = empty_plan(ProfileKind::Generic);
        plan.target.profile.delete = Some(false);
        let tags = [("a", Observation::Present(descriptor("a")))];
        let plan = pruned(plan, &tags, PRUNE_LIMIT);
        assert!(matches!(
            plan.changes[0].action,
            Action::Blocked {
                reason: BlockReason::CannotDelete,
                ..
            }
        ));
    }

    #[test]
    fn the_same_image_under_another_name_is_a_rename_once() {
        let mut plan = empty_plan(ProfileKind::Generic);
        plan.changes = vec![create("new", "a"), create("other", "z")];
        let tags = ["a", "b"].map(|tag| (tag, Observation::Present(descriptor(tag))));
        let plan = pruned(plan, &tags, PRUNE_LIMIT);
        let renamed = |position: usize| match &plan.changes[position].action {
            Action::Delete { renamed_to, .. } => renamed_to.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!((renamed(2), renamed(3)), (Some(name("new")), None));
    }

    #[test]
    fn the_last_name_of_an_image_stays_while_its_new_one_is_blocked() {
        let blocked = |held: Option<&str>, platforms: Platforms| {
            let mut change = create("new", "a");
            change.platforms = platforms;
            change.action = Action::Blocked {
                before: held.map(descriptor),
                reason: BlockReason::SourceAbsent(Absence::Plain),
            };
            change
        };
        let missing = || BlockReason::NewNameMissing { name: name("new") };
        for (held, platforms, reason) in [
            (None, Platforms::All, Some(missing())),
            (Some("other"), Platforms::All, Some(missing())),
            (Some("a"), Platforms::All, None),
            (None, Platforms::linux_amd64(), None),
        ] {
            let mut plan = empty_plan(ProfileKind::Generic);
            plan.changes = vec![blocked(held, platforms)];
            let tags = [("a", Observation::Present(descriptor("a")))];
            let plan = pruned(plan, &tags, PRUNE_LIMIT);
            let found = plan.changes[1].action.block_reason();
            assert_eq!(found, reason.as_ref(), "{held:?}");
        }
    }

    #[test]
    fn what_follows_an_image_by_now_is_not_deleted() {
        let mut plan = empty_plan(ProfileKind::Generic);
        plan.changes = vec![create("a.sig", "signature")];
        let tags = [("a.sig", Observation::Present(descriptor("a.sig")))];
        let plan = pruned(plan, &tags, PRUNE_LIMIT);
        assert_eq!(plan.changes, [create("a.sig", "signature")]);
    }
}
