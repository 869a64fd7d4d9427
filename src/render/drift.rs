//! A plan told as drift: how the target differs from what is declared.
//!
//! The lock tells what was applied last: with it one can tell an upstream tag that moved from a target
//! that someone changed. Without one both show the same two digests; such an image [`Differs`], and
//! nothing more is claimed.
//!
//! [`Differs`]: DriftKind::Differs

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Digest;
use crate::plan::{Action, BlockReason, Change, Evidence, LockState, Observation, Plan, Upstream};

use super::words::in_place;

/// How a target can differ from what is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
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
    /// A registry did not say what it has.
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

    /// Returns the kind of drift that a change tells of; none for what is in place.
    fn of(change: &Change) -> Option<Self> {
        match &change.action {
            Action::NoOp { .. } | Action::Delete { .. } => None,
            Action::Create { .. } => Some(Self::TargetMissing),
            Action::Update { .. } if change.lock == LockState::Locked => Some(Self::TargetChanged),
            Action::Update { .. } => Some(Self::Differs),
            Action::Blocked { reason, .. } => Some(match reason {
                BlockReason::SourceAbsent => Self::SourceMissing,
                BlockReason::SourceUnreadable(_)
                | BlockReason::TargetUnreadable(_)
                | BlockReason::NotObserved
                | BlockReason::Offline { .. } => Self::Unreadable,
                BlockReason::NameRefused(_)
                | BlockReason::Refused(_)
                | BlockReason::NotOurs { .. }
                | BlockReason::CannotDelete
                | BlockReason::PruneLimit { .. }
                | BlockReason::BlockedWhenPlanned
                | BlockReason::SourceMoved { .. }
                | BlockReason::TargetMoved { .. }
                | BlockReason::ReferrersDiffer { .. }
                | BlockReason::LockBroken { .. } => Self::Blocked,
            }),
        }
    }

    /// Returns the name that all formats use.
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

    /// Says what the kind means, in the words that follow a count.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::UpstreamMoved => "moved upstream",
            Self::TargetChanged => "changed in the target",
            Self::Differs => "differ",
            Self::TargetMissing => "missing in the target",
            Self::SourceMissing => "missing at the source",
            Self::NotDeclared => "no longer declared",
            Self::Unreadable => "could not be read",
            Self::Blocked => "blocked",
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
    in_place: usize,
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
}

impl<'a> Drift<'a> {
    /// Reads a plan as drift; tells the kinds that are asked for, or all if none is.
    pub fn of(plan: &'a Plan, evidence: &Evidence, kinds: &[DriftKind]) -> Self {
        let Evidence {
            locked,
            upstream,
            undeclared,
        } = evidence;
        let mut found = vec![];
        let mut in_place = 0;
        for change in &plan.changes {
            let before = found.len();
            found.extend(DriftKind::of(change).map(|kind| Difference {
                kind,
                change: change.clone(),
                upstream: None,
            }));
            found.extend(of_upstream(change, upstream.get(&change.target)));
            in_place += usize::from(found.len() == before);
        }
        found.extend(undeclared.iter().map(|change| Difference {
            kind: DriftKind::of(change).unwrap_or(DriftKind::NotDeclared),
            change: change.clone(),
            upstream: None,
        }));
        found.retain(|difference| kinds.is_empty() || kinds.contains(&difference.kind));
        Self {
            plan,
            found,
            locked: *locked,
            in_place,
        }
    }

    /// Counts what differs in one way.
    pub fn count(&self, kind: DriftKind) -> usize {
        let is = |difference: &&Difference| difference.kind == kind;
        self.found.iter().filter(is).count()
    }

    /// Counts the images that are in place.
    pub fn in_place(&self) -> usize {
        self.in_place
    }

    /// Says in one line what was found.
    pub fn summary(&self) -> String {
        if self.found.is_empty() {
            return format!("No drift: {}", in_place(self.in_place()));
        }
        let counts = DriftKind::ALL
            .into_iter()
            .map(|kind| (self.count(kind), kind))
            .filter(|(count, _)| *count > 0)
            .map(|(count, kind)| match (count, kind) {
                (1, DriftKind::Differs) => "1 differs".to_owned(),
                _ => format!("{count} {}", kind.meaning()),
            });
        let mut parts: Vec<String> = counts.collect();
        parts.push(format!("{} in place", self.in_place()));
        format!("Drift: {}.", parts.join(", "))
    }

    /// Says what to do about what was found, and what it does not tell.
    pub fn advice(&self) -> Vec<&'static str> {
        let mut advice = vec![];
        if self.count(DriftKind::Differs) > 0 {
            advice.push(
                "where the two differ, the upstream tag moved or someone changed the target; the \
                 digests alone do not tell which",
            );
        }
        if !self.locked && !self.found.is_empty() {
            advice.push(
                "there is no lock: with one (`pusher lock`) drift tells an upstream tag that moved \
                 from a target that someone changed, and what is no longer declared",
            );
        }
        if self.count(DriftKind::UpstreamMoved) > 0 {
            advice.push("`pusher lock --update` takes what moved upstream");
        }
        let mended = [
            DriftKind::TargetChanged,
            DriftKind::Differs,
            DriftKind::TargetMissing,
        ];
        if mended.into_iter().any(|kind| self.count(kind) > 0) {
            advice.push("`pusher apply` makes the target what is declared");
        }
        if self.count(DriftKind::NotDeclared) > 0 {
            advice.push("`pusher apply --prune` deletes what is no longer declared");
        }
        advice
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
    };
    match current {
        Observation::Present(found) if found.digest == *locked => None,
        Observation::Present(found) => Some(Difference {
            kind: DriftKind::UpstreamMoved,
            change: change.clone(),
            upstream: Some((locked.clone(), found.digest.clone())),
        }),
        Observation::Absent => Some(blocked(DriftKind::SourceMissing, BlockReason::SourceAbsent)),
        Observation::Unreadable(why) => Some(blocked(
            DriftKind::Unreadable,
            BlockReason::SourceUnreadable(why.clone()),
        )),
    }
}
