//! What has to be done for one image: a pure, total function of what both sides said.

use crate::model::Descriptor;

use super::blocked::BlockReason;
use super::change::{Action, ImageCopy};
use super::observed::{Observation, ObservedImage, SourceImage};
use super::verify::Verdict;

/// Decides what has to be done for one entry.
pub fn classify(image: ObservedImage) -> Action {
    let ObservedImage {
        source,
        target,
        referrers,
    } = image;
    let source = match source {
        Observation::Present(source) => source,
        Observation::Absent(absence) => {
            return blocked(target, BlockReason::SourceAbsent(absence));
        }
        Observation::Unreadable(source) => {
            return match target {
                Observation::Unreadable(target) => {
                    Action::blocked(BlockReason::BothUnreadable { source, target })
                }
                target => blocked(target, BlockReason::SourceUnreadable(source)),
            };
        }
    };
    let SourceImage {
        descriptor,
        expected,
        contents,
        verdict,
    } = source;
    let expected = match expected {
        Ok(expected) => expected,
        Err(why) => return blocked(target, BlockReason::CannotMirror(why)),
    };
    if let Observation::Present(current) = &target
        && current.digest == expected.descriptor.digest
    {
        // Of all that was found out, this is all that anybody goes on to need.
        return Action::NoOp {
            current: current.clone(),
            source: descriptor.digest,
            listed: false,
        };
    }
    let verified = match verdict {
        Some(Verdict::Unverified(found)) => return blocked(target, BlockReason::Unverified(found)),
        Some(Verdict::Unreadable(why)) => {
            return blocked(target, BlockReason::ReferrersUnreadable(why));
        }
        Some(Verdict::Verified(verified)) => Some(verified),
        None => None,
    };
    let after = |unseen| ImageCopy {
        source: descriptor,
        expected,
        contents,
        verified,
        referrers_stay: referrers.stay,
        referrers_refused: referrers.refused,
        formerly: None,
        unseen,
    };
    match target {
        // Some registries have nothing to read until somebody asks to push.
        Observation::Unreadable(why) if why.may_be_absent() => Action::Create {
            after: after(Some(why)),
        },
        Observation::Unreadable(why) => Action::blocked(BlockReason::TargetUnreadable(why)),
        Observation::Absent(_) => Action::Create { after: after(None) },
        Observation::Present(before) => Action::Update {
            before,
            after: after(None),
        },
    }
}

/// Does nothing to a tag that points to what the target said, if it said anything.
fn blocked(target: Observation<Descriptor>, reason: BlockReason) -> Action {
    let before = match target {
        Observation::Present(before) => Some(before),
        Observation::Absent(_) | Observation::Unreadable(_) => None,
    };
    Action::Blocked { before, reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cause, Failure, ManifestError};
    use crate::plan::Absence;
    use crate::plan::expected::CannotMirror;
    use crate::plan::fixtures::{descriptor, source_image};
    use crate::plan::observed::ObservedReferrers;

    fn source(content: &str) -> Observation<SourceImage> {
        Observation::Present(source_image(content))
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
                BlockReason::TagsRefused(_)
                | BlockReason::TagsMoved { .. }
                | BlockReason::NameTaken { .. } => "no tags",
                BlockReason::TooYoung(_) => "too young",
                BlockReason::CannotMirror(_) => "refused",
                BlockReason::Policy(_) => "against the policy",
                BlockReason::TargetUnreadable(_) => "target unreadable",
                BlockReason::BothUnreadable { .. } => "both unreadable",
                BlockReason::ReferrersUnreadable(_) => "referrers unreadable",
                BlockReason::Unverified(_) => "unverified",
                BlockReason::NotObserved => "not observed",
                BlockReason::NotOurs { .. }
                | BlockReason::NewNameMissing { .. }
                | BlockReason::CannotDelete
                | BlockReason::PruneLimit { .. } => "not to be deleted",
                BlockReason::RepositoryLimit { .. } => "no room",
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
        let action = classify(observed(
            source("a"),
            Observation::Unreadable(hidden.clone()),
        ));
        assert_eq!(
            name_of(&action),
            "target unreadable",
            "a stranger has to log in"
        );
        let hidden = hidden.asked_with_token();
        let action = classify(observed(
            source("a"),
            Observation::Unreadable(hidden.clone()),
        ));
        assert_eq!(
            action.copy().and_then(|copy| copy.unseen.clone()),
            Some(hidden.clone())
        );
        assert_eq!((name_of(&action), action.before()), ("create", None));
        let action = classify(observed(unreadable(), Observation::Unreadable(hidden)));
        assert_eq!(name_of(&action), "both unreadable");
    }

    #[test]
    fn every_pair_of_answers_has_one_action() {
        let refused = || {
            Observation::Present(SourceImage {
                expected: Err(CannotMirror::Manifest(ManifestError::Schema1)),
                ..source_image("a")
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
            let found = classify(observed(source, target));
            assert_eq!(name_of(&found), action);
            assert_eq!(found.before().cloned(), before, "{action}");
        }
    }
}
