//! What went wrong with a registry, as data: where, what was tried and how often, what came back.
//!
//! The kinds that are known are data: [`crate::render`] words them, and picks the advice by the type. Only what was
//! met once, at one spot of the protocol, comes with a sentence of that spot.

mod cause;
mod fault;
mod no_answer;
mod sign_in;

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;

use crate::model::{Digest, ErrorCode, Operation, Reference, Repository, RequestKind};

pub use cause::Cause;
pub use fault::{Asked, ErrorAnswer, Fault, Meaning, Need, Part, StickFault, Throttled};
pub use no_answer::NoAnswer;
pub use sign_in::{SignInFault, SignInRefusal, SignInService};

/// What went wrong with a registry.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure(Box<Facts>);

/// What is known of a [`Failure`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The registry's host, as references name it.
    pub host: String,
    /// What was tried.
    pub attempt: Attempt,
    /// What happened.
    pub fault: Fault,
    /// The other host at which it happened, where the registry points to one.
    pub elsewhere: Option<String>,
    /// How often it was tried.
    pub tries: usize,
    /// How long the host was waited for beside that, because it was away.
    pub waited: Duration,
    /// Whether the registry refused it since it is too much at a time: the next request waits its turn.
    pub throttled: Throttled,
    /// Whether the registry is the target of the run, whose login stands in the environment.
    pub is_targets: bool,
    /// Whether what stood in the way was seen to, so that it may work when it is begun anew: a token that
    /// ended early was let go, the place to send to is another.
    pub is_mended: bool,
}

/// What was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// One request.
    Request(Operation),
    /// To make sense of what an image is made of.
    Image(Reference),
    /// To read a blob to its end.
    Blob(Repository, Digest),
    /// To delete a tag.
    Deletion(Reference),
}

impl Failure {
    /// Says what happened when something was tried once at a registry.
    pub fn new(host: impl Into<String>, attempt: Attempt, fault: Fault) -> Self {
        Self(Box::new(Facts {
            host: host.into(),
            attempt,
            fault,
            elsewhere: None,
            tries: 1,
            waited: Duration::ZERO,
            throttled: Throttled::No,
            is_targets: false,
            is_mended: false,
        }))
    }

    /// Says what is wrong with an image, wherever in it.
    pub fn of_image(image: &Reference, fault: Fault) -> Self {
        Self::new(image.registry(), Attempt::Image(image.clone()), fault)
    }

    /// Says how often it was tried.
    #[must_use]
    pub fn after(mut self, tries: usize) -> Self {
        self.0.tries = tries;
        self
    }

    /// Counts the tries that were made before in another way, where there was more than one.
    #[must_use]
    pub fn after_others(mut self, tries: usize) -> Self {
        if tries > 1 {
            self.0.tries += tries;
        }
        self
    }

    /// Says how long the host was waited for.
    #[must_use]
    pub fn waited(mut self, waited: Duration) -> Self {
        self.0.waited = waited;
        self
    }

    /// Says whether it was too much at a time.
    #[must_use]
    pub fn throttled(mut self, throttled: Throttled) -> Self {
        self.0.throttled = throttled;
        self
    }

    /// Says at which other host it happened.
    #[must_use]
    pub fn at(mut self, elsewhere: Option<String>) -> Self {
        self.0.elsewhere = elsewhere;
        self
    }

    /// Says that it may work when it is begun anew.
    #[must_use]
    pub fn mended(mut self) -> Self {
        self.0.is_mended = true;
        self
    }

    /// Says whether the registry is the target of the run.
    #[must_use]
    pub fn of_target(mut self, is_targets: bool) -> Self {
        self.0.is_targets = is_targets;
        self
    }

    /// Says the same about another request, which was not tried because of it.
    #[must_use]
    pub fn instead_of(mut self, operation: &Operation) -> Self {
        self.0.attempt = Attempt::Request(operation.clone());
        self
    }

    /// Returns the kind of reason.
    pub fn cause(&self) -> Cause {
        match &self.fault {
            Fault::Answered(answer) => match answer.status {
                401 => Cause::Unauthorized,
                403 => Cause::Denied,
                429 => Cause::RateLimited,
                408 | 500.. => Cause::Server,
                _ if answer.meaning == Some(Meaning::HtmlPage) => Cause::Protocol,
                _ => Cause::Refused,
            },
            Fault::Paused(_) | Fault::PullsSpent { .. } => Cause::RateLimited,
            Fault::SignIn(fault) => match **fault {
                SignInFault::Unanswered { .. } => Cause::Unreachable,
                SignInFault::Unusable { .. } => Cause::Protocol,
                _ => Cause::Unauthorized,
            },
            Fault::Login(_) => Cause::Unauthorized,
            Fault::NoAnswer(_) | Fault::CutShort => Cause::Unreachable,
            Fault::Protocol(_)
            | Fault::Damaged(_)
            | Fault::TooLong { .. }
            | Fault::OtherBytes { .. }
            | Fault::Manifest { .. }
            | Fault::OtherSize { .. }
            | Fault::Lacks(_)
            | Fault::TooMuch(_) => Cause::Protocol,
            Fault::Needed { .. } | Fault::TagsUnknown | Fault::CannotDelete | Fault::Stick(_) => {
                Cause::Refused
            }
        }
    }

