//! The digest that a target must have, computed before anything is written.

use crate::model::{Descriptor, RawManifest};

/// What the target must hold for one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The manifest or index that the tag must point to.
    pub descriptor: Descriptor,
    /// Where its bytes come from.
    pub content: Content,
}

/// Where the bytes of an expected manifest come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The source holds them under the same digest.
    Source,
    /// They were made here: indexes with fewer children, the innermost first, the root last.
    Rewritten(Vec<RawManifest>),
}

/// Why an image that is there cannot be mirrored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// To be written.
    Schema1,
}
