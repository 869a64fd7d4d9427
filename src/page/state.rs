//! What an image can be.

use crate::plan::DriftKind;

/// What an image can be; several at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing can be done for it.
    Blocked,
    /// A registry did not say what it has.
    Unknown,
    /// The target has no such tag yet.
    Missing,
    /// The target's tag points to something else than is locked.
    TargetChanged,
    /// The target's tag points to something else than the source's.
    Differs,
    /// The source has no such image any more.
    SourceMissing,
    /// The source's tag has moved since it was locked.
    UpstreamMoved,
    /// The target has it, and the files no longer declare it.
    NotDeclared,
    /// Something newer waits until it is old enough.
    Held,
    /// The target holds what is declared.
    InPlace,
}

/// What is filtered by and counted, by the name that the script knows it by: an image is in each of which it is one.
pub(super) const GROUPS: [(&str, &[State]); 6] = [
    ("in-place", &[State::InPlace]),
    ("missing", &[State::Missing]),
    (
        "drifted",
        &[
            State::TargetChanged,
            State::Differs,
            State::SourceMissing,
            State::UpstreamMoved,
            State::NotDeclared,
        ],
    ),
    ("held", &[State::Held]),
    ("blocked", &[State::Blocked]),
    ("unknown", &[State::Unknown]),
];

impl State {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Blocked,
        Self::Unknown,
        Self::Missing,
        Self::TargetChanged,
        Self::Differs,
        Self::SourceMissing,
        Self::UpstreamMoved,
        Self::NotDeclared,
        Self::Held,
        Self::InPlace,
    ];

    /// Returns the name by which the script of the page knows it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
            Self::Missing => "missing",
            Self::TargetChanged => "target-changed",
            Self::Differs => "differs",
            Self::SourceMissing => "source-missing",
            Self::UpstreamMoved => "upstream-moved",
            Self::NotDeclared => "not-declared",
            Self::Held => "held",
            Self::InPlace => "in-place",
        }
    }
}

impl From<DriftKind> for State {
    fn from(kind: DriftKind) -> Self {
        match kind {
            DriftKind::UpstreamMoved => Self::UpstreamMoved,
            DriftKind::TargetChanged => Self::TargetChanged,
            DriftKind::Differs => Self::Differs,
            DriftKind::TargetMissing => Self::Missing,
            DriftKind::SourceMissing => Self::SourceMissing,
            DriftKind::NotDeclared => Self::NotDeclared,
            DriftKind::Unreadable => Self::Unknown,
            DriftKind::Blocked => Self::Blocked,
        }
    }
}
