//! The observed set: what the registries said.
//!
//! What could not be read is a value, so that one bad registry never hides the rest, and "absent"
//! is never confused with "not allowed to look".

use std::sync::Arc;

use crate::model::{Descriptor, Failure};

use super::contents::Contents;
use super::expected::{CannotMirror, Expected};
use super::verify::Verdict;

/// What the registries said about one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedImage {
    /// What the source holds.
    pub source: Observation<SourceImage>,
    /// What the target's tag points to.
    pub target: Observation<Descriptor>,
    /// What names the image as its subject.
    pub referrers: ObservedReferrers,
}

/// The answer to one question to a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation<T> {
    /// The registry says that there is nothing of that name.
    Absent(Absence),
    /// The registry holds it.
    Present(T),
    /// The registry did not say.
    Unreadable(Failure),
}

/// What it is worth that a registry says that there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// The registry was asked with the login that is configured for it, or there is none.
    Plain,
    /// The registry never asked for the login that is configured for it, so it may hide what it has.
    ToStranger,
}

/// An image at its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceImage {
    /// What the source reference points to now.
    pub descriptor: Descriptor,
    /// What the target must hold for it, or why it cannot be mirrored.
    pub expected: Result<Expected, CannotMirror>,
    /// What the image is made of, where that was read.
    pub contents: Option<Arc<Contents>>,
    /// What became of its signatures, where somebody looked.
    pub verdict: Option<Verdict>,
}

impl SourceImage {
    /// Tells whether nothing of it is copied, since nobody knows that it is signed as it must be.
    pub fn is_kept_out(&self) -> bool {
        matches!(
            self.verdict,
            Some(Verdict::Unverified(_) | Verdict::Unreadable(_))
        )
    }
}

/// What was found out about the referrers of an image; the default where none are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObservedReferrers {
    /// These are at the source, and may be at the target: what names a manifest of the image, or names
    /// one of these.
    pub found: Vec<ObservedReferrer>,
    /// Why there may be more, where the source did not say.
    pub unreadable: Option<Failure>,
    /// Whether the image's digest changes on the way, so that what names it stays behind.
    pub stay: bool,
    /// What the target would not take, or would never show to anybody.
    pub refused: RefusedReferrers,
}

/// How many referrers of an image are left at their source, for what the target takes.
///
/// They are never written anew: that would give them another digest and, as a Docker list, take from them what makes
/// them referrers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RefusedReferrers {
    /// These are no images, and the target takes nothing else.
    pub not_images: usize,
    /// These are indexes of a type that the target refuses.
    pub indexes: usize,
    /// These nobody would find: the registry keeps no list of referrers, and refuses the index of OCI that would stand
    /// in for it.
    pub unlisted: usize,
}

/// One referrer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedReferrer {
    /// The tag that cosign gives it; none where the manifest itself names its subject.
    pub tag: Option<String>,
    /// What the source holds.
    pub source: Descriptor,
    /// What it is made of, where it has to be copied.
    pub contents: Result<Option<Arc<Contents>>, Failure>,
    /// What the target holds.
    pub target: Observation<Descriptor>,
}
