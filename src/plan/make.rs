//! The plan as a pure, total function of what is desired and what was observed.

use std::collections::BTreeSet;

use super::blocked::BlockReason;
use super::change::{Action, Change, Plan};
use super::classified::{ClassifiedImage, ClassifiedImages};
use super::cooldown::{Age, Cooldown};
use super::desired::{Desired, Row};
use super::entry::Entry;
use super::family::Choice;
use super::followers::Followers;
use super::judged::Judged;
use super::left_behind::LeftBehind;
use super::lock::{LockState, LockedImage};
use super::policy::{Judge, Violation};
use super::quota;

/// Compares what is desired with what was observed.
pub fn plan(desired: &Desired, observed: ClassifiedImages) -> Plan {
    plan_of_part(desired, observed, &BTreeSet::new())
}

/// Does the same for a part of what the files declare: what they declare as well is in the repositories `left_alone`.
pub fn plan_of_part(
    desired: &Desired,
    mut observed: ClassifiedImages,
    left_alone: &BTreeSet<&str>,
) -> Plan {
    let mut followers = Followers::of(desired);
    let mut refused = desired.refused_names();
    let mut left_behind = LeftBehind::of(desired);
    let cooldown = Cooldown::of(desired);
    let judge = &desired.judge();
    let unasked = &BlockReason::NotObserved;
    let changes = changes(desired, judge, unasked, |entry, broken, changes| {
        let locked = desired.locked(entry);
        let (action, referrers) = match observed.swap_remove(&entry.target) {
            Some(ClassifiedImage { action, referrers }) => (Some(action), referrers),
            None => (None, None),
        };
        let judged = match (refused.remove(&entry.target), action) {
            (Some(refused), _) => Judged::blocked(BlockReason::NameRefused(refused.into()), broken),
            (None, None) => Judged::declared(Action::blocked(unasked.clone()), broken),
            (None, Some(action)) => match breaks_lock(locked, &action) {
                Some(reason) => Judged::blocked(reason, broken),
                None => Judged::declared(action, broken).observed(judge, entry, locked),
            },
        };
        let Judged {
            action,
            mut warnings,
        } = judged;
        if let Some(copy) = action.copy() {
            let young = cooldown.broken(&desired.policy, entry, &copy.source.digest);
            // What is locked was old enough for the rules that block, or was taken all the same.
            let is_told = |broken: &Violation| !broken.blocks() || locked.is_none();
            warnings.extend(young.into_iter().filter(is_told));
        }
        let mut action = match locked {
            Some(_) => action,
            None => in_its_time(entry, action, &cooldown),
        };
        if let Action::Create { after } = &mut action {
            after.formerly = left_behind.take(entry);
        }
        let stays_away = action.is_forbidden()
            || matches!(action.block_reason(), Some(BlockReason::TooYoung(_)));
        changes.push(Change {
            lock: desired.lock_state(entry),
            age: locked.map_or_else(Age::default, |locked| cooldown.told(entry, locked)),
            warnings,
            ..Change::of(entry, action)
        });
        // What follows an image comes with it.
        if let Some(referrers) = referrers.filter(|_| !stays_away) {
            followers.add(entry, *referrers, changes);
        }
    });
    let mut plan = Plan {
        target: desired.target.clone(),
        changes,
    };
    quota::keep_within(&mut plan, left_alone);
    plan
}

/// Finds fault with a lock that was not written by `pusher lock`: its two digests must belong
/// together, or what is copied is not what was reviewed.
fn breaks_lock(locked: Option<&LockedImage>, action: &Action) -> Option<BlockReason> {
    let locked = &locked?.expected.digest;
    let found = match action {
        Action::Create { after } | Action::Update { after, .. } => {
            &after.expected.descriptor.digest
        }
        Action::NoOp { current, .. } => &current.digest,
        // Nothing is copied.
        Action::Delete { .. } | Action::Blocked { .. } => return None,
    };
    (found != locked).then(|| BlockReason::LockBroken {
        locked: locked.clone(),
        found: found.clone(),
    })
}

/// Leaves an image that is not locked as it is until what would be copied is old enough. What is locked was, when it got
/// into the lock.
fn in_its_time(entry: &Entry, action: Action, cooldown: &Cooldown<'_>) -> Action {
    let young = action.copy();
    let young = young.and_then(|copy| cooldown.holds_back(entry, &copy.source.digest));
    match young {
        None => action,
        Some(young) => Action::Blocked {
            before: action.before().cloned(),
            reason: BlockReason::TooYoung(young),
        },
    }
}

/// Says for each image what the lock wants of it, and that nothing else is known: the plan of whoever
/// may not ask.
pub fn offline(desired: &Desired) -> Plan {
    let mut refused = desired.refused_names();
    let judge = &desired.judge();
    let unasked = &BlockReason::Offline { locked: None };
    let changes = changes(desired, judge, unasked, |entry, broken, changes| {
        let Judged { action, warnings } = if let Some(refused) = refused.remove(&entry.target) {
            Judged::blocked(BlockReason::NameRefused(refused.into()), broken)
        } else {
            let locked = desired.locked(entry);
            let locked = locked.map(|locked| locked.expected.digest.clone());
            Judged::declared(Action::blocked(BlockReason::Offline { locked }), broken)
        };
        changes.push(Change {
            lock: desired.lock_state(entry),
            warnings,
            ..Change::of(entry, action)
        });
    });
    Plan {
        target: desired.target.clone(),
        changes,
    }
}

