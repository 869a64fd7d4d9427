//! What to do about it: the core says why, this says what now.

use crate::model::{DOCKER_HUB, ManifestError, Platforms};
use crate::plan::{
    Action, BlockReason, Cause, Change, LockState, NameRefused, Outcome, Profile, Refusal, Target,
    Unreadable,
};

/// Says what to do about a change that is blocked; nothing where there is no advice to give.
pub fn for_change(change: &Change, target: &Target) -> Option<String> {
    let Action::Blocked { reason, .. } = &change.action else {
        return None;
    };
    match reason {
        BlockReason::NameRefused(refused) => Some(for_name(refused, &target.profile)),
        BlockReason::SourceAbsent if change.lock == LockState::Locked => Some(format!(
            "the source no longer has what is locked: `pusher lock --update {}` takes what it has \
             now",
            change.target
        )),
        BlockReason::LockBroken { .. } => Some(format!(
            "someone edited the lock: `pusher lock --update {}` writes it anew",
            change.target
        )),
        BlockReason::SourceAbsent => {
            Some("check the spelling of the name and of the tag".to_owned())
        }
        BlockReason::SourceUnreadable(why) => {
            let ours = || for_source(why.cause, change.source.registry());
            Some(of_reader(why).unwrap_or_else(ours))
        }
        BlockReason::Refused(refusal) => for_refusal(refusal, &change.platforms),
        BlockReason::TargetUnreadable(why) => {
            Some(of_reader(why).unwrap_or_else(|| for_target(why.cause, target)))
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
        BlockReason::NotObserved | BlockReason::Offline { .. } => None,
        BlockReason::BlockedWhenPlanned
        | BlockReason::SourceMoved { .. }
        | BlockReason::TargetMoved { .. } => {
            Some("run `pusher plan` again and look at what changed".to_owned())
        }
    }
}

/// Says what to do about an outcome.
pub fn for_outcome(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Stale { .. } => Some("run `pusher plan` again and look at what changed"),
        Outcome::NotDone { .. } => Some("run `pusher apply` again; it goes on with what is left"),
        // What ACR Personal says; behind a host name of one's own nothing else tells that it is one.
        Outcome::Failed { message, .. } if message.contains("unknown manifest class") => Some(
            "the registry takes images alone: set `profile: acr-personal` under `target` in \
             `mirror.yaml`, and what it refuses is left out",
        ),
        Outcome::Failed { .. } => Some("run `pusher apply` again; what arrived is not sent twice"),
        Outcome::Unchanged | Outcome::Done(_) | Outcome::Blocked => None,
    }
}

/// Returns the advice of whoever asked the registry, where it is better than what the side and the
/// cause tell: how a connection failed is not to be seen from here, what a login is for is.
fn of_reader(why: &Unreadable) -> Option<String> {
    match why.cause {
        Cause::Unauthorized | Cause::Denied | Cause::RateLimited => None,
        Cause::Unreachable | Cause::Server | Cause::Protocol => why.hint.clone(),
    }
}

fn for_name(refused: &NameRefused, profile: &Profile) -> String {
    match profile.nearest_name(&refused.name) {
        Some(name) => format!(
            "give the image a name that {} takes: `target: {name}` in `mirror.yaml`",
            refused.kind
        ),
        None => format!(
            "give the image another name with `target:` in `mirror.yaml`; {} refuses this one",
            refused.kind
        ),
    }
}

fn for_source(cause: Cause, host: &str) -> String {
    match cause {
        Cause::Unauthorized => format!(
            "check the spelling: a registry may answer so for what does not exist; if the image is \
             private, run `docker login {host}` or set `registries.{host}.username` and `password` \
             in `mirror.yaml`"
        ),
        Cause::Denied => format!(
            "check the spelling, and that the account used at {host} may pull this image \
             (`docker login {host}`, or `registries.{host}.username` and `password`)"
        ),
        Cause::RateLimited if host == DOCKER_HUB => {
            "run `docker login`: an account may pull more than an address without one; or wait, \
             Docker Hub counts pulls over 6 hours"
                .to_owned()
        }
        other => for_host(other, host),
    }
}

fn for_target(cause: Cause, target: &Target) -> String {
    let host = &target.registry;
    match cause {
        Cause::Unauthorized => format!(
            "check `ALIYUN_REGISTRY_USER` and `ALIYUN_REGISTRY_PASSWORD`, or run `docker login {host}`"
        ),
        Cause::Denied => match &target.namespace {
            Some(namespace) => format!(
                "check that `{namespace}` exists at {host} and that the account may pull and push \
                 there"
            ),
            None => format!("check that the account may pull and push at {host}"),
        },
        other => for_host(other, host),
    }
}

/// Says what to do where it does not matter which side the registry is on.
fn for_host(cause: Cause, host: &str) -> String {
    match cause {
        Cause::RateLimited => {
            format!("wait a while, or lower `registries.{host}.concurrency` in `mirror.yaml`")
        }
        Cause::Unreachable if host.contains("-vpc.") || host.contains("-internal.") => format!(
            "run this inside the region's private network, or use the public host name: `{host}` \
             cannot be reached from elsewhere"
        ),
        Cause::Unreachable => format!(
            "check the host name `{host}` and the network; a proxy is taken from `HTTPS_PROXY`"
        ),
        Cause::Server => format!("try again later: the fault is at {host}"),
        Cause::Protocol | Cause::Unauthorized | Cause::Denied => format!(
            "check that `{host}` is a container registry, and that no proxy answers in its place"
        ),
    }
}

