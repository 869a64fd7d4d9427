//! What comes of a wish.

use crate::config::{Diagnostic, Files};
use crate::model::Text;
use crate::plan::Entry;

use super::called::Names;

/// The files as they are to be written, and what there is to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Edited {
    /// The files that change.
    pub files: Vec<Rewritten>,
    /// What becomes of which image.
    pub news: Vec<News>,
    /// Whether the files say that what is no longer declared is deleted.
    pub prunes: bool,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// Its name.
    pub name: String,
    /// What is written to it.
    pub text: String,
    /// What it says now, without its secrets, to be shown.
    pub before: String,
    /// What it will say, without its secrets.
    pub after: String,
}

/// What becomes of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// It is declared from now on.
    Added(Named),
    /// It was declared already.
    There(Named),
    /// It is declared no more.
    Removed(Named),
    /// Something else is said of it.
    Set(Named),
    /// Something else is said of it, and it is called otherwise.
    Moved {
        /// The image, as it is declared from now on.
        image: Named,
        /// What it was called.
        before: Names,
    },
    /// It is what it is to be.
    IsSo(Named),
    /// Its name follows from the other images, and is another one now.
    Renamed {
        /// The image, as it is called from now on.
        image: Named,
        /// What it was called.
        before: Names,
    },
}

/// An image with what it is called at each target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The image, as it is for the first target.
    pub entry: Entry,
    /// What it is called; where that has changed, at the targets where it has.
    pub names: Names,
}

/// Why nothing comes of a wish.
#[derive(Debug, Clone, PartialEq)]
pub enum Refused {
    /// There are mistakes in the files, or would be.
    Mistakes {
        /// What there is to say.
        told: Vec<Diagnostic>,
        /// The texts that it is said of.
        files: Box<Files>,
    },
    /// Something else stands in the way.
    Because {
        /// What.
        message: Text,
        /// What to do about it.
        hint: Option<Text>,
    },
}

impl News {
    /// Tells whether a name in the target is no longer declared.
    pub fn leaves_a_name(&self) -> bool {
        match self {
            Self::Removed(_) | Self::Moved { .. } | Self::Renamed { .. } => true,
            Self::Added(_) | Self::There(_) | Self::Set(_) | Self::IsSo(_) => false,
        }
    }
}

impl Refused {
    /// Makes one that says what to do.
    pub(super) fn because(message: Text, hint: Text) -> Self {
        Self::Because {
            message,
            hint: Some(hint),
        }
    }
}
