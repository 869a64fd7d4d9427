//! The report for people.

use std::fmt;

use crate::plan::{Change, Outcome, Report, Target, Told, by_cause};

use super::super::hints;
use super::super::style::{Tone, View};
use super::super::tally::{Tally, cost};
use super::super::units::seconds;
use super::super::words::{outcome_reason, outcome_word, shared_word};
use super::block::{Block, blocks, header, of_change, of_shared};
use super::page::{Page, Span};

/// Writes what happened to each change; what was in place is counted, and shown when asked for.
pub fn report(report: &Report, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let Report {
        plan,
        outcomes,
        interrupted: _,
    } = report;
    let mut page = Page::new(view, out);
    header(&mut page, &plan.target)?;
    let target = &plan.target;
    let shown = plan
        .changes
        .iter()
        .zip(outcomes)
        .filter(|(_, outcome)| view.verbose || **outcome != Outcome::Unchanged)
        .map(|one @ (change, outcome)| (one, change.hits_of(outcome, target)));
    let shown: Vec<_> = by_cause(shown, target)
        .into_iter()
        .map(|told| match told {
            Told::Alone((change, outcome)) => block(change, outcome, target),
            Told::Rest((change, outcome), reason) => {
                block(&change.blocked_by(reason), outcome, target)
            }
            Told::Shared(shared) => {
                let word = shared_word(&shared.hit);
                of_shared(&shared, |(change, _)| &change.target, word, target, view)
            }
        })
        .collect();
    blocks(&mut page, &shown)?;
    let tally = Tally::of(report);
    let tone = if report.is_success() {
        Tone::Good
    } else {
        Tone::Bad
    };
    page.flow(
        0,
        &[
            Span::new(tone, tally.verdict()),
            Span::new(Tone::Strong, tally.counts()),
        ],
    )?;
    if let Some(sent) = tally.sent() {
        page.flow(0, &[Span::plain(sent)])?;
    }
    match tally.example {
        Some(image) => page.line(&[
            Span::faint("To use one:"),
            Span::plain(format!("docker pull {image}")),
        ]),
        None => Ok(()),
    }
}

fn block(change: &Change, outcome: &Outcome, target: &Target) -> Block {
    let block = of_change(change, target);
    let (symbol, tone) = match outcome {
        Outcome::Unchanged | Outcome::Done(_) => (block.symbol, block.tone),
        Outcome::Blocked
        | Outcome::Stale { .. }
        | Outcome::Failed { .. }
        | Outcome::NotDone { .. } => ("!", Tone::Bad),
    };
    let mut lines = block.lines;
    if let Outcome::Done(spent) = outcome {
        lines.push(vec![Span::faint(cost(spent))]);
    }
    if let Some(reason) = outcome_reason(change, outcome) {
        lines.push(vec![Span::plain(reason)]);
    }
    let detail = match outcome {
        Outcome::Done(cost) => seconds(cost.time),
        _ => String::new(),
    };
    Block {
        symbol,
        tone,
        word: outcome_word(change, outcome),
        detail,
        lines,
        hint: hints::for_outcome(change, outcome, target),
        ..block
    }
}
