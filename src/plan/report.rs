//! What happened when a plan was carried out.

use std::time::Duration;

use crate::model::{Digest, Failure};

use super::change::{Action, Plan};
use super::promotion::{Attached, Attachment, Promotion};
use super::shards::ShardOfPlan;

/// What happened to each change of a plan, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The plan that was carried out.
    pub plan: Plan,
    /// One outcome for each change of the plan.
    pub outcomes: Vec<Outcome>,
    /// Which part of the plan it is, where that was parted for several machines.
    pub shard: Option<ShardOfPlan>,
    /// Whether someone stopped the run before its end.
    pub interrupted: bool,
    /// What was promoted, once someone has looked at it.
    pub promotions: Vec<Promotion>,
    /// What became of their records, where those were to be attached to the images.
    pub attachments: Vec<Attachment>,
}

/// What happened to one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to do.
    Unchanged,
    /// The target's tag points to what was planned.
    Done(Transfer),
    /// The plan already said that nothing can be done.
    Blocked,
    /// The target's tag was moved by someone else after the plan was made; it was left alone.
    Stale {
        /// What it points to now; none if it is gone.
        found: Option<Digest>,
        /// Whether this run had moved it before.
        was_done: bool,
        /// What it cost nevertheless.
        cost: Transfer,
    },
    /// It did not work.
    Failed {
        /// What was tried, and what happened.
        failure: Failure,
        /// What the tag points to after it.
        tag: TagAfter,
        /// What it cost nevertheless.
        cost: Transfer,
    },
    /// The run came to a bound before it: it is left to a later one, and the tag is unchanged.
    Left {
        /// Which bound.
        by: Bound,
        /// How many bytes it still needs at most; none where that was not found out.
        needs: Option<u64>,
        /// What it cost nevertheless.
        cost: Transfer,
    },
    /// It was not finished; the tag is unchanged, unless `why` says that this is not known.
    NotDone {
        /// Why.
        why: NotDone,
        /// What it cost nevertheless.
        cost: Transfer,
    },
}

/// How far a run may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// No longer than until a moment (`--deadline`).
    Deadline,
    /// With no more bytes of blobs (`--max-bytes`).
    MaxBytes,
    /// With no more pulls of a registry that limits them (`--max-pulls`).
    MaxPulls,
}

/// Why a change was not finished, though nothing about it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDone {
    /// The run was stopped.
    Stopped,
    /// The run was stopped before the registry answered, so the tag may have been moved or deleted.
    Unanswered,
    /// It is the old name of an image whose new one has not arrived.
    NewNameMissing,
}

/// What is known of a tag after a change that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagAfter {
    /// It points to what it pointed to before.
    Unchanged,
    /// It may have been moved: the registry gave no answer, and could not be asked again.
    Unknown,
}

/// What a change cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Transfer {
    /// Bytes of blobs that went over the wire.
    pub bytes_sent: u64,
    /// Bytes of blobs that the registry mounted from another repository.
    pub bytes_mounted: u64,
    /// Bytes of blobs that were there already.
    pub bytes_present: u64,
    /// How often a request was sent again, or a transfer taken up again.
    pub retries: u64,
    /// From the first request to the last.
    pub time: Duration,
}

/// How many changes ended in each way, and what it cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportSummary {
    /// Tags that were created.
    pub created: usize,
    /// Tags that were moved.
    pub updated: usize,
    /// Tags that were deleted.
    pub deleted: usize,
    /// Tags that were in place.
    pub unchanged: usize,
    /// Entries for which nothing could be done.
    pub blocked: usize,
    /// Tags that someone else moved after the plan was made.
    pub stale: usize,
    /// Changes that did not work.
    pub failed: usize,
    /// Changes that are left to a later run, since this one came to a bound.
    pub left: usize,
    /// Changes that the run did not come to.
    pub not_done: usize,
    /// What all of it cost, but for the time.
    pub cost: Transfer,
    /// Whether somebody stopped the run before its end.
    pub interrupted: bool,
}

impl Outcome {
    /// Says that something did not work and moved no tag, before it is known what that cost.
    pub fn failed(failure: Failure) -> Self {
        if failure.is_own_bound() {
            return Self::left(Bound::MaxPulls, None);
        }
        Self::Failed {
            failure,
            tag: TagAfter::Unchanged,
            cost: Transfer::default(),
        }
    }

    /// Says that it is left to a later run, before it is known what it cost.
    pub fn left(by: Bound, needs: Option<u64>) -> Self {
        let cost = Transfer::default();
        Self::Left { by, needs, cost }
    }

    /// Says why the change was not finished, before it is known what it cost.
    pub fn not_done(why: NotDone) -> Self {
        let cost = Transfer::default();
        Self::NotDone { why, cost }
    }

