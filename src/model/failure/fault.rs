//! What exactly went wrong, and what a registry answered.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{Digest, Excess, LoginOrigin, ManifestError, Text};

use super::no_answer::NoAnswer;
use super::sign_in::SignInFault;

/// What exactly went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The registry answered with an error status.
    Answered(ErrorAnswer),
    /// The registry has said that it wants no more requests for that long.
    Paused(Duration),
    /// As many pulls as this run may make of the registry were made.
    PullsSpent {
        /// How many it may make.
        allowed: u64,
    },
    /// There is no login, or the one there is cannot be used; the text says which.
    Login(Text),
    /// No temporary password came about.
    SignIn(Box<SignInFault>),
    /// No answer came, or not all of it.
    NoAnswer(NoAnswer),
    /// The answer is not what the specification allows.
    Protocol(Text),
    /// The answer is not what was asked for, or contradicts itself: it may have been damaged on its way.
    Damaged(Text),
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
    /// Something is wrong with the stick in the registry's place.
    Stick(StickFault),
}

impl Fault {
    /// Changes the words in it that may be those of others.
    #[must_use]
    pub fn map_words(self, change: &dyn Fn(String) -> String) -> Self {
        let in_text = |words: &str| change(words.to_owned());
        match self {
            Self::Answered(answer) => Self::Answered(ErrorAnswer {
                code: answer.code.map(change),
                message: answer.message.map(change),
                ..answer
            }),
            Self::Login(words) => Self::Login(words.map(in_text)),
            Self::SignIn(fault) => Self::SignIn(Box::new(fault.map_words(change))),
            Self::Protocol(words) => Self::Protocol(words.map(in_text)),
            Self::Damaged(words) => Self::Damaged(words.map(in_text)),
            Self::NoAnswer(why) => Self::NoAnswer(why.map_words(change)),
            Self::Lacks(Part::NoManifest { digest, media_type }) => {
                let media_type = change(media_type);
                Self::Lacks(Part::NoManifest { digest, media_type })
            }
            Self::Paused(_)
            | Self::PullsSpent { .. }
            | Self::TooLong { .. }
            | Self::CutShort
            | Self::OtherBytes { .. }
            | Self::Manifest { .. }
            | Self::OtherSize { .. }
            | Self::Lacks(_)
            | Self::TooMuch(_)
            | Self::Needed { .. }
            | Self::TagsUnknown
            | Self::CannotDelete
            | Self::Stick(_) => self,
        }
    }
}

/// What is wrong with a stick in a registry's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StickFault {
    /// It has no such thing.
    Lacks {
        /// The stick.
        stick: Arc<str>,
    },
    /// One of its files cannot be used.
    Broken {
        /// The file.
        file: String,
        /// Why.
        why: Text,
    },
    /// One of its files cannot be written.
    Unwritable {
        /// The file.
        file: String,
        /// Why.
        why: Text,
    },
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
    /// Where the login comes from with which it was asked.
    pub login: Option<Arc<LoginOrigin>>,
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

/// Whether a registry refused something since it is too much at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Throttled {
    /// No, or it did so for too long.
    #[default]
    No,
    /// It may be that: others were asked for at the same time.
    Perhaps,
    /// Yes: it said so, or asked for a pause. It is to be asked again when it is the turn of that.
    Yes,
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
