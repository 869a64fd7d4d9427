//! What to do about it: the core says why, this says what now.

use crate::model::{DOCKER_HUB, ManifestError, Platforms};
use crate::plan::{
    Action, BlockReason, Cause, Change, NameRefused, Outcome, Profile, Refusal, Target, TargetName,
};

/// Says what to do about a change that is blocked; nothing where there is no advice to give.
pub fn for_change(change: &Change, target: &Target) -> Option<String> {
    let Action::Blocked { reason, .. } = &change.action else {
        return None;
    };
    match reason {
        BlockReason::NameRefused(refused) => Some(for_name(refused, &target.profile)),
        BlockReason::SourceAbsent => {
            Some("check the spelling of the name and of the tag".to_owned())
        }
        BlockReason::SourceUnreadable(why) => Some(for_source(why.cause, change.source.registry())),
        BlockReason::Refused(refusal) => for_refusal(refusal, &change.platforms),
        BlockReason::TargetUnreadable(why) => Some(for_target(why.cause, target)),
        BlockReason::NotObserved => None,
    }
}

/// Says what to do about an outcome.
pub fn for_outcome(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Stale { .. } => Some("run `pusher plan` again and look at what changed"),
        Outcome::NotDone => Some("run `pusher apply` again; it goes on with what is left"),
        Outcome::Failed { .. } => Some("run `pusher apply` again; what arrived is not sent twice"),
        Outcome::Unchanged | Outcome::Done(_) | Outcome::Blocked => None,
    }
}

fn for_name(refused: &NameRefused, profile: &Profile) -> String {
    match allowed_name(&refused.name, profile) {
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

/// Returns a name like `name` that the registry takes, if there is one.
fn allowed_name(name: &TargetName, profile: &Profile) -> Option<TargetName> {
    let separator = |c: char| matches!(c, '.' | '_' | '-');
    let flat = profile.name_levels == Some(1);
    let allowed = |c: char| match c.to_ascii_lowercase() {
        '/' if flat => '_',
        c if c.is_ascii_lowercase() || c.is_ascii_digit() || separator(c) || c == '/' => c,
        _ => '-',
    };
    let repository: String = name.repository.chars().map(allowed).collect();
    let levels: Vec<_> = repository
        .split('/')
        .map(|level| level.trim_matches(separator))
        .filter(|level| !level.is_empty())
        .collect();
    let most = profile.name_length.map_or(usize::MAX, |(_, most)| most);
    // The last part tells images apart; the front is what can go.
    let joined = levels.join("/");
    let start = joined.len().saturating_sub(most);
    let repository = joined[start..].trim_start_matches(|c| separator(c) || c == '/');
    let name = TargetName {
        repository: repository.to_owned(),
        tag: name.tag.clone(),
    };
    let taken = !name.repository.is_empty() && profile.refuses_name(&name).is_none();
    taken.then_some(name)
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
            "set `ALIYUN_REGISTRY_USER` and `ALIYUN_REGISTRY_PASSWORD`, or run `docker login {host}`"
        ),
        Cause::Denied => {
            let namespace = match &target.namespace {
                Some(namespace) => format!(" below `{namespace}`"),
                None => String::new(),
            };
            format!("check that the account may pull and push{namespace} at {host}")
        }
        other => for_host(other, host),
    }
}

/// Says what to do where it does not matter which side the registry is on.
fn for_host(cause: Cause, host: &str) -> String {
    match cause {
        Cause::RateLimited => {
            format!("wait a while, or lower `registries.{host}.concurrency` in `mirror.yaml`")
        }
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
        Refusal::Manifest(ManifestError::UnknownMediaType(_)) => return None,
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
        Refusal::TooDeep(_) => "ask for one platform of it, or for another tag".to_owned(),
    })
}
