//! What is asked for, and what comes of it.

use crate::config::walks::ImagePath;
use crate::config::{Diagnostic, FileKind, Place};
use crate::model::{Digest, Text};

/// Which way names are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To those of the mirror.
    There {
        /// Whether each gets its digest.
        pin: bool,
    },
    /// To those upstream.
    Back,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Which way.
    pub way: Way,
    /// Where images stand besides.
    pub paths: &'a [ImagePath],
    /// The file in which images are declared.
    pub list: &'a str,
    /// What that file is.
    pub kind: FileKind,
}

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Rewritten {
    /// Its text; as it was where nothing is to be changed.
    pub text: String,
    /// The images, in the order of the file.
    pub images: Vec<Image>,
    /// What is to be said; places count from behind a byte order mark.
    pub diagnostics: Vec<Diagnostic>,
}

/// An image of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Where it stands.
    pub place: Place,
    /// As it is written.
    pub before: String,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// What becomes of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It gets this name.
    Changed(String),
    /// It has the name that it should have.
    Kept,
    /// It is left as it is.
    Left(Left),
}

impl Outcome {
    /// Returns what it lacks in the list, where that is why it is left.
    pub fn undeclared(&self) -> Option<&str> {
        match self {
            Self::Left(Left::NotDeclared { add }) => add.as_deref(),
            _ => None,
        }
    }
}

/// Why an image is left as it is, or not all is done that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Left {
    /// No entry declares it.
    NotDeclared {
        /// What an entry would say; none where the tag is not known.
        add: Option<String>,
    },
    /// Rules choose its tags, and the lock does not say which.
    Unsettled,
    /// The mirror has it under several names.
    Ambiguous {
        /// The names, each with its platforms.
        names: Vec<String>,
    },
    /// The mirror does not have it for the platform for which it is wanted here.
    OtherPlatform {
        /// Its name there, with its platforms.
        name: String,
    },
    /// The mirror has another digest of it.
    OtherDigest {
        /// The one that can be told.
        known: Digest,
    },
    /// The lock does not say which digest the mirror has.
    NotLocked,
    /// It got its name and no digest: the tag that it has is not decided where it stands.
    Unpinned,
    /// The mirror's list does not have this name of the mirror's.
    Unknown,
    /// It is no image.
    NotAnImage {
        /// Why not.
        why: Text,
    },
    /// It has a variable without a default.
    Variable,
    /// Its variable gets a default behind the first `FROM`, where none can use it.
    Late,
    /// It is what a template makes of it.
    Template,
    /// It is not written as it is read.
    Escaped,
    /// What would have to change is put together of variables.
    InParts {
        /// The name that it should have.
        name: String,
    },
    /// Another image, or what is none, is made of the same words, and would change with it.
    Shared {
        /// The name that it should have.
        name: String,
    },
}
