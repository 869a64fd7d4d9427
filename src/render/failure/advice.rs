//! Which advice is given about a failure, where there may be several.

use crate::model::{Cause, Failure, Fault, Meaning};
use crate::plan::Target;

use super::remedy::{for_source, for_target, login};
use super::{acr, error_status, fault, no_answer, sign_in};

/// Says what to do about a failure that belongs to no image.
pub fn of_failure(failure: &Failure) -> Option<String> {
    let host = &failure.host;
    of_way(failure).or_else(|| match failure.cause() {
        Cause::Unauthorized => Some(login(failure)),
        Cause::RateLimited if failure.meaning() == Some(Meaning::PullsUsedUp) => {
            Some(login(failure))
        }
        Cause::Denied => Some(tr!(
            "check that the account for `{host}` may do this",
            "检查 `{host}` 的账号有没有权限这样做"
        )),
        _ => fault::advice(&failure.fault),
    })
}

/// Says what to do about a failure in the middle of a copy or a deletion: asking again is advice only
/// where the next answer may be another one.
pub(in crate::render) fn in_a_run(
    failure: &Failure,
    at_target: bool,
    target: &Target,
) -> Option<String> {
    let again = || {
        tr!(
            "run `pusher apply` again; what arrived is not sent twice",
            "再运行一次 `pusher apply`；已经传到的不会再传"
        )
    };
    match failure.cause() {
        Cause::Server | Cause::Unreachable => {
            let known = || acr::advice(failure, target).filter(|_| at_target);
            of_way(failure).or_else(known).or_else(|| Some(again()))
        }
        _ => at_side(failure, at_target, target),
    }
}

/// Says what to do about a failure at one side.
pub(in crate::render) fn at_side(
    failure: &Failure,
    at_target: bool,
    target: &Target,
) -> Option<String> {
    if at_target {
        self::at_target(failure, target)
    } else {
        at_source(failure)
    }
}

/// Says what to do about a failure at a source.
pub(in crate::render) fn at_source(failure: &Failure) -> Option<String> {
    of_way(failure)
        .or_else(|| for_source(failure.cause(), &failure.host))
        .or_else(|| fault::advice(&failure.fault))
}

/// Says what to do about a failure at the target; what its kind of registry is known to mean goes first.
fn at_target(failure: &Failure, target: &Target) -> Option<String> {
    of_way(failure)
        .or_else(|| acr::advice(failure, target))
        .or_else(|| for_target(failure.cause(), target))
        .or_else(|| fault::advice(&failure.fault))
}

/// Says what to do where the way to the registry tells, whatever was asked on it.
fn of_way(failure: &Failure) -> Option<String> {
    let host = &failure.host;
    let place = failure.elsewhere.as_ref().unwrap_or(host);
    match &failure.fault {
        Fault::NoAnswer(why) => no_answer::advice(why, host, place),
        Fault::Stick(_) => fault::advice(&failure.fault),
        Fault::Answered(answer) => error_status::advice(answer, host, place),
        Fault::SignIn(fault) => Some(sign_in::advice(fault, host)),
        _ => None,
    }
}
