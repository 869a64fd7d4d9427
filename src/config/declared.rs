//! A declared image: what one line of an image list, or one item of a mirror file, asks for.

use crate::model::Reference;
use crate::plan::{Origin, TargetName};

use super::diagnostics::Place;
use super::mirror_file::Choices;

/// What one line of an image list, or one item of a mirror file, asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Declared {
    /// The image as it was written; the flat name depends on that.
    pub(super) written: String,
    /// The image, written out.
    pub(super) source: Reference,
    /// Where the name in the target comes from.
    pub(super) naming: Naming,
    /// What this very line or item says about the image.
    pub(super) choices: Choices,
    /// Where the image stands.
    pub(super) place: Place,
    /// The same as a line.
    pub(super) origin: Origin,
}

/// Where an image's name in the target comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Naming {
    /// From the image and the others beside it.
    Flat {
        /// The platform as a line of an image list writes it: it goes into the name.
        platform: Option<String>,
    },
    /// From the mirror file.
    Given(TargetName),
}