    /// Tells whether it is whoever began the run that wanted no more, and nothing is wrong.
    pub fn is_own_bound(&self) -> bool {
        matches!(self.fault, Fault::PullsSpent { .. })
    }

    /// Tells whether the same may work a little later. What was refused for the rate for as long as that is
    /// worth it is not begun anew.
    pub fn may_pass(&self) -> bool {
        let cause = self.cause();
        let was_waited_for = cause == Cause::RateLimited && self.throttled == Throttled::No;
        cause.may_pass() && !was_waited_for
    }

    /// Tells whether it is what the registry said that is wrong, and not that it did not answer, or has too
    /// much to do.
    pub fn is_answer(&self) -> bool {
        match &self.fault {
            Fault::Answered(answer) => answer.status != 429,
            Fault::NoAnswer(_) | Fault::Paused(_) | Fault::PullsSpent { .. } => false,
            Fault::SignIn(fault) => !matches!(**fault, SignInFault::Unanswered { .. }),
            _ => true,
        }
    }

    /// Tells whether the registry did not say if something is there, although the login for it is good: it
    /// may not be, and be made by who pushes it.
    pub fn may_be_absent(&self) -> bool {
        let looks = matches!(
            self.request(),
            Some(RequestKind::HeadManifest | RequestKind::GetManifest)
        );
        let is_hidden =
            |answer: &ErrorAnswer| answer.status == 401 && answer.asked == Asked::WithToken;
        looks && self.elsewhere.is_none() && self.answer().is_some_and(is_hidden)
    }

    /// Returns the kind of request that went wrong, if it was one.
    pub fn request(&self) -> Option<RequestKind> {
        match &self.attempt {
            Attempt::Request(operation) => Some(operation.kind),
            Attempt::Image(_) | Attempt::Blob(..) | Attempt::Deletion(_) => None,
        }
    }

    /// Returns what the registry answered, if it did, and with an error status.
    pub fn answer(&self) -> Option<&ErrorAnswer> {
        match &self.fault {
            Fault::Answered(answer) => Some(answer),
            _ => None,
        }
    }

    /// Returns what the answer is known to mean.
    pub fn meaning(&self) -> Option<Meaning> {
        self.answer()?.meaning
    }

    /// Returns the HTTP status, if the registry answered with one that is an error.
    pub fn status(&self) -> Option<u16> {
        self.answer().map(|answer| answer.status)
    }

    /// Returns the registry's own error code, such as `DENIED`.
    pub fn code(&self) -> Option<&str> {
        self.answer()?.code.as_deref()
    }

    /// Returns the registry's error code as the specification knows it; a code of the registry's own
    /// is [`ErrorCode::Other`].
    pub fn error_code(&self) -> Option<ErrorCode> {
        let code = self.code()?.into_deserializer();
        let code: Result<_, serde::de::value::Error> = ErrorCode::deserialize(code);
        code.ok()
    }

    /// Returns the registry's own message.
    pub fn message(&self) -> Option<&str> {
        self.answer()?.message.as_deref()
    }
}

impl Deref for Failure {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Failure({self})")
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
impl Failure {
    /// Makes up a failure of a kind, at a host that does not matter.
    pub(crate) fn for_test(cause: Cause) -> Self {
        use crate::model::Text;
        let answered = |status| {
            Fault::Answered(ErrorAnswer {
                status,
                code: None,
                message: None,
                asked: Asked::Anonymously,
                meaning: None,
                login: None,
            })
        };
        let fault = match cause {
            Cause::Unauthorized => answered(401),
            Cause::Denied => answered(403),
            Cause::RateLimited => answered(429),
            Cause::Unreachable => Fault::NoAnswer(NoAnswer::Connect(Text::verbatim("refused"))),
            Cause::Server => answered(502),
            Cause::Protocol => Fault::Protocol(Text::verbatim("it made no sense")),
            Cause::Refused => answered(400),
        };
        let attempt = Attempt::Request(Operation::new(
            RequestKind::HeadManifest,
            Text::verbatim("`app:1`"),
        ));
        Self::new("registry.example.com", attempt, fault)
    }

    /// Says that the same was the answer to the token of a login.
    pub(crate) fn asked_with_token(mut self) -> Self {
        if let Fault::Answered(answer) = &mut self.0.fault {
            answer.asked = Asked::WithToken;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_specification_or_the_registrys_own() {
        let code = |text: &str| {
            let mut failure = Failure::for_test(Cause::Refused);
            if let Fault::Answered(answer) = &mut failure.0.fault {
                answer.code = Some(text.to_owned());
            }
            failure.error_code()
        };
        assert_eq!(
            code("BLOB_UPLOAD_UNKNOWN"),
            Some(ErrorCode::BlobUploadUnknown)
        );
        assert_eq!(code("TOOMANYREQUESTS"), Some(ErrorCode::Toomanyrequests));
        let own = Some(ErrorCode::Other("denied".to_owned()));
        assert_eq!(code("denied"), own);
        assert_eq!(Failure::for_test(Cause::Refused).error_code(), None);
    }
}
