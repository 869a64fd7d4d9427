//! What an image is made of, as far as copying it costs something.

use crate::model::Digest;

/// What an image is made of, as far as copying it costs something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// The manifests that have blobs: the image itself, or those below its index.
    pub images: Vec<Digest>,
    /// The indexes that stand above them.
    pub indexes: Vec<Digest>,
    /// How many of all these manifests name a subject.
    pub referrers: usize,
    /// Every blob once, with its size in bytes.
    pub blobs: Vec<(Digest, u64)>,
}

impl Contents {
    /// Returns all manifests.
    pub fn manifests(&self) -> impl Iterator<Item = &Digest> {
        self.indexes.iter().chain(&self.images)
    }

    /// Returns the size of all blobs in bytes.
    pub fn blob_bytes(&self) -> u64 {
        let sizes = self.blobs.iter().map(|(_, size)| size);
        sizes.fold(0, |sum, size| sum.saturating_add(*size))
    }
}
