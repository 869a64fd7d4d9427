//! A plan told as drift: how the target differs from what is declared.
//!
//! Where there is no record of what was applied last, one cannot tell whether the source's tag moved
//! or someone changed the target: both show the same two digests. Such an image [`Differs`], and
//! nothing more is claimed.
//!
//! [`Differs`]: DriftKind::Differs

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::{Action, BlockReason, Change, Plan};

/// How a target can differ from what is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DriftKind {
    /// The target's tag points to something else: the upstream tag moved, or someone changed the
    /// target. The digests alone do not tell which.
    Differs,
    /// The target has no such tag.
    TargetMissing,
    /// The source has no such image any more.
    SourceMissing,
    /// A registry did not say what it has.
    Unreadable,
    /// The image cannot be mirrored as it is declared.
    Blocked,
}

impl DriftKind {
    /// The kinds, in the order in which they are counted.
    pub const ALL: [Self; 5] = [
        Self::Differs,
        Self::TargetMissing,
        Self::SourceMissing,
        Self::Unreadable,
        Self::Blocked,
    ];

    /// Returns the kind of drift that an action tells of; none for what is in place.
    pub fn of(action: &Action) -> Option<Self> {
        match action {
            Action::NoOp { .. } => None,
            Action::Create { .. } => Some(Self::TargetMissing),
            Action::Update { .. } => Some(Self::Differs),
            Action::Blocked { reason, .. } => Some(match reason {
                BlockReason::SourceAbsent => Self::SourceMissing,
                BlockReason::SourceUnreadable(_)
                | BlockReason::TargetUnreadable(_)
                | BlockReason::NotObserved => Self::Unreadable,
                BlockReason::NameRefused(_)
                | BlockReason::Refused(_)
                | BlockReason::BlockedWhenPlanned
                | BlockReason::SourceMoved
                | BlockReason::TargetMoved { .. } => Self::Blocked,
            }),
        }
    }

    /// Returns the name that all formats use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Differs => "differs",
            Self::TargetMissing => "target-missing",
            Self::SourceMissing => "source-missing",
            Self::Unreadable => "unreadable",
            Self::Blocked => "blocked",
        }
    }

    /// Says what the kind means, in the words that follow a count.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Differs => "differ",
            Self::TargetMissing => "missing in the target",
            Self::SourceMissing => "missing at the source",
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
    /// What differs, in the plan's order.
    pub found: Vec<(DriftKind, &'a Change)>,
}

impl<'a> Drift<'a> {
    /// Reads a plan as drift.
    pub fn of(plan: &'a Plan) -> Self {
        let kind_of = |change: &'a Change| Some((DriftKind::of(&change.action)?, change));
        let found = plan.changes.iter().filter_map(kind_of).collect();
        Self { plan, found }
    }

    /// Counts what differs in one way.
    pub fn count(&self, kind: DriftKind) -> usize {
        self.found
            .iter()
            .filter(|(found, _)| *found == kind)
            .count()
    }

    /// Counts the images that are in place.
    pub fn in_place(&self) -> usize {
        self.plan.changes.len() - self.found.len()
    }

    /// Says in one line what was found.
    pub fn summary(&self) -> String {
        if self.found.is_empty() {
            return match self.in_place() {
                0 => "No drift: no image is declared.".to_owned(),
                1 => "No drift: 1 image is in place.".to_owned(),
                count => format!("No drift: {count} images are in place."),
            };
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
        if self.count(DriftKind::Differs) + self.count(DriftKind::TargetMissing) > 0 {
            advice.push("`pusher apply` makes the target what is declared");
        }
        advice
    }
}
