//! The observed set: what the registries said.
//!
//! What could not be read is a value, so that one bad registry never hides the rest, and "absent"
//! is never confused with "not allowed to look".

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::Descriptor;

use super::cost::Contents;
use super::desired::TargetName;
use super::expected::{Expected, Refusal};
use super::referrers::ObservedReferrers;

/// What the registries said about every entry of a desired set, by target name.
pub type Observed = IndexMap<TargetName, ObservedImage>;

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
    Absent,
    /// The registry holds it.
    Present(T),
    /// The registry did not say.
    Unreadable(Unreadable),
}

/// An image at its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceImage {
    /// What the source reference points to now.
    pub descriptor: Descriptor,
    /// What the target must hold for it, or why it cannot be mirrored.
    pub expected: Result<Expected, Refusal>,
    /// What the image is made of, where that was read.
    pub contents: Option<Arc<Contents>>,
}

/// Why a registry did not say whether something is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The kind of reason.
    pub cause: Cause,
    /// What happened: which registry, what was tried, how often.
    pub message: String,
    /// What to do about it, as far as whoever asked the registry can know.
    pub hint: Option<String>,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The kinds of reasons for which a registry cannot be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It wants a login, or refused the one it got (401).
    Unauthorized,
    /// It knows who asks and does not allow it (403).
    Denied,
    /// It asks for fewer requests (429).
    RateLimited,
    /// It was not reached: no such host, connection refused or reset, time-out.
    Unreachable,
    /// It has a fault of its own (5xx).
    Server,
    /// It answered what the specification does not allow, or bytes that are not what it promised.
    Protocol,
}

impl Cause {
    /// Tells whether the same request may work a little later.
    pub fn may_pass(self) -> bool {
        match self {
            Self::RateLimited | Self::Unreachable | Self::Server => true,
            Self::Unauthorized | Self::Denied | Self::Protocol => false,
        }
    }
}
