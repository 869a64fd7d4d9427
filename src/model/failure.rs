//! What went wrong with a registry, as data: where, what was tried and how often, what came back.
//!
//! Nothing in here is a sentence: [`crate::render`] words it, and picks the advice by the type.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;

use super::request::{Operation, RequestKind};
use super::{Digest, ErrorCode, Excess, ManifestError, Reference, Repository};

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
    /// Whether the registry asked for a pause, which the next request waits for.
    pub is_paused: bool,
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

/// What exactly went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The registry answered with an error status.
    Answered(ErrorAnswer),
    /// The registry has said that it wants no more requests for that long.
    Paused(Duration),
    /// There is no login, or the one there is cannot be used; the text says which.
    Login(String),
    /// No answer came, or not all of it.
    NoAnswer(NoAnswer),
    /// The answer is not what the specification allows.
    Protocol(String),
    /// The answer is not what was asked for, or contradicts itself: it may have been damaged on its way.
    Damaged(String),
    /// The blob has more bytes than its manifest says.
    TooLong {
        /// How many it should have.
        size: u64,
    },
    /// The registry ended the blob before its last byte.
    CutShort,
    /// The blob has other bytes than its digest promises.
    OtherBytes {
        /// The digest that the bytes have.
        found: Digest,
    },
    /// A manifest of the image cannot be used.
    Manifest {
        /// Which one.
        digest: Digest,
        /// Why.
        error: ManifestError,
    },
    /// A manifest of the image has another size than was announced.
    OtherSize {
        /// Which one.
        digest: Digest,
        /// How many bytes it has.
        size: u64,
        /// How many it should have.
        announced: u64,
    },
    /// The image names something that its registry lacks.
    Lacks(Part),
    /// The image is more than this program takes on.
    TooMuch(Excess),
    /// Deleting the tag would take its manifest from something else.
    Needed {
        /// The tag that needs it.
        tag: String,
        /// How.
        by: Need,
    },
    /// Which tags the repository has cannot be told, so what a deletion takes along cannot either.
    TagsUnknown,
    /// The registry does not delete.
    CannotDelete,
}

impl Fault {
    /// Changes the words in it that may be those of others.
    #[must_use]
    pub fn map_words(self, change: impl Fn(String) -> String) -> Self {
        match self {
            Self::Answered(answer) => Self::Answered(ErrorAnswer {
                code: answer.code.map(&change),
                message: answer.message.map(&change),
                ..answer
            }),
            Self::Login(words) => Self::Login(change(words)),
            Self::Protocol(words) => Self::Protocol(change(words)),
            Self::Damaged(words) => Self::Damaged(change(words)),
            Self::NoAnswer(why) => Self::NoAnswer(why.map_words(change)),
            Self::Lacks(Part::NoManifest { digest, media_type }) => {
                let media_type = change(media_type);
                Self::Lacks(Part::NoManifest { digest, media_type })
            }
            Self::Paused(_)
            | Self::TooLong { .. }
            | Self::CutShort
            | Self::OtherBytes { .. }
            | Self::Manifest { .. }
            | Self::OtherSize { .. }
            | Self::Lacks(_)
            | Self::TooMuch(_)
            | Self::Needed { .. }
            | Self::TagsUnknown
            | Self::CannotDelete => self,
        }
    }
}

/// What an image names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A manifest.
    Manifest(Digest),
    /// A config.
    Config(Digest),
    /// Something that stands in an index and is no manifest, as in the cache of a build.
    NoManifest {
        /// Which one.
        digest: Digest,
        /// What its index says it is.
        media_type: String,
    },
}

/// How a tag needs the manifest behind another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It points to the same.
    Same,
    /// It points to an index that lists it.
    Listed,
    /// It points to something that cannot be understood, and so may need anything.
    Perhaps,
}

/// What a registry said with an error status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The registry's own error code, such as `DENIED`.
    pub code: Option<String>,
    /// The registry's own words.
    pub message: Option<String>,
    /// As whom it was asked.
    pub asked: Asked,
    /// What the answer says beyond its status, where that is known.
    pub meaning: Option<Meaning>,
}

/// What is known to be meant by some answers, whose status alone does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// Docker Hub's limit on pulls is reached, which no second try gets over.
    PullsUsedUp,
    /// The server speaks TLS and was spoken to in plain http.
    WantsTls,
    /// ACR Personal takes images alone, and this manifest is of something else.
    ImagesOnly,
    /// A page for people, as no registry gives: something else answers in its place.
    HtmlPage,
}

/// As whom a registry was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// As a stranger.
    Anonymously,
    /// As a stranger, though there is a login: the registry never asked for it.
    AnonymouslyDespiteLogin,
    /// With user and password.
    WithLogin,
    /// With a token that a login got.
    WithToken,
    /// With a token that a stranger got.
    WithStrangersToken,
}

