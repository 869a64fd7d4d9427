//! A declared image: what one line of an image list, or one item of a mirror file, asks for.

use crate::model::Reference;
use crate::plan::{DeclaredAt, Entry, TargetName};

use super::files::Place;
use super::format::Format;
use super::mirror_file::Choices;

/// What one line of an image list, or one item of a mirror file, asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Declared {
    /// The image as it was written; the flat name depends on that.
    pub(super) written: String,
    /// The image, written out.
    pub(super) source: Reference,
    /// What this very line or item says about the image.
    pub(super) choices: Choices,
    /// Where the name in the target comes from.
    pub(super) naming: Naming,
    /// How it is written.
    pub(super) form: Form,
    /// Where the image stands.
    pub(super) place: Place,
    /// The same as a line.
    pub(super) origin: DeclaredAt,
}

/// Where an image's name in the target comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Naming {
    /// From the image and the others beside it.
    Flat {
        /// The platform as a line of an image list writes it: it goes into the name.
        platform: Option<String>,
    },
    /// From what is declared.
    Given {
        /// The name.
        name: TargetName,
        /// Where it stands.
        place: Place,
    },
}

/// How an image is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As a line of an image list.
    Line,
    /// As a `FROM` of a Dockerfile.
    From,
    /// As a text in a mirror file.
    Text(Format),
    /// As a table in a mirror file.
    Table(Format),
}

/// An entry with what it was made from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Resolved {
    pub(super) entry: Entry,
    pub(super) declared: Declared,
}

impl Resolved {
    /// Returns where the name in the target comes from: its own place, or the image's.
    pub(super) fn name_place(&self) -> &Place {
        match &self.declared.naming {
            Naming::Given { place, .. } => place,
            Naming::Flat { .. } => &self.declared.place,
        }
    }
}
