//! What became of a plan, and of each change.

use crate::plan::{Action, Change, NotDone, Outcome, ReportSummary, TagAfter, Transfer};
use crate::render::units::bytes;

use super::blocked::block_reason;
use super::images::in_place;

/// Says in two or three words how it ended.
pub fn verdict(summary: &ReportSummary) -> &'static str {
    if summary.interrupted {
        "Apply interrupted:"
    } else if summary.not_in_place() > 0 {
        "Apply incomplete:"
    } else if summary.done() == 0 {
        "Nothing to do:"
    } else {
        "Apply complete:"
    }
}

/// Says how many changes ended in each way; what went wrong only where something did.
pub fn counts(summary: &ReportSummary) -> String {
    if summary.is_success() && summary.done() == 0 {
        return in_place(summary.unchanged);
    }
    let ReportSummary {
        created,
        updated,
        deleted,
        unchanged,
        blocked,
        stale,
        failed,
        not_done,
        cost: _,
        interrupted: _,
    } = *summary;
    let good = [
        (created, "created"),
        (updated, "updated"),
        (deleted, "deleted"),
        (unchanged, "unchanged"),
    ];
    let bad = [
        (blocked, "blocked"),
        (stale, "stale"),
        (failed, "failed"),
        (not_done, "not done"),
    ];
    let bad = bad.into_iter().filter(|(count, _)| *count > 0);
    let parts = good.into_iter().chain(bad);
    let parts: Vec<_> = parts
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    format!("{}.", parts.join(", "))
}

/// Says what went over the wire; nothing where nothing was copied.
pub fn sent(summary: &ReportSummary) -> Option<String> {
    let copied = summary.created + summary.updated > 0;
    copied.then(|| format!("{}.", transfer(&summary.cost)))
}

/// Says what a change cost but its time.
pub fn spent(cost: &Transfer) -> String {
    let bytes = transfer(cost);
    match cost.retries {
        0 => bytes,
        1 => format!("{bytes}, 1 retry"),
        retries => format!("{bytes}, {retries} retries"),
    }
}

/// Says what went over the wire and what did not have to; leaves out what was not there to count.
fn transfer(cost: &Transfer) -> String {
    let part = |(count, words)| (count > 0).then(|| format!(", {} {words}", bytes(count)));
    let rest = [
        (cost.bytes_mounted, "mounted"),
        (cost.bytes_present, "there already"),
    ];
    let rest: String = rest.into_iter().filter_map(part).collect();
    format!("{} sent{rest}", bytes(cost.bytes_sent))
}

/// Returns what became of a change.
pub fn outcome_word(change: &Change, outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Unchanged => "unchanged",
        Outcome::Done(_) => match change.action {
            Action::Update { .. } => "updated",
            Action::Delete { .. } => "deleted",
            _ => "created",
        },
        Outcome::Blocked => "blocked",
        Outcome::Stale { .. } => "stale",
        Outcome::Failed { .. } => "failed",
        Outcome::NotDone { .. } => "not done",
    }
}

/// Says why a change did not end as planned; nothing for one that did.
pub fn outcome_reason(change: &Change, outcome: &Outcome) -> Option<String> {
    match (outcome, &change.action) {
        (Outcome::Blocked, Action::Blocked { reason, .. }) => Some(block_reason(reason)),
        (
            Outcome::Stale {
                found, was_done, ..
            },
            _,
        ) => {
            let when = if *was_done {
                "this run had moved it"
            } else {
                "the plan was made"
            };
            Some(match found {
                Some(digest) => {
                    format!("someone moved the tag after {when}, to {digest}; it was left alone")
                }
                None => format!("someone deleted the tag after {when}; it was left alone"),
            })
        }
        (Outcome::Failed { failure, tag, .. }, action) => Some(match tag {
            TagAfter::Unchanged => failure.to_string(),
            TagAfter::Unknown => format!("{failure}; {}", unknown(action)),
        }),
        (Outcome::NotDone { why, .. }, action) => Some(match why {
            NotDone::Stopped => "the run was stopped before this was finished".to_owned(),
            NotDone::Unanswered => {
                let unknown = unknown(action);
                format!("the run was stopped before the registry answered; {unknown}")
            }
            NotDone::NewNameMissing => "it stays until its new name has arrived".to_owned(),
        }),
        (Outcome::Unchanged | Outcome::Done(_) | Outcome::Blocked, _) => None,
    }
}

fn unknown(action: &Action) -> &'static str {
    match action {
        Action::Delete { .. } => "whether the tag was deleted is not known",
        _ => "whether the tag was moved is not known",
    }
}
