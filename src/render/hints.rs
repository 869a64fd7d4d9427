//! What to do about it: the core says why, this says what now.

use crate::model::{
    Cause, DOCKER_HUB, Failure, Fault, ManifestError, Meaning, NoAnswer, Part, Platforms, Profile,
};
use crate::plan::{
    Action, BlockReason, Change, Hit, LockState, NameRefused, Outcome, Refusal, Role, Target,
};

/// Says what to do about a change that is blocked; nothing where there is no advice to give.
pub fn for_change(change: &Change, target: &Target) -> Option<String> {
    let Action::Blocked { reason, .. } = &change.action else {
        return None;
    };
    match reason {
        BlockReason::NameRefused(refused) => Some(for_name(refused, &target.profile)),
        BlockReason::SourceAbsent(_) if change.lock == LockState::Locked => Some(format!(
            "the source no longer has what is locked: `pusher lock --update {}` takes what it has \
             now",
            change.target
        )),
        BlockReason::LockBroken { .. } => Some(format!(
            "someone edited the lock: `pusher lock --update {}` writes it anew",
            change.target
        )),
        BlockReason::SourceAbsent(_) => {
            Some("check the spelling of the name and of the tag".to_owned())
        }
        BlockReason::SourceUnreadable(why) | BlockReason::ReferrersUnreadable(why) => {
            advice(why, false, target)
        }
        BlockReason::Refused(refusal) => for_refusal(refusal, &change.platforms),
        BlockReason::TargetUnreadable(why) => advice(why, true, target),
        BlockReason::BothUnreadable {
            source,
            target: why,
        } => {
            let both = [advice(source, false, target), advice(why, true, target)];
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
            for_failed(failure, at_target, target)
        }
        Outcome::Unchanged | Outcome::Done(_) => None,
    }
}

/// Says what to do about what is in the way of several images.
pub fn for_hit(hit: &Hit<'_>, target: &Target) -> Option<String> {
    match hit.role {
        Role::Source | Role::Referrers => advice(hit.failure, false, target),
        Role::Target => advice(hit.failure, true, target),
        Role::Run { at_target } => for_failed(hit.failure, at_target, target),
    }
}

/// Says what to do about a failure in the middle of a copy or a deletion: asking again is advice only
/// where the next answer may be another one.
fn for_failed(failure: &Failure, at_target: bool, target: &Target) -> Option<String> {
    let again = || "run `pusher apply` again; what arrived is not sent twice".to_owned();
    match failure.cause() {
        Cause::Server | Cause::Unreachable => of_way(failure).or_else(|| Some(again())),
        _ => advice(failure, at_target, target),
    }
}

/// Says what to do about a failure at one side.
fn advice(failure: &Failure, at_target: bool, target: &Target) -> Option<String> {
    let cause = failure.cause();
    let by_side = || {
        if at_target {
            for_target(cause, target)
        } else {
            for_source(cause, &failure.host)
        }
    };
    of_way(failure)
        .or_else(by_side)
        .or_else(|| of_fault(&failure.fault))
}

/// Says what to do about a failure that belongs to no image.
pub fn of_failure(failure: &Failure) -> Option<String> {
    let host = &failure.host;
    of_way(failure).or_else(|| match failure.cause() {
        Cause::Unauthorized => Some(login(failure)),
        Cause::RateLimited if failure.meaning() == Some(Meaning::PullsUsedUp) => {
            Some(login(failure))
        }
        Cause::Denied => Some(format!("check that the account for `{host}` may do this")),
        _ => of_fault(&failure.fault),
    })
}

fn login(failure: &Failure) -> String {
    let host = &failure.host;
    failure.login_hint.clone().unwrap_or_else(|| {
        format!(
            "log in with `docker login {host}`, or set `username` and `password` under \
             `registries.{host}` in the mirror file"
        )
    })
}

