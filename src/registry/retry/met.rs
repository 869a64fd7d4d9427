//! What a failed try of a request met, read from what is known of it.

use http::{Method, StatusCode};

use crate::model::{Failure, Fault, Meaning, NoAnswer, RequestKind, Throttled};
use crate::registry::exchange::{Body, Call, FailedTry, RetryOn};

use super::backoff;
use super::decide::Met;

impl Met {
    /// Reads a failed try. `may_be_a_mistake` tells that nobody was ever there, `has_new_address` that the
    /// registry is to be asked again for the address that it pointed to.
    pub(crate) fn of_try(
        failure: &FailedTry,
        call: &Call,
        may_be_a_mistake: bool,
        has_new_address: bool,
    ) -> Self {
        if matches!(call.body, Body::Spent) {
            return Self::Final;
        }
        match &failure.fault {
            Fault::NoAnswer(why) => of_no_answer(why, failure, call, may_be_a_mistake),
            Fault::Answered(_) if has_new_address => Self::BadLuck,
            Fault::Answered(_) => failure
                .status
                .map_or(Self::Final, |status| of_status(status, failure, call)),
            _ => Self::Final,
        }
    }

    /// Reads why a blob broke on its way.
    pub fn of_break(broken: &Failure) -> Self {
        match (broken.throttled, &broken.fault) {
            (Throttled::Yes, _) => Self::Throttled,
            // To send many bytes once more is too much for a guess that it is for the rate.
            (_, Fault::NoAnswer(NoAnswer::Connect(_))) => Self::Unconnected,
            _ => Self::BadLuck,
        }
    }
}

/// What must not be done twice is tried again only if it cannot have begun.
fn of_no_answer(why: &NoAnswer, failure: &FailedTry, call: &Call, may_be_a_mistake: bool) -> Met {
    use NoAnswer::{Broken, Connect, Refused, UnknownHost, Unread};
    let cannot_have_begun = matches!(why, UnknownHost(_) | Refused(_) | Connect(_) | Unread);
    let may_go_better = cannot_have_begun || why.is_transient() && call.idempotent;
    match why {
        _ if !may_go_better => Met::Final,
        Connect(_) if !may_be_a_mistake => Met::Unconnected,
        Unread => Met::Unread,
        Broken(_) if is_token_of_good_login(call) && !failure.redirected => Met::PerhapsThrottled,
        _ if failure.took_long() => Met::Silence,
        _ if may_be_a_mistake => Met::Nobody,
        _ => Met::BadLuck,
    }
}

fn of_status(status: StatusCode, failure: &FailedTry, call: &Call) -> Met {
    match status {
        StatusCode::TOO_MANY_REQUESTS if failure.meaning() == Some(Meaning::PullsUsedUp) => {
            return Met::Final;
        }
        StatusCode::TOO_MANY_REQUESTS => return Met::Throttled,
        StatusCode::UNAUTHORIZED if call.retry_unauthorized => return Met::PerhapsThrottled,
        _ => {}
    }
    let is_worth_it = match call.retry_on {
        RetryOn::Transient => true,
        RetryOn::Overload => backoff::is_overload(status),
        RetryOn::Nothing => false,
    };
    if !(is_worth_it && backoff::is_transient(status) && call.idempotent) {
        return Met::Final;
    }
    match failure.throttled() {
        Throttled::Yes => Met::Throttled,
        Throttled::Perhaps => Met::PerhapsThrottled,
        Throttled::No => Met::BadLuck,
    }
}

/// Tells whether this asks a token server that took the login before: some answer many such requests with 401,
/// or break the connection.
pub(crate) fn is_token_of_good_login(call: &Call) -> bool {
    call.operation.kind == RequestKind::Token && call.retry_unauthorized
}

/// Tells whether the registry is to be asked for the address again that it pointed to: such an address may
/// be signed for a short time, or its host may have lost what was there.
pub(crate) fn wants_new_address(call: &Call, failure: &FailedTry) -> bool {
    let status = failure.status;
    let is_refused = status.is_some_and(|status| status.is_client_error());
    failure.redirected && is_refused && call.method == Method::GET
}
