//! The plan as a pure, total function of what is desired and what was observed.

use std::collections::{HashMap, HashSet};

use crate::model::{Descriptor, Digest, Platforms, Reference};

use super::change::{Action, BlockReason, Change, Copy, Plan};
use super::desired::{Desired, Entry, TargetName};
use super::expected::Expected;
use super::lock::{LockState, LockedImage};
use super::observed::{Observation, Observed, ObservedImage, SourceImage};
use super::referrers::{ObservedReferrer, ObservedReferrers};

/// Compares what is desired with what was observed.
pub fn plan(desired: &Desired, observed: &Observed) -> Plan {
    let mut changes = Vec::with_capacity(desired.entries.len());
    let mut followers = Followers::of(desired);
    for entry in &desired.entries {
        let image = observed.get(&entry.target);
        let action = match (desired.target.refuses_name(&entry.target), image) {
            (Some(refused), _) => blocked(BlockReason::NameRefused(refused)),
            (None, None) => blocked(BlockReason::NotObserved),
            (None, Some(image)) => match breaks_lock(desired.locked(entry), image) {
                Some(broken) => blocked(broken),
                None => classify(image),
            },
        };
        changes.push(Change {
            lock: desired.lock_state(entry),
            ..change(entry, action)
        });
        if let Some(image) = image {
            followers.add(entry, &image.referrers, &mut changes);
        }
    }
    Plan {
        target: desired.target.clone(),
        changes,
    }
}

fn change(entry: &Entry, action: Action) -> Change {
    Change {
        target: entry.target.clone(),
        source: entry.source.clone(),
        platforms: entry.platforms.clone(),
        origin: entry.origin.clone(),
        policy: entry.policy,
        lock: LockState::NoLock,
        action,
    }
}

/// Finds fault with a lock that was not written by `pusher lock`: its two digests must belong
/// together, or what is copied is not what was reviewed.
fn breaks_lock(locked: Option<&LockedImage>, image: &ObservedImage) -> Option<BlockReason> {
    let locked = &locked?.expected.digest;
    let Observation::Present(source) = &image.source else {
        return None;
    };
    let found = &source.expected.as_ref().ok()?.descriptor.digest;
    (found != locked).then(|| BlockReason::LockBroken {
        locked: locked.clone(),
        found: found.clone(),
    })
}

fn blocked(reason: BlockReason) -> Action {
    Action::Blocked {
        before: None,
        reason,
    }
}

/// The referrers that follow their images, each once: two tags of one image have the same.
struct Followers<'a> {
    /// A name that is declared holds what the files say.
    declared: HashSet<&'a TargetName>,
    /// Where each stands among the changes, and what its source holds.
    planned: HashMap<TargetName, (usize, &'a Digest)>,
}

impl<'a> Followers<'a> {
    fn of(desired: &'a Desired) -> Self {
        Self {
            declared: desired.entries.iter().map(|entry| &entry.target).collect(),
            planned: HashMap::new(),
        }
    }

    /// Plans one change for each referrer that follows its image.
    fn add(&mut self, entry: &Entry, observed: &'a ObservedReferrers, changes: &mut Vec<Change>) {
        let ObservedReferrers {
            found,
            unreadable,
            stay: _,
        } = observed;
        if let Some(why) = unreadable {
            let reason = BlockReason::ReferrersUnreadable(why.clone());
            changes.push(change(entry, blocked(reason)));
        }
        for referrer in found {
            let follower = referrer_change(entry, referrer);
            if self.declared.contains(&follower.target) {
                continue;
            }
            let digest = &referrer.source.digest;
            match self.planned.get(&follower.target) {
                None => {
                    let place = (changes.len(), digest);
                    self.planned.insert(follower.target.clone(), place);
                    changes.push(follower);
                }
                Some((_, planned)) if *planned == digest => {}
                Some((position, _)) => {
                    let action = &mut changes[*position].action;
                    *action = Action::Blocked {
                        before: action.before().cloned(),
                        reason: BlockReason::ReferrersDiffer {
                            other: follower.source,
                        },
                    };
                }
            }
        }
    }
}

fn referrer_change(entry: &Entry, referrer: &ObservedReferrer) -> Change {
    let ObservedReferrer {
        tag,
        source,
        contents,
        target,
    } = referrer;
    let image = ObservedImage {
        source: match contents {
            Ok(contents) => Observation::Present(SourceImage {
                descriptor: source.clone(),
                expected: Ok(Expected::unchanged(source.clone())),
                contents: contents.clone(),
            }),
            Err(why) => Observation::Unreadable(why.clone()),
        },
        target: target.clone(),
        referrers: ObservedReferrers::default(),
    };
    let name = TargetName {
        repository: entry.target.repository.clone(),
        tag: tag.clone().unwrap_or_else(|| source.digest.to_string()),
    };
    following(entry, name, classify(&image))
}

