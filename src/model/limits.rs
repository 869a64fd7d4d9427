//! How much of an image is read at most, so that no answer takes all memory and no walk is endless.
//!
//! No image in use comes near; what passes a limit is a mistake or an attack.

/// A manifest larger than this is refused, as the OCI distribution specification allows
/// (section "Pushing Manifests": registries should accept at least 4 MiB).
pub const MANIFEST_SIZE_LIMIT: usize = 4 * 1024 * 1024;
/// How many bytes the manifests of one image have together.
pub const TREE_SIZE_LIMIT: u64 = 16 * 1024 * 1024;
/// How many indexes stand one in another, the image's own included.
pub const INDEX_LEVELS: usize = 5;
/// How many manifests one image consists of; how many more may follow it, too.
pub const MANIFEST_LIMIT: usize = 1_000;
/// How many manifests and blobs the manifests of one image name, each as often as it is named.
pub const DESCRIPTOR_LIMIT: usize = 20_000;
/// How many characters a media type has (RFC 6838, section 4.2: two names of 127 and a slash).
pub(super) const MEDIA_TYPE_LIMIT: usize = 255;
/// How many members one manifest's objects have, about: parsed, each takes many times its bytes.
pub(super) const MEMBER_LIMIT: usize = 200_000;

/// How an image is larger than anything that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// Too many indexes stand one in another.
    #[error("its indexes stand more than {INDEX_LEVELS} deep one in another")]
    Levels,
    /// It has too many manifests.
    #[error("it consists of more than {MANIFEST_LIMIT} manifests")]
    Manifests,
    /// Its manifests name too much.
    #[error("it names more than {DESCRIPTOR_LIMIT} manifests and blobs")]
    Descriptors,
    /// Its manifests are too large.
    #[error("its manifests have more than {} MiB together", TREE_SIZE_LIMIT / 1024 / 1024)]
    Bytes,
    /// Too many manifests follow it.
    #[error("more than {MANIFEST_LIMIT} manifests name it as their subject, or name what does")]
    Referrers,
    /// Too many manifests follow all images together.
    #[error("the images of this run have too many referrers together")]
    AllReferrers,
    /// Too many bytes had to be made for all images together.
    #[error("the indexes that are written anew for this run are too large together")]
    Made,
}

impl Excess {
    /// Says what to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Referrers => "set `referrers` to less for this image in `mirror.yaml`",
            Self::AllReferrers | Self::Made => "mirror fewer images in one run",
            Self::Levels | Self::Manifests | Self::Descriptors | Self::Bytes => {
                "ask for one platform of it, or for another tag"
            }
        }
    }
}