/// Says what to do where the way to the registry tells, whatever was asked on it.
fn of_way(failure: &Failure) -> Option<String> {
    let host = &failure.host;
    let place = failure.elsewhere.as_ref().unwrap_or(host);
    match &failure.fault {
        Fault::NoAnswer(NoAnswer::PlainHttp) => Some(format!(
            "if `{place}` has no TLS, and the network to it can be trusted, set \
             `registries.{host}.plain-http: true`"
        )),
        Fault::NoAnswer(NoAnswer::Certificate(_)) => Some(format!(
            "if `{place}` has a certificate of your own authority, name that one's file in \
             `registries.{host}.ca-file`"
        )),
        Fault::NoAnswer(NoAnswer::Slow { .. } | NoAnswer::Trickle(_)) => Some(format!(
            "`{place}` is there, and it or the line to it is too slow: try again later, or with fewer requests \
             at once (`registries.{host}.concurrency: 1`)"
        )),
        Fault::NoAnswer(NoAnswer::Head(_)) => Some(no_registry(place)),
        Fault::NoAnswer(NoAnswer::Proxy(_)) => {
            Some("see `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` in the environment".to_owned())
        }
        Fault::Answered(answer) => match answer.meaning? {
            Meaning::WantsTls => Some(format!(
                "`{host}` speaks https: set `registries.{host}.plain-http: false`"
            )),
            Meaning::ImagesOnly => Some(
                "the registry takes images alone: set `profile: acr-personal` under `target` in \
                 `mirror.yaml`, and what it refuses is left out"
                    .to_owned(),
            ),
            Meaning::Page => Some(no_registry(place)),
            Meaning::PullsUsedUp => None,
        },
        _ => None,
    }
}

fn no_registry(place: &str) -> String {
    format!("check that `{place}` is a container registry, and that no proxy answers in its place")
}

