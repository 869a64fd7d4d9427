//! What to do by the kind of cause, and by the side that the registry is on.

use crate::config::{PASSWORD_VARIABLE, USER_VARIABLE};
use crate::model::{Cause, DOCKER_HUB, Failure};
use crate::plan::Target;

/// Says how to log in.
pub(super) fn login(failure: &Failure) -> String {
    let host = &failure.host;
    if failure.is_targets {
        return format!("set {}", login_of_target(host));
    }
    format!(
        "log in with `docker login {host}`, or set `username` and `password` under \
         `registries.{host}` in the mirror file"
    )
}

/// Says where the target's login is set; goes on after "set" or "check".
pub(super) fn login_of_target(host: &str) -> String {
    format!("`{USER_VARIABLE}` and `{PASSWORD_VARIABLE}`, or run `docker login {host}`")
}

/// Says what to do at the source.
pub(in crate::render) fn for_source(cause: Cause, host: &str) -> Option<String> {
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

/// Says what to do at the target.
pub(super) fn for_target(cause: Cause, target: &Target) -> Option<String> {
    let host = &target.registry;
    Some(match cause {
        Cause::Unauthorized => format!("check {}", login_of_target(host)),
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