/// Why no answer came, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// The host has no address.
    UnknownHost(String),
    /// The other side speaks plain http where TLS was expected.
    PlainHttp,
    /// The certificate is not trusted.
    Certificate(String),
    /// A proxy did not let the connection through.
    Proxy(String),
    /// Nobody listens there.
    Refused(String),
    /// No connection, for another reason.
    Connect(String),
    /// No answer, or no more bytes, for that long.
    Silence(Duration),
    /// Fewer bytes came than are worth waiting for.
    Slow {
        /// How many had to come at least.
        least: u64,
        /// In how much time.
        time: Duration,
    },
    /// The head of the answer came bit by bit for that long, and had no end.
    Trickle(Duration),
    /// The head of the answer is too large, or is not one of HTTP.
    Head(String),
    /// The connection broke.
    Broken(String),
    /// The other side said that it did not read the request, as it does before it closes a connection
    /// that many requests share (RFC 9113, section 8.7).
    Unread,
    /// The one who makes the body failed, not the registry.
    Body(String),
    /// The client cannot be set up, or cannot make such a request.
    Setup(String),
}

impl NoAnswer {
    fn map_words(self, change: impl Fn(String) -> String) -> Self {
        match self {
            Self::UnknownHost(words) => Self::UnknownHost(change(words)),
            Self::Certificate(words) => Self::Certificate(change(words)),
            Self::Proxy(words) => Self::Proxy(change(words)),
            Self::Refused(words) => Self::Refused(change(words)),
            Self::Connect(words) => Self::Connect(change(words)),
            Self::Head(words) => Self::Head(change(words)),
            Self::Broken(words) => Self::Broken(change(words)),
            Self::Body(words) => Self::Body(change(words)),
            Self::Setup(words) => Self::Setup(change(words)),
            Self::PlainHttp
            | Self::Silence(_)
            | Self::Slow { .. }
            | Self::Trickle(_)
            | Self::Unread => self,
        }
    }

    /// Tells whether the next try may go better.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(_)
            | Self::Connect(_)
            | Self::Silence(_)
            | Self::Slow { .. }
            | Self::Trickle(_)
            | Self::Head(_)
            | Self::Broken(_)
            | Self::Unread
            | Self::UnknownHost(_) => true,
            Self::PlainHttp
            | Self::Certificate(_)
            | Self::Proxy(_)
            | Self::Body(_)
            | Self::Setup(_) => false,
        }
    }
}

/// The kinds of reasons for which a registry cannot be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It wants a login, or refused the one it got (401).
    Unauthorized,
    /// It knows who asks and does not allow it (403).
    Denied,
    /// It asks for fewer requests (429).
    RateLimited,
    /// It was not reached: no such host, connection refused or reset, time-out.
    Unreachable,
    /// It has a fault of its own (5xx).
    Server,
    /// It answered what the specification does not allow, or bytes that are not what it promised.
    Protocol,
    /// It said no, and will say so again: it was understood, and this was asked for wrongly or of the
    /// wrong registry.
    Refused,
}

impl Cause {
    /// Tells whether the same request may work a little later.
    pub fn may_pass(self) -> bool {
        match self {
            Self::RateLimited | Self::Unreachable | Self::Server => true,
            Self::Unauthorized | Self::Denied | Self::Protocol | Self::Refused => false,
        }
    }
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
            is_paused: false,
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

    /// Says whether the registry asked for a pause.
    #[must_use]
    pub fn paused(mut self, is_paused: bool) -> Self {
        self.0.is_paused = is_paused;
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
            Fault::Paused(_) => Cause::RateLimited,
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
            Fault::Needed { .. } | Fault::TagsUnknown | Fault::CannotDelete => Cause::Refused,
        }
    }

    /// Tells whether it is what the registry said that is wrong, and not that it did not answer, or has too
    /// much to do.
    pub fn is_answer(&self) -> bool {
        match &self.fault {
            Fault::Answered(answer) => answer.status != 429,
            Fault::NoAnswer(_) | Fault::Paused(_) => false,
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
        let answered = |status| {
            Fault::Answered(ErrorAnswer {
                status,
                code: None,
                message: None,
                asked: Asked::Anonymously,
                meaning: None,
            })
        };
        let fault = match cause {
            Cause::Unauthorized => answered(401),
            Cause::Denied => answered(403),
            Cause::RateLimited => answered(429),
            Cause::Unreachable => Fault::NoAnswer(NoAnswer::Connect("refused".to_owned())),
            Cause::Server => answered(502),
            Cause::Protocol => Fault::Protocol("it made no sense".to_owned()),
            Cause::Refused => answered(400),
        };
        let attempt = Attempt::Request(Operation::new(RequestKind::HeadManifest, "`app:1`"));
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