/// Says what to do about what an image or a registry is, which another try will not change.
fn of_fault(fault: &Fault) -> Option<String> {
    let text = match fault {
        Fault::TooLong { .. } | Fault::OtherBytes { .. } | Fault::CutShort => {
            "the image is damaged at its source: choose another tag, or tell who keeps it"
        }
        Fault::Manifest { .. }
        | Fault::OtherSize { .. }
        | Fault::Lacks(Part::Manifest(_) | Part::Config(_)) => {
            "choose another tag: the image is damaged at its source"
        }
        Fault::Lacks(Part::NoManifest { .. }) => {
            "it is no image but the cache of a build, or other data: take it out of the list"
        }
        Fault::TooMuch(excess) => excess.hint(),
        Fault::Needed { .. } => {
            "leave it, or take what needs it out of the files as well and of the registry"
        }
        Fault::TagsUnknown | Fault::CannotDelete => {
            "delete the tag in the registry's console, or leave it and run without `--prune`"
        }
        // The registry's own words are all that is known.
        Fault::Answered(_)
        | Fault::Paused(_)
        | Fault::Login(_)
        | Fault::NoAnswer(_)
        | Fault::Protocol(_)
        | Fault::Damaged(_) => return None,
    };
    Some(text.to_owned())
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

fn for_source(cause: Cause, host: &str) -> Option<String> {
    Some(match cause {
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
        other => return for_host(other, host),
    })
}

fn for_target(cause: Cause, target: &Target) -> Option<String> {
    let host = &target.registry;
    Some(match cause {
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
        other => return for_host(other, host),
    })
}

/// Says what to do where it does not matter which side the registry is on.
fn for_host(cause: Cause, host: &str) -> Option<String> {
    Some(match cause {
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
        Cause::Protocol | Cause::Refused | Cause::Unauthorized | Cause::Denied => return None,
    })
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
    use crate::plan::Absence;
    use std::time::Duration;

    use super::*;
    use crate::model::{
        Asked, Attempt, Descriptor, Digest, ErrorAnswer, Kind, Operation, PlatformPattern,
        ProfileKind, media_type,
    };
    use crate::plan::{Origin, TargetName};

    fn target(registry: &str) -> Target {
        Target {
            registry: registry.to_owned(),
            namespace: Some("team".to_owned()),
            profile: Profile::of(ProfileKind::of_host(registry)),
        }
    }

    fn change_at(reason: BlockReason, platforms: Platforms) -> Change {
        Change {
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
        }
    }

    fn hint_at(registry: &str, platforms: Platforms, reason: BlockReason) -> Option<String> {
        for_change(&change_at(reason, platforms), &target(registry))
    }

    fn hint(reason: BlockReason) -> String {
        let registry = "registry.cn-hangzhou.aliyuncs.com";
        hint_at(registry, Platforms::linux_amd64(), reason).unwrap()
    }

    fn unreadable(cause: Cause) -> Failure {
        failure(Failure::for_test(cause).fault.clone())
    }

    fn failure(fault: Fault) -> Failure {
        let operation = Operation::new(Kind::PutManifest, "`app:1`");
        Failure::new(DOCKER_HUB, Attempt::Request(operation), fault)
    }

    #[test]
    fn the_way_to_a_registry_tells_more_than_its_side() {
        let second = Duration::from_secs(1);
        for (why, words) in [
            (
                NoAnswer::Certificate("unknown".to_owned()),
                "`registries.docker.io.ca-file`",
            ),
            (
                NoAnswer::Slow {
                    least: 1,
                    time: second,
                },
                "`registries.docker.io.concurrency: 1`",
            ),
            (NoAnswer::Trickle(second), "try again later"),
            (
                NoAnswer::Head("too large".to_owned()),
                "is a container registry",
            ),
        ] {
            for reason in [BlockReason::SourceUnreadable, BlockReason::TargetUnreadable] {
                let why = failure(Fault::NoAnswer(why.clone()));
                let advice = hint(reason(why));
                assert!(advice.contains(words), "{advice}");
            }
        }
    }

    #[test]
    fn a_sources_trouble_hides_no_trouble_of_the_target() {
        let advice = hint(BlockReason::BothUnreadable {
            source: unreadable(Cause::Unreachable),
            target: unreadable(Cause::Unauthorized),
        });
        assert!(advice.contains("`HTTPS_PROXY`"), "{advice}");
        assert!(advice.contains("`ALIYUN_REGISTRY_PASSWORD`"), "{advice}");
    }

    #[test]
    fn the_cache_of_a_build_is_told_as_that() {
        let part = Part::NoManifest {
            digest: Digest::sha256(b""),
            media_type: "application/vnd.buildkit.cacheconfig.v0".to_owned(),
        };
        let why = failure(Fault::Lacks(part));
        assert!(
            why.to_string()
                .contains("`application/vnd.buildkit.cacheconfig.v0`")
        );
        assert!(hint(BlockReason::SourceUnreadable(why)).contains("cache of a build"));
    }

    #[test]
    fn another_try_is_advice_only_where_it_may_help() {
        let change = |action| Change {
            action,
            ..change_at(BlockReason::SourceAbsent(Absence::Plain), Platforms::All)
        };
        let current = Descriptor {
            media_type: media_type::OCI_MANIFEST.to_owned(),
            digest: Digest::sha256(b""),
            size: 1,
        };
        let change = change(Action::NoOp { current });
        let advice = |fault| {
            let outcome = Outcome::failed(failure(fault));
            for_outcome(&change, &outcome, &target("registry.example.com"))
        };
        let answer = |status, meaning| {
            Fault::Answered(ErrorAnswer {
                status,
                code: Some("DENIED".to_owned()),
                message: None,
                asked: Asked::WithToken,
                meaning,
            })
        };
        for (fault, part) in [
            (
                answer(403, Some(Meaning::ImagesOnly)),
                "profile: acr-personal",
            ),
            (answer(502, None), "run `pusher apply` again"),
            (
                Fault::NoAnswer(NoAnswer::Broken(String::new())),
                "run `pusher apply` again",
            ),
            (answer(400, Some(Meaning::Page)), "no proxy answers"),
            (Fault::TooLong { size: 1 }, "damaged at its source"),
        ] {
            let advice = advice(fault).unwrap();
            assert!(advice.contains(part), "{part}: {advice}");
        }
        assert_eq!(advice(answer(400, None)), None);
        assert_eq!(advice(Fault::Protocol("odd".to_owned())), None);
    }

    #[test]
    fn advice_fits_the_side_and_the_cause() {
        let source = |cause| hint(BlockReason::SourceUnreadable(unreadable(cause)));
        let at_target = |cause| hint(BlockReason::TargetUnreadable(unreadable(cause)));
        for (advice, part) in [
            (hint(BlockReason::SourceAbsent(Absence::Plain)), "spelling"),
            (source(Cause::Unauthorized), "`docker login docker.io`"),
            (source(Cause::Denied), "may pull"),
            (source(Cause::RateLimited), "6 hours"),
            (source(Cause::Unreachable), "`HTTPS_PROXY`"),
            (source(Cause::Server), "docker.io"),
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