    /// Says how work ended, and what it cost.
    pub fn after(result: Result<(), Self>, cost: Transfer) -> Self {
        match result {
            Ok(()) => Self::Done(cost),
            Err(Self::Failed { failure, tag, .. }) => Self::Failed { failure, tag, cost },
            Err(Self::Stale {
                found, was_done, ..
            }) => Self::Stale {
                found,
                was_done,
                cost,
            },
            Err(Self::NotDone { why, .. }) => Self::NotDone { why, cost },
            Err(Self::Left { by, needs, .. }) => Self::Left { by, needs, cost },
            Err(outcome) => outcome,
        }
    }

    /// Returns what it cost, where anything was to be done.
    pub fn cost(&self) -> Option<&Transfer> {
        match self {
            Self::Done(cost)
            | Self::Failed { cost, .. }
            | Self::Stale { cost, .. }
            | Self::Left { cost, .. }
            | Self::NotDone { cost, .. } => Some(cost),
            Self::Unchanged | Self::Blocked => None,
        }
    }

    /// Says that the target's tag points to `found` now, which nobody planned.
    pub fn stale(found: Option<&Digest>) -> Self {
        Self::Stale {
            found: found.cloned(),
            was_done: false,
            cost: Transfer::default(),
        }
    }

    /// Says that the target's tag points to `found` now, after this run had moved it at that cost.
    pub fn moved_again(found: Option<Digest>, cost: Transfer) -> Self {
        Self::Stale {
            found,
            was_done: true,
            cost,
        }
    }
}

impl Report {
    /// Tells whether every image is in the target as it should be.
    pub fn is_success(&self) -> bool {
        self.summary().is_success()
    }

    /// Tells whether each record is where it was asked for, but for what the target is known not to take.
    pub fn is_attested(&self) -> bool {
        let is_failed = |one: &Attachment| matches!(one.attached, Attached::Failed(_));
        !self.attachments.iter().any(is_failed)
    }

    /// Counts how the changes ended.
    pub fn summary(&self) -> ReportSummary {
        let mut summary = ReportSummary {
            interrupted: self.interrupted,
            ..ReportSummary::default()
        };
        for (change, outcome) in self.plan.changes.iter().zip(&self.outcomes) {
            let count = match outcome {
                Outcome::Unchanged => &mut summary.unchanged,
                Outcome::Done(_) => match change.action {
                    Action::Update { .. } => &mut summary.updated,
                    Action::Delete { .. } => &mut summary.deleted,
                    _ => &mut summary.created,
                },
                Outcome::Blocked => &mut summary.blocked,
                Outcome::Stale { .. } => &mut summary.stale,
                Outcome::Failed { .. } => &mut summary.failed,
                Outcome::Left { .. } => &mut summary.left,
                Outcome::NotDone { .. } => &mut summary.not_done,
            };
            *count += 1;
            summary
                .cost
                .add(outcome.cost().copied().unwrap_or_default());
        }
        summary
    }
}

impl ReportSummary {
    /// Tells whether every image is in the target as it should be.
    pub fn is_success(&self) -> bool {
        !self.interrupted && self.not_in_place() == 0
    }

    /// Counts two parts of a plan together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let Self {
            created,
            updated,
            deleted,
            unchanged,
            blocked,
            stale,
            failed,
            left,
            not_done,
            cost,
            interrupted,
        } = other;
        for (sum, more) in [
            (&mut self.created, created),
            (&mut self.updated, updated),
            (&mut self.deleted, deleted),
            (&mut self.unchanged, unchanged),
            (&mut self.blocked, blocked),
            (&mut self.stale, stale),
            (&mut self.failed, failed),
            (&mut self.left, left),
            (&mut self.not_done, not_done),
        ] {
            *sum = sum.saturating_add(more);
        }
        self.cost.add(cost);
        self.interrupted |= interrupted;
        self
    }

    /// Returns how many changes were carried out.
    pub fn done(&self) -> usize {
        self.created + self.updated + self.deleted
    }

    /// Returns how many changes did not end with the target as it should be.
    pub fn not_in_place(&self) -> usize {
        self.blocked + self.stale + self.failed + self.left + self.not_done
    }

    /// Tells whether all that is missing was left to a later run on purpose.
    pub fn is_bounded(&self) -> bool {
        !self.interrupted && self.left > 0 && self.left == self.not_in_place()
    }
}

impl Transfer {
    /// Adds what something else cost, but for the time: much is done at once.
    fn add(&mut self, more: Self) {
        let Self {
            bytes_sent,
            bytes_mounted,
            bytes_present,
            retries,
            time: _,
        } = more;
        for (sum, more) in [
            (&mut self.bytes_sent, bytes_sent),
            (&mut self.bytes_mounted, bytes_mounted),
            (&mut self.bytes_present, bytes_present),
            (&mut self.retries, retries),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}
