//! The report for people.

use std::fmt;

use crate::model::Reference;
use crate::plan::shards::ShardOfPlan;
use crate::plan::{Action, Change, Outcome, Report, Target, Told, by_cause};
use crate::render::hints;
use crate::render::style::{Tone, View};
use crate::render::units::seconds;
use crate::render::words::report::{counts, sent, spent, verdict};
use crate::render::words::{
    age_hints, attached, not_attached, outcome_reason, outcome_word, shared_word, unattached,
};

use super::items::{Item, header, items, of_change, of_shared};
use super::text::{Span, TextWriter};

/// Writes what happened to each change; what was in place is counted, and shown when asked for.
pub fn report(report: &Report, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let Report {
        plan,
        outcomes,
        shard,
        interrupted: _,
        promotions: _,
        attachments: _,
    } = report;
    let mut text = TextWriter::new(view, out);
    header(&mut text, &plan.target)?;
    if let Some(ShardOfPlan { shard, .. }) = shard {
        text.flow(
            0,
            &[Span::plain(tr!(
                "Shard {shard} alone.",
                "只做分片 {shard}。"
            ))],
        )?;
        text.blank()?;
    }
    let target = &plan.target;
    let shown = plan
        .changes
        .iter()
        .zip(outcomes)
        .filter(|(change, outcome)| {
            view.verbose || **outcome != Outcome::Unchanged || !change.warnings.is_empty()
        })
        .map(|one @ (change, outcome)| (one, change.hits_of(outcome, target)));
    let shown: Vec<_> = by_cause(shown, target)
        .into_iter()
        .map(|told| match told {
            Told::Alone((change, outcome)) => item(change, outcome, target),
            Told::Rest((change, outcome), reason) => {
                item(&change.blocked_by(reason), outcome, target)
            }
            Told::Shared(shared) => {
                let word = shared_word(&shared.hit);
                of_shared(&shared, |(change, _)| &change.target, word, target, view)
            }
        })
        .collect();
    items(&mut text, &shown)?;
    let summary = report.summary();
    let tone = if summary.is_success() {
        Tone::Good
    } else {
        Tone::Bad
    };
    text.flow(
        0,
        &[
            Span::new(tone, verdict(&summary)),
            Span::new(Tone::Strong, counts(&summary)),
        ],
    )?;
    if let Some(sent) = sent(&summary) {
        text.flow(0, &[Span::plain(sent)])?;
    }
    for hint in age_hints(plan) {
        text.flow(0, &Span::hint(hint))?;
    }
    if let Some(attached) = attached(report) {
        text.flow(0, &[Span::plain(attached)])?;
    }
    for (image, failure) in unattached(report) {
        let problem = not_attached(image, failure);
        text.flow(0, &[Span::new(Tone::Bad, problem)])?;
    }
    let example = (summary.done() > 0 && !view.on_stick)
        .then(|| example(report))
        .flatten();
    match example {
        Some(image) => text.line(&[
            Span::faint(tr_word!("To use one:", "用其中一个：")),
            Span::plain(format!("docker pull {image}")),
        ]),
        None => Ok(()),
    }
}

/// Returns the first image that is in the target as it should be.
fn example(report: &Report) -> Option<Reference> {
    let Report { plan, outcomes, .. } = report;
    let is_there = |(change, outcome): &(&Change, &Outcome)| {
        let is_deleted = matches!(change.action, Action::Delete { .. });
        matches!(outcome, Outcome::Unchanged | Outcome::Done(_)) && !is_deleted
    };
    let mut ended = plan.changes.iter().zip(outcomes);
    let (change, _) = ended.find(is_there)?;
    Some(plan.target.reference(&change.target))
}

fn item(change: &Change, outcome: &Outcome, target: &Target) -> Item {
    let item = of_change(change, target);
    let (symbol, tone) = match outcome {
        Outcome::Unchanged | Outcome::Done(_) => (item.symbol, item.tone),
        Outcome::Blocked
        | Outcome::Stale { .. }
        | Outcome::Failed { .. }
        | Outcome::NotDone { .. } => ("!", Tone::Bad),
        Outcome::Left { .. } => (".", Tone::Changed),
    };
    let mut lines = item.lines;
    let is_copied = change.action.copy().is_some();
    if let Outcome::Done(cost) = outcome
        && (is_copied || cost.retries > 0)
    {
        lines.push(vec![Span::faint(spent(cost))]);
    }
    if let Some(reason) = outcome_reason(change, outcome) {
        lines.push(vec![Span::plain(reason)]);
    }
    let detail = match outcome {
        Outcome::Done(cost) => seconds(cost.time),
        _ => String::new(),
    };
    Item {
        symbol,
        tone,
        word: outcome_word(change, outcome),
        detail,
        lines,
        hint: hints::for_outcome(change, outcome, target),
        ..item
    }
}
