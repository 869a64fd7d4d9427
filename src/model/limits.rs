//! How much of an image is read at most, so that no answer takes all memory and no walk is endless.
//!
//! No image in use comes near; what passes a limit is a mistake or an attack.

use std::fmt;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// Too many indexes stand one in another.
    Levels,
    /// It has too many manifests.
    Manifests,
    /// Its manifests name too much.
    Descriptors,
    /// Its manifests are too large.
    Bytes,
    /// Too many manifests follow it.
    Referrers,
    /// Too many manifests follow all images together.
    AllReferrers,
    /// Too many bytes had to be made for all images together.
    Made,
}

impl Excess {
    /// Says what to do about it, in the language that is spoken.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Referrers => tr_word!(
                "set `referrers` to less for this image in `mirror.yaml`",
                "在 `mirror.yaml` 里给这个镜像的 `referrers` 设小一些"
            ),
            Self::AllReferrers | Self::Made => {
                tr_word!("mirror fewer images in one run", "一次少同步一些镜像")
            }
            Self::Levels | Self::Manifests | Self::Descriptors | Self::Bytes => tr_word!(
                "ask for one platform of it, or for another tag",
                "只要它的一个平台，或者换一个标签"
            ),
        }
    }
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Levels => write_tr!(
                f,
                "its indexes stand more than {INDEX_LEVELS} deep one in another",
                "它的索引嵌套超过 {INDEX_LEVELS} 层"
            ),
            Self::Manifests => write_tr!(
                f,
                "it consists of more than {MANIFEST_LIMIT} manifests",
                "它有超过 {MANIFEST_LIMIT} 份清单"
            ),
            Self::Descriptors => write_tr!(
                f,
                "it names more than {DESCRIPTOR_LIMIT} manifests and blobs",
                "它提到的清单和 blob 超过 {DESCRIPTOR_LIMIT} 个"
            ),
            Self::Bytes => write_tr!(
                f,
                "its manifests have more than {} MiB together",
                "它的清单合计超过 {} MiB",
                TREE_SIZE_LIMIT / 1024 / 1024
            ),
            Self::Referrers => write_tr!(
                f,
                "more than {MANIFEST_LIMIT} manifests name it as their subject, or name what does",
                "直接或间接附在它上面的清单超过 {MANIFEST_LIMIT} 份"
            ),
            Self::AllReferrers => write_tr!(
                f,
                "the images of this run have too many referrers together",
                "这次运行的镜像，附属内容合计太多"
            ),
            Self::Made => write_tr!(
                f,
                "the indexes that are written anew for this run are too large together",
                "这次运行要重写的索引合计太大"
            ),
        }
    }
}

impl std::error::Error for Excess {}