/// Makes the change of what follows an entry's image under this name.
pub(super) fn following(entry: &Entry, name: TargetName, action: Action) -> Change {
    let repository = entry.source.repository().clone();
    Change {
        source: match name.digest() {
            Some(digest) => Reference::digested(repository, digest),
            None => Reference::tagged(repository, name.tag.clone()),
        },
        target: name,
        platforms: Platforms::All,
        ..change(entry, action)
    }
}

/// Decides what has to be done for one entry.
pub fn classify(image: &ObservedImage) -> Action {
    let before = match &image.target {
        Observation::Present(descriptor) => Some(descriptor.clone()),
        Observation::Absent(_) | Observation::Unreadable(_) => None,
    };
    let blocked = |before: Option<Descriptor>, reason| Action::Blocked { before, reason };
    let source = match &image.source {
        Observation::Absent(absence) => {
            return blocked(before, BlockReason::SourceAbsent(*absence));
        }
        Observation::Unreadable(why) => {
            let source = why.clone();
            let reason = match &image.target {
                Observation::Unreadable(why) => BlockReason::BothUnreadable {
                    source,
                    target: why.clone(),
                },
                Observation::Absent(_) | Observation::Present(_) => {
                    BlockReason::SourceUnreadable(source)
                }
            };
            return blocked(before, reason);
        }
        Observation::Present(source) => source,
    };
    let expected = match &source.expected {
        Ok(expected) => expected,
        Err(refusal) => return blocked(before, BlockReason::Refused(refusal.clone())),
    };
    let after = || Copy {
        source: source.descriptor.clone(),
        expected: expected.clone(),
        contents: source.contents.clone(),
        referrers_stay: image.referrers.stay,
        unseen: None,
    };
    match &image.target {
        // Some registries have nothing to read until somebody asks to push.
        Observation::Unreadable(why) if why.may_be_absent() => Action::Create {
            after: Copy {
                unseen: Some(why.clone()),
                ..after()
            },
        },
        Observation::Unreadable(why) => blocked(None, BlockReason::TargetUnreadable(why.clone())),
        Observation::Absent(_) => Action::Create { after: after() },
        Observation::Present(current) if current.digest == expected.descriptor.digest => {
            Action::NoOp {
                current: current.clone(),
            }
        }
        Observation::Present(current) => Action::Update {
            before: current.clone(),
            after: after(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::desired::{Origin, Policy, Target};
    use super::super::expected::Refusal;
    use super::*;
    use crate::model::{Cause, Digest, Failure, ManifestError, Profile, ProfileKind, media_type};
    use crate::plan::Absence;

    fn descriptor(content: &str) -> Descriptor {
        let media_type = media_type::OCI_MANIFEST.to_owned();
        Descriptor {
            media_type,
            digest: Digest::sha256(content.as_bytes()),
            size: 1,
        }
    }

    fn source(content: &str) -> Observation<SourceImage> {
        let descriptor = descriptor(content);
        let expected = Ok(Expected::unchanged(descriptor.clone()));
        Observation::Present(SourceImage {
            descriptor,
            expected,
            contents: None,
        })
    }

    fn unreadable<T>() -> Observation<T> {
        Observation::Unreadable(Failure::for_test(Cause::Unreachable))
    }

    fn observed(
        source: Observation<SourceImage>,
        target: Observation<Descriptor>,
    ) -> ObservedImage {
        ObservedImage {
            source,
            target,
            referrers: ObservedReferrers::default(),
        }
    }

    fn name_of(action: &Action) -> &'static str {
        match action {
            Action::Create { .. } => "create",
            Action::Update { .. } => "update",
            Action::NoOp { .. } => "no-op",
            Action::Blocked { reason, .. } => match reason {
                BlockReason::NameRefused(_) => "name refused",
                BlockReason::SourceAbsent(_) => "source absent",
                BlockReason::SourceUnreadable(_) => "source unreadable",
                BlockReason::Refused(_) => "refused",
                BlockReason::TargetUnreadable(_) => "target unreadable",
                BlockReason::BothUnreadable { .. } => "both unreadable",
                BlockReason::ReferrersUnreadable(_) => "referrers unreadable",
                BlockReason::NotObserved => "not observed",
                BlockReason::NotOurs { .. }
                | BlockReason::NewNameMissing { .. }
                | BlockReason::CannotDelete
                | BlockReason::PruneLimit { .. } => "not to be deleted",
                BlockReason::BlockedWhenPlanned
                | BlockReason::SourceMoved { .. }
                | BlockReason::TargetMoved { .. } => "not as saved",
                BlockReason::Offline { .. } => "offline",
                BlockReason::LockBroken { .. } => "lock broken",
                BlockReason::ReferrersDiffer { .. } => "referrers differ",
            },
            Action::Delete { .. } => "delete",
        }
    }

    #[test]
    fn what_is_hidden_until_somebody_pushes_is_created_by_the_push() {
        let hidden = Failure::for_test(Cause::Unauthorized);
        let action = classify(&observed(
            source("a"),
            Observation::Unreadable(hidden.clone()),
        ));
        assert_eq!(
            name_of(&action),
            "target unreadable",
            "a stranger has to log in"
        );
        let hidden = hidden.asked_with_token();
        let action = classify(&observed(
            source("a"),
            Observation::Unreadable(hidden.clone()),
        ));
        assert_eq!(
            action.copy().and_then(|copy| copy.unseen.clone()),
            Some(hidden.clone())
        );
        assert_eq!((name_of(&action), action.before()), ("create", None));
        let action = classify(&observed(unreadable(), Observation::Unreadable(hidden)));
        assert_eq!(name_of(&action), "both unreadable");
    }

    #[test]
    fn every_pair_of_answers_has_one_action() {
        let refused = || {
            let refusal = Err(Refusal::Manifest(ManifestError::Schema1));
            let descriptor = descriptor("a");
            Observation::Present(SourceImage {
                descriptor,
                expected: refusal,
                contents: None,
            })
        };
        let present = |content| Observation::Present(descriptor(content));
        for (source, target, action) in [
            (source("a"), Observation::Absent(Absence::Plain), "create"),
            (source("a"), present("b"), "update"),
            (source("a"), present("a"), "no-op"),
            (source("a"), unreadable(), "target unreadable"),
            (
                Observation::Absent(Absence::Plain),
                Observation::Absent(Absence::Plain),
                "source absent",
            ),
            (
                Observation::Absent(Absence::Plain),
                present("a"),
                "source absent",
            ),
            (
                unreadable(),
                Observation::Absent(Absence::Plain),
                "source unreadable",
            ),
            (unreadable(), unreadable(), "both unreadable"),
            (refused(), present("a"), "refused"),
            (refused(), Observation::Absent(Absence::Plain), "refused"),
        ] {
            let before = match &target {
                Observation::Present(descriptor) => Some(descriptor.clone()),
                _ => None,
            };
            let found = classify(&observed(source, target));
            assert_eq!(name_of(&found), action);
            assert_eq!(found.before().cloned(), before, "{action}");
        }
    }

    fn entry(source: &str, repository: &str, tag: &str) -> Entry {
        Entry {
            source: source.parse().unwrap(),
            platforms: Platforms::linux_amd64(),
            platforms_declared: false,
            target: TargetName {
                repository: repository.to_owned(),
                tag: tag.to_owned(),
            },
            origin: Origin {
                file: "images.txt".to_owned(),
                line: 1,
            },
            policy: Policy::default(),
        }
    }

    #[test]
    fn what_follows_several_images_is_planned_once_and_never_for_a_declared_name() {
        let target = Target {
            registry: "registry.example".to_owned(),
            namespace: None,
            profile: Profile::of(ProfileKind::Generic),
        };
        let following = |tag: &str, content: &str| ObservedReferrer {
            tag: Some(tag.to_owned()),
            source: descriptor(content),
            contents: Ok(None),
            target: Observation::Absent(Absence::Plain),
        };
        let image = |found| ObservedImage {
            referrers: ObservedReferrers {
                found,
                ..ObservedReferrers::default()
            },
            ..observed(source("a"), Observation::Absent(Absence::Plain))
        };
        let desired = Desired {
            target,
            entries: vec![
                entry("org/app:1", "app", "1"),
                entry("org/app:2", "app", "2"),
                entry("other/app:3", "app", "3"),
                entry("org/app:a.att", "app", "a.att"),
            ],
            lock: None,
        };
        let found = [
            vec![following("a.sig", "signature"), following("a.att", "sbom")],
            vec![following("a.sig", "signature"), following("a.sbom", "one")],
            vec![following("a.sbom", "another")],
            vec![],
        ];
        let names = desired.entries.iter().map(|entry| entry.target.clone());
        let observed = names.zip(found.map(image)).collect();
        let plan = plan(&desired, &observed);
        let told: Vec<_> = plan
            .changes
            .iter()
            .map(|change| (change.target.tag.as_str(), name_of(&change.action)))
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
        let entry = |repository| entry("nginx", repository, "1");
        let target = Target {
            registry: "registry.cn-hangzhou.aliyuncs.com".to_owned(),
            namespace: Some("team".to_owned()),
            profile: Profile::of(ProfileKind::AcrPersonal),
        };
        let entries = vec![entry("a/b"), entry("forgotten"), entry("fine")];
        let fine = observed(source("a"), Observation::Absent(Absence::Plain));
        let observed = Observed::from([(entries[2].target.clone(), fine)]);
        let plan = plan(
            &Desired {
                target,
                entries,
                lock: None,
            },
            &observed,
        );
        let names: Vec<_> = plan
            .changes
            .iter()
            .map(|change| name_of(&change.action))
            .collect();
        assert_eq!(names, ["name refused", "not observed", "create"]);
        let summary = plan.summary();
        assert_eq!(
            (summary.create, summary.blocked, summary.pending()),
            (1, 2, 1)
        );
    }
}
