//! A rule: what it asks of which sources, and where it stands.

use std::fmt;
use std::time::Duration;

use crate::model::{Bytes, PlatformPattern, Reference};
use crate::plan::entry::DeclaredAt;

use super::pattern::{Fit, Sources, one_or_list};
use super::severity::Severity;

/// A rule of the files' policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it asks.
    pub asks: Requirement,
    /// Of which sources; of all where there are none.
    pub sources: Sources,
    /// What becomes of an image that breaks it.
    pub level: Level,
    /// Where it stands.
    pub origin: DeclaredAt,
}

/// What a rule asks of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// `allow`: its source is one of these.
    Allow(Sources),
    /// `deny`: its source is none of these.
    Deny(Sources),
    /// `max-size`: its blobs have no more bytes.
    MaxSize {
        /// The most that there may be.
        most: Bytes,
        /// The same as it was written.
        written: String,
    },
    /// `max-tags`: no more tags of its repository are declared.
    MaxTags(usize),
    /// `platforms-required`: it comes for all of these.
    PlatformsRequired(Vec<PlatformPattern>),
    /// `no-latest`: its source is not the tag `latest`.
    NoLatest,
    /// `pinned-only`: a digest says which it is, in the files or in the lock.
    PinnedOnly,
    /// `min-age`: the lock has known its digest that long.
    MinAge {
        /// How long.
        least: Duration,
        /// The same as it was written.
        written: String,
    },
    /// `verify-required`: a rule of `verify` says by whom it must be signed.
    VerifyRequired,
    /// `max-severity`: a scanner found nothing worse.
    MaxSeverity {
        /// The worst that there may be.
        most: Severity,
        /// The files of the scanner's reports, or patterns of these.
        reports: Vec<String>,
    },
}

/// What becomes of an image that breaks a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Level {
    /// It is blocked.
    #[default]
    Block,
    /// It is told of, and goes on.
    Warning,
}

impl Level {
    /// Each with its word.
    pub const WORDS: [(&'static str, Self); 2] =
        [("block", Self::Block), ("warning", Self::Warning)];

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize].0
    }
}

impl Rule {
    /// Tells whether it is about this source, as far as that is known.
    pub(super) fn is_about(&self, source: &Reference) -> bool {
        let Sources { of, except } = &self.sources;
        if of.is_empty() && except.is_empty() {
            return true;
        }
        if of.is_empty() {
            let except = Sources {
                of: except.clone(),
                except: vec![],
            };
            return except.fit(source) == Fit::None;
        }
        self.sources.fit(source) == Fit::All
    }
}

impl Requirement {
    /// Returns the key that it is written with.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Allow(_) => "allow",
            Self::Deny(_) => "deny",
            Self::MaxSize { .. } => "max-size",
            Self::MaxTags(_) => "max-tags",
            Self::PlatformsRequired(_) => "platforms-required",
            Self::NoLatest => "no-latest",
            Self::PinnedOnly => "pinned-only",
            Self::MinAge { .. } => "min-age",
            Self::VerifyRequired => "verify-required",
            Self::MaxSeverity { .. } => "max-severity",
        }
    }

    /// Returns the name of what breaks it, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Allow(_) => "policy-allow",
            Self::Deny(_) => "policy-deny",
            Self::MaxSize { .. } => "policy-max-size",
            Self::MaxTags(_) => "policy-max-tags",
            Self::PlatformsRequired(_) => "policy-platforms-required",
            Self::NoLatest => "policy-no-latest",
            Self::PinnedOnly => "policy-pinned-only",
            Self::MinAge { .. } => "policy-min-age",
            Self::VerifyRequired => "policy-verify-required",
            Self::MaxSeverity { .. } => "policy-max-severity",
        }
    }

    /// Returns what stands behind the key.
    pub fn value(&self) -> String {
        match self {
            Self::Allow(sources) | Self::Deny(sources) => sources.to_string(),
            Self::MaxSize { written, .. } | Self::MinAge { written, .. } => written.clone(),
            Self::MaxTags(most) => most.to_string(),
            Self::PlatformsRequired(platforms) => one_or_list(platforms),
            Self::NoLatest | Self::PinnedOnly | Self::VerifyRequired => "true".to_owned(),
            Self::MaxSeverity { most, .. } => most.to_string(),
        }
    }
}

/// As it is written: `max-size: 2GiB`.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key(), self.value())
    }
}
