//! What is known of that which a changed tag points to.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::rfc3339;
use crate::plan as core;

use super::plan::SameContent;

/// What is known of that which a changed tag points to.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Whence {
    /// What it is the same as; empty where neither the lock nor the declared tags of its source know it.
    likenesses: Vec<Likeness>,
    /// When what should be there was locked, by the history of the lock; null where that is not known.
    locked_since: Option<Moment>,
    /// When what should be there was last noted in the lock as seen in the target; null where that is not known.
    last_seen: Option<Moment>,
}

/// Something that it is the same as.
#[derive(Debug, Serialize, JsonSchema)]
struct Likeness {
    /// What that is.
    kind: LikenessKind,
    /// The image that it is of, by its name in the target; null where it is this one, or of no image that is locked.
    target: Option<String>,
    /// The tag at the source that points to it; null where that is not what is told.
    source: Option<String>,
    /// How that release stands to the image's own; null where that is not known.
    release: Option<Release>,
    /// In which way the content is the same; null where it is so byte for byte.
    same_content: Option<SameContent>,
    /// Since when, or until when, that was so; null where that is not what is told.
    date: Option<String>,
    /// The commit of the lock that tells so.
    commit: Option<String>,
}

/// What a found image is the same as.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum LikenessKind {
    /// What should be there, in another wrapping.
    Declared,
    /// What is locked for another image.
    Locked,
    /// What is locked for an image that is no longer declared.
    Retired,
    /// What the source's tag points to now.
    Upstream,
    /// What another tag of the source points to now.
    OtherTag,
    /// All of what the source held when it was locked, of which the target should have a part.
    WholeSource,
    /// What the source was first seen to point to at this date.
    FirstSeen,
    /// What was locked until this date.
    Formerly,
}

/// How one release stands to another.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Release {
    /// It came before.
    Older,
    /// It came after.
    Newer,
}

/// When the history of the lock says that something became so.
#[derive(Debug, Serialize, JsonSchema)]
struct Moment {
    /// When it was committed.
    date: String,
    /// The commit.
    commit: String,
}

impl From<&core::Moment> for Moment {
    fn from(moment: &core::Moment) -> Self {
        Self {
            date: rfc3339(moment.at),
            commit: moment.commit.clone(),
        }
    }
}

impl From<core::Release> for Release {
    fn from(age: core::Release) -> Self {
        match age {
            core::Release::Older => Self::Older,
            core::Release::Newer => Self::Newer,
        }
    }
}

impl Likeness {
    fn of(kind: LikenessKind) -> Self {
        Self {
            kind,
            target: None,
            source: None,
            release: None,
            same_content: None,
            date: None,
            commit: None,
        }
    }
}

impl From<&core::Likeness> for Likeness {
    fn from(likeness: &core::Likeness) -> Self {
        match likeness {
            core::Likeness::Declared(same) => Self {
                same_content: Some((*same).into()),
                ..Self::of(LikenessKind::Declared)
            },
            core::Likeness::Locked {
                name,
                age,
                is_declared,
                same,
            } => Self {
                target: Some(name.to_string()),
                release: age.map(Into::into),
                same_content: same.map(Into::into),
                ..Self::of(if *is_declared {
                    LikenessKind::Locked
                } else {
                    LikenessKind::Retired
                })
            },
            core::Likeness::Upstream(same) => Self {
                same_content: same.map(Into::into),
                ..Self::of(LikenessKind::Upstream)
            },
            core::Likeness::OtherTag { source, age } => Self {
                source: Some(source.to_string()),
                release: age.map(Into::into),
                ..Self::of(LikenessKind::OtherTag)
            },
            core::Likeness::WholeSource => Self::of(LikenessKind::WholeSource),
            core::Likeness::FirstSeen(at) => Self {
                date: Some(rfc3339(*at)),
                ..Self::of(LikenessKind::FirstSeen)
            },
            core::Likeness::Formerly { name, until } => Self {
                target: name.as_ref().map(ToString::to_string),
                date: Some(rfc3339(until.at)),
                commit: Some(until.commit.clone()),
                ..Self::of(LikenessKind::Formerly)
            },
        }
    }
}

impl From<&core::Whence> for Whence {
    fn from(whence: &core::Whence) -> Self {
        let core::Whence {
            likenesses,
            locked_since,
            last_seen,
        } = whence;
        Self {
            likenesses: likenesses.iter().map(Into::into).collect(),
            locked_since: locked_since.as_ref().map(Into::into),
            last_seen: last_seen.as_ref().map(Into::into),
        }
    }
}
