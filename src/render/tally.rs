//! What a report comes to.

use crate::model::Reference;
use crate::plan::{Action, Outcome, Report, Transfer};

use super::units::bytes;
use super::words::in_place;

/// How many changes ended in each way, and what it cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
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
    /// Changes that the run did not come to.
    pub not_done: usize,
    /// Bytes of blobs that went over the wire.
    pub bytes_sent: u64,
    /// Bytes of blobs that the registry mounted from another repository.
    pub bytes_mounted: u64,
    /// Bytes of blobs that were there already.
    pub bytes_present: u64,
    /// How often a request was sent again, or a transfer taken up again.
    pub retries: u64,
    /// The first image that is in the target as it should be.
    pub example: Option<Reference>,
    interrupted: bool,
}

impl Tally {
    /// Counts what happened.
    pub fn of(report: &Report) -> Self {
        let mut tally = Self {
            interrupted: report.interrupted,
            ..Self::default()
        };
        for (change, outcome) in report.plan.changes.iter().zip(&report.outcomes) {
            let count = match outcome {
                Outcome::Unchanged => &mut tally.unchanged,
                Outcome::Done(_) => match change.action {
                    Action::Update { .. } => &mut tally.updated,
                    Action::Delete { .. } => &mut tally.deleted,
                    _ => &mut tally.created,
                },
                Outcome::Blocked => &mut tally.blocked,
                Outcome::Stale { .. } => &mut tally.stale,
                Outcome::Failed { .. } => &mut tally.failed,
                Outcome::NotDone { .. } => &mut tally.not_done,
            };
            *count += 1;
            if let Some(cost) = outcome.cost() {
                tally.add(cost);
            }
            let is_deleted = matches!(change.action, Action::Delete { .. });
            let is_there = matches!(outcome, Outcome::Unchanged | Outcome::Done(_)) && !is_deleted;
            if is_there && tally.example.is_none() {
                tally.example = Some(report.plan.target.reference(&change.target));
            }
        }
        tally
    }

    fn add(&mut self, cost: &Transfer) {
        let Transfer {
            bytes_sent,
            bytes_mounted,
            bytes_present,
            retries,
            time: _,
        } = *cost;
        for (sum, more) in [
            (&mut self.bytes_sent, bytes_sent),
            (&mut self.bytes_mounted, bytes_mounted),
            (&mut self.bytes_present, bytes_present),
            (&mut self.retries, retries),
        ] {
            *sum = sum.saturating_add(more);
        }
    }

    /// Says in two or three words how it ended.
    pub fn verdict(&self) -> &'static str {
        if self.interrupted {
            "Apply interrupted:"
        } else if self.not_in_place() > 0 {
            "Apply incomplete:"
        } else if self.is_idle() {
            "Nothing to do:"
        } else {
            "Apply complete:"
        }
    }

    fn not_in_place(&self) -> usize {
        self.blocked + self.stale + self.failed + self.not_done
    }

    /// Tells whether everything was in place.
    fn is_idle(&self) -> bool {
        let done = self.created + self.updated + self.deleted;
        !self.interrupted && done + self.not_in_place() == 0
    }

    /// Says how many changes ended in each way; what went wrong only where something did.
    pub fn counts(&self) -> String {
        if self.is_idle() {
            return in_place(self.unchanged);
        }
        let good = [
            (self.created, "created"),
            (self.updated, "updated"),
            (self.deleted, "deleted"),
            (self.unchanged, "unchanged"),
        ];
        let bad = [
            (self.blocked, "blocked"),
            (self.stale, "stale"),
            (self.failed, "failed"),
            (self.not_done, "not done"),
        ];
        let bad = bad.into_iter().filter(|(count, _)| *count > 0);
        let parts = good.into_iter().chain(bad);
        let parts: Vec<_> = parts
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        format!("{}.", parts.join(", "))
    }

    /// Says what went over the wire; nothing where nothing was copied.
    pub fn sent(&self) -> Option<String> {
        let copied = self.created + self.updated > 0;
        copied.then(|| {
            let Self {
                bytes_sent,
                bytes_mounted,
                bytes_present,
                ..
            } = *self;
            format!("{}.", transfer(bytes_sent, bytes_mounted, bytes_present))
        })
    }
}

/// Says what a change cost but its time.
pub fn cost(cost: &Transfer) -> String {
    let Transfer {
        bytes_sent,
        bytes_mounted,
        bytes_present,
        retries,
        time: _,
    } = *cost;
    let bytes = transfer(bytes_sent, bytes_mounted, bytes_present);
    match retries {
        0 => bytes,
        1 => format!("{bytes}, 1 retry"),
        retries => format!("{bytes}, {retries} retries"),
    }
}

/// Says what went over the wire and what did not have to; leaves out what was not there to count.
fn transfer(sent: u64, mounted: u64, present: u64) -> String {
    let part = |(count, words)| (count > 0).then(|| format!(", {} {words}", bytes(count)));
    let rest = [(mounted, "mounted"), (present, "there already")];
    let rest: String = rest.into_iter().filter_map(part).collect();
    format!("{} sent{rest}", bytes(sent))
}
