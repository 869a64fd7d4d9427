//! What an image is made of, as far as copying it costs something.

use crate::model::{Digest, Platform};

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
    /// The image of each platform, in the order of the manifests; the one there is, where no index names it.
    pub platforms: Vec<PlatformImage>,
}

/// The image of one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformImage {
    /// The platform; none where no index says it.
    pub platform: Option<Platform>,
    /// Its manifest.
    pub manifest: Digest,
    /// Its config, by which scanners call an image.
    pub config: Digest,
}

impl PlatformImage {
    /// Returns the digests that it is known by.
    pub fn digests(&self) -> impl Iterator<Item = &Digest> + Clone {
        [&self.manifest, &self.config].into_iter()
    }
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