fn for_refusal(refusal: &Refusal, platforms: &Platforms) -> Option<String> {
    Some(match refusal {
        Refusal::Manifest(ManifestError::Schema1) => {
            "choose a newer tag: this image was pushed in a format from before 2017".to_owned()
        }
        Refusal::Manifest(ManifestError::UnknownMediaType(_) | ManifestError::TooManyMembers) => {
            return None;
        }
        Refusal::Manifest(ManifestError::Contradiction { .. } | ManifestError::Malformed(_)) => {
            "choose another tag: the image is damaged at its source".to_owned()
        }
        Refusal::PlatformsMissing { available, .. } if available.is_empty() => {
            "ask for `platforms: all`: the source does not name its platforms".to_owned()
        }
        Refusal::PlatformsMissing { missing, .. } => match platforms {
            Platforms::Only(asked) if missing.len() < asked.len() => {
                "ask for platforms that the source has, or set `missing-platforms: skip` in \
                 `mirror.yaml`"
                    .to_owned()
            }
            _ => "ask for a platform that the source has".to_owned(),
        },
        Refusal::ConfigRefused { profile, .. } | Refusal::NothingLeft { profile } => format!(
            "mirror it to a registry that takes more than {profile} does; where it is an \
             attestation beside an image, `attestations: auto` leaves it out"
        ),
        Refusal::Excess(excess) => excess.hint().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PlatformPattern;
    use crate::plan::{Origin, ProfileKind, TargetName};

    fn target(registry: &str) -> Target {
        Target {
            registry: registry.to_owned(),
            namespace: Some("team".to_owned()),
            profile: Profile::of(ProfileKind::of_host(registry)),
        }
    }

    fn hint_at(registry: &str, platforms: Platforms, reason: BlockReason) -> Option<String> {
        let change = Change {
            target: TargetName {
                repository: "app".to_owned(),
                tag: "1".to_owned(),
            },
            source: "app".parse().unwrap(),
            platforms,
            origin: Origin {
                file: "images.txt".to_owned(),
                line: 1,
            },
            policy: crate::plan::Policy::default(),
            lock: LockState::NoLock,
            action: Action::Blocked {
                before: None,
                reason,
            },
        };
        for_change(&change, &target(registry))
    }

    fn hint(reason: BlockReason) -> String {
        let registry = "registry.cn-hangzhou.aliyuncs.com";
        hint_at(registry, Platforms::linux_amd64(), reason).unwrap()
    }

    fn unreadable(cause: Cause) -> Unreadable {
        Unreadable {
            cause,
            message: String::new(),
            hint: None,
        }
    }

    #[test]
    fn who_asked_knows_better_how_a_connection_failed() {
        let why = |cause| Unreadable {
            hint: Some("name the authority's file".to_owned()),
            ..unreadable(cause)
        };
        for reason in [BlockReason::SourceUnreadable, BlockReason::TargetUnreadable] {
            let advice = hint(reason(why(Cause::Unreachable)));
            assert_eq!(advice, "name the authority's file");
            let advice = hint(reason(why(Cause::Unauthorized)));
            assert!(advice.contains("docker login"), "{advice}");
        }
    }

    #[test]
    fn an_image_that_the_registry_refuses_is_not_tried_again_and_again() {
        let advice = |message: &str| {
            let message = message.to_owned();
            for_outcome(&Outcome::failed(message)).unwrap()
        };
        let refused = "not allowed (403): DENIED: unknown manifest class for application/x";
        assert!(advice(refused).contains("profile: acr-personal"));
        assert!(advice("connection reset").contains("pusher apply"));
    }

    #[test]
    fn advice_fits_the_side_and_the_cause() {
        let source = |cause| hint(BlockReason::SourceUnreadable(unreadable(cause)));
        let at_target = |cause| hint(BlockReason::TargetUnreadable(unreadable(cause)));
        for (advice, part) in [
            (hint(BlockReason::SourceAbsent), "spelling"),
            (source(Cause::Unauthorized), "`docker login docker.io`"),
            (source(Cause::Denied), "may pull"),
            (source(Cause::RateLimited), "6 hours"),
            (source(Cause::Unreachable), "`HTTPS_PROXY`"),
            (source(Cause::Server), "docker.io"),
            (source(Cause::Protocol), "container registry"),
            (at_target(Cause::Unauthorized), "`ALIYUN_REGISTRY_PASSWORD`"),
            (at_target(Cause::Denied), "`team` exists at registry.cn"),
            (
                at_target(Cause::RateLimited),
                "`registries.registry.cn-hangzhou.aliyuncs.com.concurrency`",
            ),
        ] {
            assert!(advice.contains(part), "{part}: {advice}");
        }
        let private = hint_at(
            "registry-vpc.cn-hangzhou.aliyuncs.com",
            Platforms::All,
            BlockReason::TargetUnreadable(unreadable(Cause::Unreachable)),
        );
        assert!(private.unwrap().contains("private network"));
    }

    #[test]
    fn missing_platforms_are_skipped_only_where_others_are_left() {
        let hint = |asked: &[&str]| {
            let asked: Vec<PlatformPattern> =
                asked.iter().map(|text| text.parse().unwrap()).collect();
            let refusal = Refusal::PlatformsMissing {
                missing: vec![asked[0].clone()],
                available: vec![crate::model::Platform::new("linux", "386", None)],
            };
            let reason = BlockReason::Refused(refusal);
            hint_at("registry.example", Platforms::only(asked), reason).unwrap()
        };
        assert!(!hint(&["linux/riscv64"]).contains("skip"));
        assert!(hint(&["linux/riscv64", "linux/386"]).contains("`missing-platforms: skip`"));
    }
}
