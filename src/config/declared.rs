//! A declared image: what one line of an image list, or one item of a mirror file, asks for.

use crate::model::{Platforms, Reference};
use crate::plan::{Origin, Policy, TargetName};

use super::diagnostics::Place;

/// What one line of an image list, or one item of a mirror file, asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Declared {
    /// The image as it was written; the flat name depends on that.
    pub(super) written: String,
    /// The image, written out.
    pub(super) source: Reference,
    /// The platforms, if this very line or item names them.
    pub(super) platforms: Option<Platforms>,
    /// Where the name in the target comes from.
    pub(super) naming: Naming,
    /// The choices made for it.
    pub(super) policy: Policy,
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