/// Makes the changes of all entries by `of_entry`, which is told the rules that each breaks as it is declared, and between
/// them those of families without tags; of those that nobody looked at for the reason `unasked`.
fn changes<'a>(
    desired: &'a Desired,
    judge: &Judge<'_>,
    unasked: &BlockReason,
    mut of_entry: impl FnMut(&'a Entry, Vec<Violation>, &mut Vec<Change>),
) -> Vec<Change> {
    let mut changes = Vec::with_capacity(desired.entries.len());
    for row in desired.rows() {
        match row {
            Row::Image(entry) => of_entry(entry, desired.broken(judge, entry), &mut changes),
            Row::Unsettled(family) => {
                // Where nothing could be chosen, what a lock says has no part in it.
                let (reason, lock) = match &family.choice {
                    Choice::Failed(why) => (BlockReason::from(&**why), LockState::NoLock),
                    Choice::Open | Choice::Taken(_) => {
                        (unasked.clone(), desired.family_state(family))
                    }
                };
                let broken = desired.broken_by_all(judge, family);
                let Judged { action, warnings } = Judged::declared(Action::blocked(reason), broken);
                changes.push(Change {
                    lock,
                    warnings,
                    ..Change::of(&family.any, action)
                });
            }
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::fixtures::{descriptor, entry, source_image, target};
    use crate::plan::observed::{ObservedImage, ObservedReferrer, ObservedReferrers};
    use crate::plan::{Absence, Observation};

    fn image(content: &str) -> ObservedImage {
        ObservedImage {
            source: Observation::Present(source_image(content)),
            target: Observation::Absent(Absence::Plain),
            referrers: ObservedReferrers::default(),
        }
    }

    fn word(action: &Action) -> &'static str {
        match action {
            Action::Create { .. } => "create",
            Action::Blocked { reason, .. } => match reason {
                BlockReason::NameRefused(_) => "name refused",
                BlockReason::NotObserved => "not observed",
                BlockReason::ReferrersDiffer { .. } => "referrers differ",
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_follows_several_images_is_planned_once_and_never_for_a_declared_name() {
        let following = |tag: &str, content: &str| ObservedReferrer {
            tag: Some(tag.to_owned()),
            source: descriptor(content),
            contents: Ok(None),
            target: Observation::Absent(Absence::Plain),
        };
        let followed = |found| ObservedImage {
            referrers: ObservedReferrers {
                found,
                ..ObservedReferrers::default()
            },
            ..image("a")
        };
        let desired = Desired {
            target: target("generic"),
            entries: vec![
                entry("org/app:1", "app:1"),
                entry("org/app:2", "app:2"),
                entry("other/app:3", "app:3"),
                entry("org/app:a.att", "app:a.att"),
            ],
            families: vec![],
            lock: None,
            now: chrono::DateTime::UNIX_EPOCH,
            policy: crate::plan::policy::Rules::default(),
        };
        let found = [
            vec![following("a.sig", "signature"), following("a.att", "sbom")],
            vec![following("a.sig", "signature"), following("a.sbom", "one")],
            vec![following("a.sbom", "another")],
            vec![],
        ];
        let names = desired.entries.iter().map(|entry| entry.target.clone());
        let found = found.map(|found| ClassifiedImage::from(followed(found)));
        let plan = plan(&desired, names.zip(found).collect());
        let told: Vec<_> = plan
            .changes
            .iter()
            .map(|change| (change.target.tag.as_str(), word(&change.action)))
            .collect();
        assert_eq!(
            told,
            [
                ("1", "create"),
                ("a.sig", "create"),
                ("2", "create"),
                ("a.sbom", "referrers differ"),
                ("3", "create"),
                ("a.att", "create"),
            ]
        );
        let Action::Blocked { reason, .. } = &plan.changes[3].action else {
            panic!("it is not blocked");
        };
        let other = "other/app:a.sbom".parse().unwrap();
        assert_eq!(*reason, BlockReason::ReferrersDiffer { other });
    }

    #[test]
    fn a_refused_name_and_a_missing_answer_block_their_entry_alone() {
        let entries = ["a/b:1", "forgotten:1", "fine:1"].map(|name| entry("nginx", name));
        let fine = image("a");
        let observed = ClassifiedImages::from([(entries[2].target.clone(), fine.into())]);
        let plan = plan(
            &Desired {
                target: target("acr-personal"),
                entries: entries.to_vec(),
                families: vec![],
                lock: None,
                now: chrono::DateTime::UNIX_EPOCH,
                policy: crate::plan::policy::Rules::default(),
            },
            observed,
        );
        let names: Vec<_> = plan
            .changes
            .iter()
            .map(|change| word(&change.action))
            .collect();
        assert_eq!(names, ["name refused", "not observed", "create"]);
        let summary = plan.summary();
        assert_eq!(
            (summary.create, summary.blocked, summary.pending()),
            (1, 2, 1)
        );
    }
}
