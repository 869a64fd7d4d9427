//! What to do about it: the core says why, this says what now.

#[cfg(test)]
mod tests;

use crate::checkup::{self, Fact, Step, Trouble};
use crate::model::{Cause, DOCKER_HUB, ManifestError, Platforms};
use crate::plan::{
    Absence, Action, BlockReason, CannotMirror, Change, Hit, LockState, Outcome, RefusedName, Role,
    Target,
};

pub use super::failure::of_failure;
use super::failure::{at_side, at_source, for_source, in_a_run, set_login, unasked_login};

/// Says what to do about a change that is blocked; nothing where there is no advice to give.
pub fn for_change(change: &Change, target: &Target) -> Option<String> {
    let Action::Blocked { reason, .. } = &change.action else {
        return None;
    };
    match reason {
        BlockReason::NameRefused(refused) => Some(for_name(refused)),
        BlockReason::SourceAbsent(_) if change.lock == LockState::Locked => Some(format!(
            "the source no longer has what is locked: `pusher lock --update {}` takes what it has \
             now",
            change.target
        )),
        BlockReason::LockBroken { .. } => Some(format!(
            "someone edited the lock: `pusher lock --update {}` writes it anew",
            change.target
        )),
        BlockReason::SourceAbsent(Absence::Plain) => {
            Some("check the spelling of the name and of the tag".to_owned())
        }
        BlockReason::SourceAbsent(Absence::ToStranger) => {
            Some(unasked_login(change.source.registry()))
        }
        BlockReason::SourceUnreadable(why) | BlockReason::ReferrersUnreadable(why) => {
            at_side(why, false, target)
        }
        BlockReason::CannotMirror(why) => for_image(why, &change.platforms),
        BlockReason::TargetUnreadable(why) => at_side(why, true, target),
        BlockReason::BothUnreadable {
            source,
            target: why,
        } => {
            let both = [at_side(source, false, target), at_side(why, true, target)];
            let both: Vec<_> = both.into_iter().flatten().collect();
            (!both.is_empty()).then(|| both.join("; "))
        }
        BlockReason::NotOurs { .. } => Some(
            "look at what it holds; delete it by hand if nobody needs it, then run `pusher lock`"
                .to_owned(),
        ),
        BlockReason::CannotDelete => Some(
            "delete the tag in the registry's console, or leave it and run without `--prune`"
                .to_owned(),
        ),
        BlockReason::PruneLimit { count, .. } => Some(format!(
            "check that nothing left the files by mistake; if not, set `prune-limit: {count}` in \
             `mirror.yaml`"
        )),
        BlockReason::ReferrersDiffer { .. } => Some(
            "leave `referrers` out for one of the two images, or give it another repository with \
             `target:`"
                .to_owned(),
        ),
        // The new name's own change says what to do.
        BlockReason::NewNameMissing { .. }
        | BlockReason::NotObserved
        | BlockReason::Offline { .. } => None,
        BlockReason::BlockedWhenPlanned
        | BlockReason::SourceMoved { .. }
        | BlockReason::TargetMoved { .. } => {
            Some("run `pusher plan` again and look at what changed".to_owned())
        }
    }
}

/// Says what to do about what became of a change; nothing where there is no advice to give.
pub fn for_outcome(change: &Change, outcome: &Outcome, target: &Target) -> Option<String> {
    match outcome {
        Outcome::Blocked => for_change(change, target),
        Outcome::Stale { .. } => {
            Some("run `pusher plan` again and look at what changed".to_owned())
        }
        Outcome::NotDone { .. } => {
            Some("run `pusher apply` again; it goes on with what is left".to_owned())
        }
        Outcome::Failed { failure, .. } => {
            let at_target = change.failed_at_target(failure, target);
            in_a_run(failure, at_target, target)
        }
        Outcome::Unchanged | Outcome::Done(_) => None,
    }
}

/// Says what to do about what is in the way of several images.
pub fn for_hit(hit: &Hit<'_>, target: &Target) -> Option<String> {
    match hit.role {
        Role::Source | Role::Referrers => at_side(hit.failure, false, target),
        Role::Target => at_side(hit.failure, true, target),
        Role::Run { at_target } => in_a_run(hit.failure, at_target, target),
    }
}

/// Says what to do about a step of a checkup; nothing where there is no advice to give.
///
/// `target` is none for a source.
pub fn for_step(step: &Step, target: Option<&Target>) -> Option<String> {
    let trouble = match &step.outcome {
        checkup::Outcome::Failed(trouble) => trouble,
        checkup::Outcome::Found(Fact::NoSuchImage(_)) => {
            return Some("check the spelling of the name and of the tag".to_owned());
        }
        checkup::Outcome::Found(_) | checkup::Outcome::Skipped(_) => return None,
    };
    match (trouble, target) {
        (Trouble::Failure(failure), Some(target)) => at_side(failure, true, target),
        (Trouble::Failure(failure), None) => at_source(failure),
        (Trouble::NoLogin, target) => target.map(set_login),
        (Trouble::Clock(_), _) => Some(
            "set this machine's clock, best by NTP: tokens, signatures and certificates are good for a time"
                .to_owned(),
        ),
        (Trouble::PullsUsedUp(_), _) => for_source(Cause::RateLimited, DOCKER_HUB),
        (Trouble::TooManyRepositories { .. }, _) => Some(
            "take images out of the files, or delete repositories that nobody needs in the console".to_owned(),
        ),
    }
}

fn for_name(refused: &RefusedName) -> String {
    let kind = refused.why.kind;
    match &refused.instead {
        Some(name) => {
            format!("give the image a name that {kind} takes: `target: {name}` in `mirror.yaml`")
        }
        None => format!(
            "give the image another name with `target:` in `mirror.yaml`; {kind} refuses this one"
        ),
    }
}

fn for_image(why: &CannotMirror, platforms: &Platforms) -> Option<String> {
    Some(match why {
        CannotMirror::Manifest(ManifestError::Schema1) => {
            "choose a newer tag: this image was pushed in a format from before 2017".to_owned()
        }
        CannotMirror::Manifest(
            ManifestError::UnknownMediaType(_) | ManifestError::TooManyMembers,
        ) => {
            return None;
        }
        CannotMirror::Manifest(
            ManifestError::Contradiction { .. } | ManifestError::Malformed(_),
        ) => "choose another tag: the image is damaged at its source".to_owned(),
        CannotMirror::PlatformsMissing { available, .. } if available.is_empty() => {
            "ask for `platforms: all`: the source does not name its platforms".to_owned()
        }
        CannotMirror::PlatformsMissing { missing, .. } => match platforms {
            Platforms::Only(asked) if missing.len() < asked.len() => {
                "ask for platforms that the source has, or set `missing-platforms: skip` in \
                 `mirror.yaml`"
                    .to_owned()
            }
            _ => "ask for a platform that the source has".to_owned(),
        },
        CannotMirror::ConfigRefused { profile, .. } | CannotMirror::NothingLeft { profile } => {
            format!(
                "mirror it to a registry that takes more than {profile} does; where it is an \
             attestation beside an image, `attestations: auto` leaves it out"
            )
        }
        CannotMirror::Excess(excess) => excess.hint().to_owned(),
    })
}
