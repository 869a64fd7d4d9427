//! A plan told as drift: how the target differs from what is declared.
//!
//! The lock tells what was applied last: with it one can tell an upstream tag that moved from a target
//! that someone changed. Without one both show the same two digests; such an image [`Differs`], and
//! nothing more is claimed.
//!
//! [`Differs`]: DriftKind::Differs

mod evidence;

use crate::model::Digest;

use super::blocked::BlockReason;
use super::change::{Action, Change, Plan};
use super::lock::LockState;
use super::observed::Observation;

pub use evidence::{Evidence, Upstream};

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
    const HIDDEN_BY_UPSTREAM: &[Self] = &[Self::UpstreamMoved, Self::SourceMissing];
    /// What an image may be of which nothing is known.
    const HIDDEN_BY_SOURCE: &[Self] = &[
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
    fn of(change: &Change) -> Option<Self> {
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
    fn hidden_by(change: &Change) -> &'static [Self] {
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

/// A plan told as drift.
#[derive(Debug, Clone)]
pub struct Drift<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What differs, in the plan's order; what is not declared comes last.
    pub found: Vec<Difference>,
    /// Whether there is a lock.
    pub locked: bool,
    /// Whether only some kinds were asked for.
    pub narrowed: bool,
    /// How many images are as they should be, in every way.
    pub in_place: usize,
}

/// One way in which one image differs; an image can differ in two.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The way.
    pub kind: DriftKind,
    /// The image, and what the plan would do about it.
    pub change: Change,
    /// What the source pointed to when it was locked and what it points to now, where that is the
    /// difference.
    pub upstream: Option<(Digest, Digest)>,
    /// The other kinds that it may be of, since something was not read.
    hides: &'static [DriftKind],
}

impl<'a> Drift<'a> {
    /// Reads a plan as drift; tells the kinds that are asked for, or all if none is.
    ///
    /// What could not be read is told wherever it may be of a kind that is asked for.
    pub fn of(plan: &'a Plan, evidence: &Evidence, kinds: &[DriftKind]) -> Self {
        let Evidence {
            locked,
            upstream,
            families,
            undeclared,
        } = evidence;
        let mut found = vec![];
        let mut in_place = 0;
        for change in &plan.changes {
            let before = found.len();
            found.extend(DriftKind::of(change).map(|kind| Difference::new(kind, change)));
            found.extend(of_upstream(change, upstream.get(&change.target)));
            in_place += usize::from(found.len() == before);
        }
        let moved = families.iter().filter_map(|change| {
            let kind = DriftKind::of(change)?;
            Some(Difference::new(kind, change))
        });
        found.extend(moved);
        found.extend(undeclared.iter().map(|change| {
            let kind = DriftKind::of(change).unwrap_or(DriftKind::NotDeclared);
            Difference::new(kind, change)
        }));
        let is_asked = |kind: &DriftKind| kinds.is_empty() || kinds.contains(kind);
        found.retain(|difference| {
            is_asked(&difference.kind) || difference.hides.iter().any(is_asked)
        });
        Self {
            plan,
            found,
            locked: *locked,
            narrowed: !kinds.is_empty(),
            in_place,
        }
    }

    /// Counts what differs in one way.
    pub fn count(&self, kind: DriftKind) -> usize {
        let is = |difference: &&Difference| difference.kind == kind;
        self.found.iter().filter(is).count()
    }

    /// Tells whether anything is known to have drifted.
    pub fn has_drifted(&self) -> bool {
        self.found.len() > self.count(DriftKind::Unreadable)
    }

    /// Tells whether there is something of which it could not be told whether it has drifted.
    pub fn is_unsure(&self) -> bool {
        self.count(DriftKind::Unreadable) > 0
    }
}

impl Difference {
    /// Returns the difference as it is where only this reason stands in the way of the image.
    #[must_use]
    pub fn blocked_by(&self, reason: BlockReason) -> Self {
        Self {
            change: self.change.blocked_by(reason),
            ..self.clone()
        }
    }

    fn new(kind: DriftKind, change: &Change) -> Self {
        Self {
            kind,
            change: change.clone(),
            upstream: None,
            hides: match kind {
                DriftKind::Unreadable => DriftKind::hidden_by(change),
                _ => &[],
            },
        }
    }
}

/// Tells what became of a locked image's source.
fn of_upstream(change: &Change, upstream: Option<&Upstream>) -> Option<Difference> {
    let Upstream { locked, current } = upstream?;
    let blocked = |kind, reason| Difference {
        kind,
        change: Change {
            action: Action::Blocked {
                before: change.action.before().cloned(),
                reason,
            },
            // The tag is gone or silent; the locked digest may well be there.
            lock: LockState::NoLock,
            ..change.clone()
        },
        upstream: None,
        hides: &[],
    };
    match current {
        Observation::Present(found) if found.digest == *locked => None,
        Observation::Present(found) => Some(Difference {
            upstream: Some((locked.clone(), found.digest.clone())),
            ..Difference::new(DriftKind::UpstreamMoved, change)
        }),
        Observation::Absent(absence) => Some(blocked(
            DriftKind::SourceMissing,
            BlockReason::SourceAbsent(*absence),
        )),
        Observation::Unreadable(why) => Some(Difference {
            hides: DriftKind::HIDDEN_BY_UPSTREAM,
            ..blocked(
                DriftKind::Unreadable,
                BlockReason::SourceUnreadable(why.clone()),
            )
        }),
    }
}

#[cfg(test)]
mod tests;
