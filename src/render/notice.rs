//! What is told a group of people of a run.

use std::fmt::Display;

use crate::lock::Renewal;
use crate::model::Digest;
use crate::notices::{Event, Item, Place};
use crate::plan::{
    Action, BlockReason, Change, Difference, Drift, DriftKind, Outcome, Report, Shared, Target,
    TargetName, Told, Young, by_cause,
};

use crate::reports::Merged;

use super::inputs::Renewing;
use super::sanitize::{excerpt, line};
use super::units::clauses;
use super::words::drift::{meaning, summary};
use super::words::report::{counts, sent, verdict};
use super::words::{
    block_reason, merged_word, missing, outcome_reason, outcome_word, renewal_reason, renewal_word,
    renewed_summary, shared_word, too_young, unattached, whence,
};

/// Says what a run did to a target.
pub fn of_report(report: &Report) -> Place {
    let Report { plan, outcomes, .. } = report;
    let target = &plan.target;
    let ended = plan.changes.iter().zip(outcomes);
    let shown = ended.map(|one @ (change, outcome)| (one, change.hits_of(outcome, target)));
    let told = by_cause(shown, target).into_iter();
    let items = told.filter_map(|told| match told {
        Told::Alone((change, outcome)) => of_outcome(change, outcome),
        Told::Rest((change, _), reason) => {
            of_outcome(&change.blocked_by(reason), &Outcome::Blocked)
        }
        Told::Shared(shared) => Some(of_shared(&shared, |(change, _)| &change.target)),
    });
    let mut items: Vec<Item> = items.collect();
    items.extend(held_back(&plan.changes));
    items.extend(unattached(report).map(|(image, why)| no_record(image, why.to_string())));
    let ended = report.summary();
    let said = [
        tr!("{} {}", "{}{}", verdict(&ended), counts(&ended)),
        sent(&ended).unwrap_or_default(),
    ];
    place(target, said.join(tr_word!(" ", "")).trim_end(), items)
}

/// Says what several machines did to a target.
pub fn of_merged(merged: &Merged<'_>) -> Place {
    let reports = merged.reports.iter();
    let items = reports.flat_map(|report| {
        let problems = report.problems().map(|problem| {
            let word = merged_word(problem.outcome);
            let why = Some(problem.error.to_owned());
            item(Event::Failed, problem.target, "failed", word, why)
        });
        let word = tr_word!("done", "已完成");
        let done = report.done();
        let done = done.map(move |name| item(Event::Changed, name, "done", word, None));
        let unattached = report.unattached();
        let unattached = unattached.map(|(image, why)| no_record(image, why.to_owned()));
        problems.chain(done).chain(unattached)
    });
    let missing = merged.missing.iter().map(|one| {
        let [why, _] = missing(one, merged.file);
        item(
            Event::Failed,
            one.shard,
            "not-done",
            tr_word!("not done", "没做"),
            Some(why),
        )
    });
    let ended = &merged.summary;
    Place {
        target: Some(line(&merged.plan.target.to_string())),
        summary: line(&tr!("{} {}", "{}{}", verdict(ended), counts(ended))),
        items: missing.chain(items).collect(),
    }
}

/// Says that the record of an image could not be attached to it.
fn no_record(image: impl Display, why: String) -> Item {
    let word = tr_word!("record not attached", "没有附上记录");
    item(Event::Failed, image, "failed", word, Some(why))
}

/// Says how a target differs from what is declared.
pub fn of_drift(drift: &Drift<'_>) -> Place {
    let target = &drift.plan.target;
    let found = drift.found.iter();
    let told = by_cause(found.map(|one| (one, one.change.hits())), target).into_iter();
    let items = told.map(|told| match told {
        Told::Alone(difference) => of_difference(difference),
        Told::Rest(difference, reason) => of_difference(&difference.blocked_by(reason)),
        Told::Shared(shared) => of_shared(&shared, |one| &one.change.target),
    });
    let mut items: Vec<Item> = items.collect();
    items.extend(held_back(&drift.plan.changes));
    place(target, &summary(drift), items)
}

/// Says what became of a lock.
pub fn of_lock(renewing: &Renewing<'_>) -> Place {
    let Renewing {
        renewed,
        desired,
        file,
    } = renewing;
    let target = &desired.target;
    let shown = renewed.images.iter().map(|one| match &one.1 {
        Renewal::Blocked(reason) => (one, reason.hits()),
        _ => (one, vec![]),
    });
    let told = by_cause(shown, target).into_iter();
    let items = told.filter_map(|told| match told {
        Told::Alone((name, renewal)) => of_renewal(name, renewal, target),
        Told::Rest((name, _), reason) => of_renewal(name, &Renewal::Blocked(reason), target),
        Told::Shared(shared) => Some(of_shared(&shared, |(name, _)| name)),
    });
    let items = items.collect();
    place(
        target,
        &renewed_summary(renewed, &format!("`{file}`")),
        items,
    )
}

