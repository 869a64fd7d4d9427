//! What was promoted: of each image that a run put into the target, what it is, where it comes from, and why it was let in.

use chrono::{DateTime, Utc};

use crate::model::{Descriptor, Digest, Failure, Platforms, Reference};

/// The run that a report is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// The commit of the files, where the CI system tells.
    pub commit: Option<String>,
}

/// An image that a run put into the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// Where it comes from.
    pub source: Reference,
    /// What the source pointed to.
    pub source_digest: Digest,
    /// Which platforms of it were wanted.
    pub platforms: Platforms,
    /// What to pull.
    pub image: Reference,
    /// What that points to.
    pub manifest: Descriptor,
    /// By which rule the one digest was made from the other, as the lock has it.
    pub rule: String,
    /// By whom it is signed, as the lock has it, where a rule asks for that.
    pub verified: Option<String>,
    /// When the lock first saw the source's digest, where it noted that.
    pub seen: Option<DateTime<Utc>>,
    /// Why it was taken before it was old enough, where it was.
    pub overridden: Option<String>,
    /// The run.
    pub run: Run,
}

/// What became of the record of a promotion that was to be attached to its image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The image.
    pub image: Reference,
    /// What became of its record.
    pub attached: Attached,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attached {
    /// It is a referrer of the image, with this digest.
    As(Digest),
    /// The target is known to take nothing of the kind.
    NotTaken,
    /// It did not work.
    Failed(Failure),
}
