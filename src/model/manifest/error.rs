//! Why bytes are not a manifest that can be mirrored.

use std::fmt;

use crate::model::Text;
use crate::model::limits::MEMBER_LIMIT;

/// Why bytes are not a manifest that can be mirrored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestError {
    /// Docker schema 1, which cannot be copied without changing its digest.
    Schema1,
    /// Another media type.
    UnknownMediaType(String),
    /// The bytes claim to be another kind than the registry said.
    Contradiction {
        /// The media type in the `Content-Type` header.
        header: String,
        /// The `mediaType` in the body.
        body: String,
    },
    /// The JSON has so many members that it would take too much memory.
    TooManyMembers,
    /// The JSON does not have the shape that the specification asks for.
    Malformed(Text),
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema1 => write_tr!(
                f,
                "it is a Docker schema 1 manifest, a format that registries no longer take",
                "它是 Docker schema 1 清单，仓库已经不收这种格式"
            ),
            Self::UnknownMediaType(found) => write_tr!(
                f,
                "its media type `{found}` is neither an image manifest nor an index",
                "它的媒体类型 `{found}` 既不是镜像的清单，也不是索引"
            ),
            Self::Contradiction { header, body } => write_tr!(
                f,
                "the registry says `{header}`, the manifest itself says `{body}`",
                "仓库说是 `{header}`，清单自己说是 `{body}`"
            ),
            Self::TooManyMembers => write_tr!(
                f,
                "it has more than {MEMBER_LIMIT} members",
                "它的成员超过 {MEMBER_LIMIT} 个"
            ),
            Self::Malformed(why) => write_tr!(
                f,
                "it is not a valid manifest: {why}",
                "它不是有效的清单：{why}"
            ),
        }
    }
}

impl std::error::Error for ManifestError {}
