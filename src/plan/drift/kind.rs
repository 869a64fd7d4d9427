//! How a target can differ from what is declared.

use crate::plan::blocked::BlockReason;
use crate::plan::change::{Action, Change};
use crate::plan::lock::LockState;

/// How a target can differ from what is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DriftKind {
    /// The source's tag points to something else than when it was locked.
    UpstreamMoved,
    /// The target's tag points to something else than is locked: someone pushed there.
    TargetChanged,
    /// The target's tag points to something else, and the image is not locked: the upstream tag
    /// moved, or someone changed the target. The digests alone do not tell which.
    Differs,
    /// The target has no such tag.
    TargetMissing,
    /// The source has no such image any more.
    SourceMissing,
    /// The lock records it, the target has it, and the files no longer declare it.
    NotDeclared,
    /// A registry did not say what it has: whether the image has drifted cannot be told.
    Unreadable,
    /// The image cannot be mirrored as it is declared.
    Blocked,
}

impl DriftKind {
    /// The kinds, in the order in which they are counted.
    pub const ALL: [Self; 8] = [
        Self::UpstreamMoved,
        Self::TargetChanged,
        Self::Differs,
        Self::TargetMissing,
        Self::SourceMissing,
        Self::NotDeclared,
        Self::Unreadable,
        Self::Blocked,
    ];

    /// What an image may be whose source's tag was not read, while its locked digest is known.
    pub(super) const HIDDEN_BY_UPSTREAM: &[Self] = &[Self::UpstreamMoved, Self::SourceMissing];
    /// What an image may be of which nothing is known.
    pub(super) const HIDDEN_BY_SOURCE: &[Self] = &[
        Self::UpstreamMoved,
        Self::TargetChanged,
        Self::Differs,
        Self::TargetMissing,
        Self::SourceMissing,
        Self::Blocked,
    ];
    /// What an image may be whose target was not read.
    const HIDDEN_BY_TARGET: &[Self] = &[
        Self::TargetChanged,
        Self::Differs,
        Self::TargetMissing,
        Self::NotDeclared,
    ];

    /// Returns the name that is typed and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UpstreamMoved => "upstream-moved",
            Self::TargetChanged => "target-changed",
            Self::Differs => "differs",
            Self::TargetMissing => "target-missing",
            Self::SourceMissing => "source-missing",
            Self::NotDeclared => "not-declared",
            Self::Unreadable => "unreadable",
            Self::Blocked => "blocked",
        }
    }

    /// Returns the kind of drift that a change tells of; none for what is in place.
    pub(super) fn of(change: &Change) -> Option<Self> {
        match &change.action {
            Action::NoOp { .. } | Action::Delete { .. } => None,
            Action::Create { .. } => Some(Self::TargetMissing),
            Action::Update { .. } if change.lock == LockState::Locked => Some(Self::TargetChanged),
            Action::Update { .. } => Some(Self::Differs),
            Action::Blocked {
                reason: BlockReason::SourceAbsent(_),
                ..
            } => Some(Self::SourceMissing),
            Action::Blocked {
                reason: BlockReason::TagsMoved { .. },
                ..
            } => Some(Self::UpstreamMoved),
            Action::Blocked { reason, .. } if reason.is_unknown() => Some(Self::Unreadable),
            Action::Blocked { .. } => Some(Self::Blocked),
        }
    }

    /// Returns what else a change may be, where something about it was not read.
    pub(super) fn hidden_by(change: &Change) -> &'static [Self] {
        match &change.action {
            Action::Blocked { reason, .. } => match reason {
                BlockReason::TargetUnreadable(_) => Self::HIDDEN_BY_TARGET,
                // What the target should hold is not known, so nothing about it is.
                reason if reason.is_unknown() => Self::HIDDEN_BY_SOURCE,
                _ => &[],
            },
            _ => &[],
        }
    }
}
