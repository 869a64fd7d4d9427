//! What was found in a file.

use std::ops::Range;

use super::spot::{Field, Spot};

/// What was found in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walked {
    /// The images, in the order in which they were found.
    pub spots: Vec<Spot>,
    /// What reads like an image, and stands where none is looked for.
    pub elsewhere: Vec<Field>,
    /// A registry that charts put before every repository, where the values name one.
    pub global_registry: Option<Field>,
    /// Words that stand for something that is no image as well.
    pub other_uses: Vec<Range<usize>>,
    /// The mark of a here-document that has no end.
    pub open_document: Option<Field>,
    /// Whether it is a file in which images can stand at all.
    pub is_known: bool,
}