/// Says why a command came to no target.
pub fn of_error(message: &impl Display) -> Place {
    Place {
        target: None,
        summary: excerpt(&message.to_string()),
        items: vec![Item {
            event: Event::Failed,
            is_old: false,
            names: vec![],
            kind: "failed",
            word: String::new(),
            why: None,
        }],
    }
}

fn place(target: &Target, summary: &str, items: Vec<Item>) -> Place {
    Place {
        target: Some(line(&target.to_string())),
        summary: line(summary),
        items,
    }
}

fn item(
    event: Event,
    name: impl Display,
    kind: &'static str,
    word: &str,
    why: Option<String>,
) -> Item {
    Item {
        event,
        is_old: false,
        names: vec![excerpt(&name.to_string())],
        kind,
        word: word.to_owned(),
        why: why.map(|why| excerpt(&why)),
    }
}

/// Says what several images have in common, which is never anything good.
fn of_shared<'t, T: Copy>(shared: &Shared<'_, T>, name: impl Fn(T) -> &'t TargetName) -> Item {
    let names = shared.items.iter().map(|one| name(*one).to_string());
    Item {
        event: Event::Failed,
        is_old: false,
        names: names.map(|name| excerpt(&name)).collect(),
        kind: "failed",
        word: shared_word(&shared.hit).to_owned(),
        why: Some(excerpt(&shared.hit.to_string())),
    }
}

fn of_outcome(change: &Change, outcome: &Outcome) -> Option<Item> {
    let (event, kind) = match (outcome, &change.action) {
        (Outcome::Unchanged, _) => return None,
        (
            Outcome::Blocked,
            Action::Blocked {
                reason: BlockReason::TooYoung(young),
                ..
            },
        ) => return Some(waiting(change, young)),
        (Outcome::Done(_), Action::Update { .. }) => (Event::Changed, "updated"),
        (Outcome::Done(_), Action::Delete { .. }) => (Event::Changed, "deleted"),
        (Outcome::Done(_), _) => (Event::Changed, "created"),
        (Outcome::Blocked, _) => (Event::Failed, "blocked"),
        (Outcome::Stale { .. }, _) => (Event::Failed, "stale"),
        (Outcome::Failed { .. }, _) => (Event::Failed, "failed"),
        (Outcome::Left { .. }, _) => (Event::Failed, "left"),
        (Outcome::NotDone { .. }, _) => (Event::Failed, "not-done"),
    };
    let (word, why) = (
        outcome_word(change, outcome),
        outcome_reason(change, outcome),
    );
    Some(item(event, &change.target, kind, word, why))
}

fn of_difference(difference: &Difference) -> Item {
    let Difference {
        kind,
        change,
        upstream,
        whence: known,
        ..
    } = difference;
    let event = match (kind, change.action.block_reason()) {
        (DriftKind::Blocked, Some(BlockReason::TooYoung(young))) => return waiting(change, young),
        (DriftKind::Unreadable | DriftKind::Blocked, _) => Event::Failed,
        _ => Event::Drift,
    };
    let why = match (upstream, &change.action) {
        (Some((locked, found)), _) => Some(Digest::short_pair(locked, found).join(" → ")),
        (None, Action::Blocked { reason, .. }) => Some(block_reason(reason)),
        (None, _) => known.as_ref().map(|known| clauses(&whence(known))),
    };
    let word = match kind {
        DriftKind::Differs => tr_word!("differs", "两边不同"),
        kind => meaning(*kind),
    };
    item(event, &change.target, kind.as_str(), word, why)
}

fn of_renewal(name: &impl Display, renewal: &Renewal, target: &Target) -> Option<Item> {
    let (event, kind) = match renewal {
        Renewal::Kept => return None,
        Renewal::Added(_) => (Event::Changed, "added"),
        Renewal::Moved { .. } => (Event::Changed, "moved"),
        Renewal::Retired => (Event::Changed, "retired"),
        Renewal::Gone => (Event::Changed, "gone"),
        Renewal::HeldBack(young) | Renewal::Blocked(BlockReason::TooYoung(young)) => {
            return Some(of_young(name, young));
        }
        Renewal::Blocked(_) => (Event::Failed, "blocked"),
    };
    let why = renewal_reason(renewal, target);
    Some(item(event, name, kind, renewal_word(renewal), why))
}

/// Returns what is newer at the sources and waits for its time.
fn held_back(changes: &[Change]) -> impl Iterator<Item = Item> {
    let waits = changes.iter().filter_map(|change| {
        let young = change.age.held_back.as_deref();
        Some((change, young.filter(|young| !young.left().is_zero())?))
    });
    waits.map(|(change, young)| waiting(change, young))
}

fn waiting(change: &Change, young: &Young) -> Item {
    of_young(&change.target, young)
}

fn of_young(name: &impl Display, young: &Young) -> Item {
    let word = tr_word!("held back", "暂缓");
    Item {
        // It is told when it is seen first.
        is_old: young.seen.is_some_and(|seen| seen != young.now),
        ..item(
            Event::HeldBack,
            name,
            "held-back",
            word,
            Some(too_young(young)),
        )
    }
}
