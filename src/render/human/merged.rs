//! The reports of shards, for people.

use std::fmt;

use crate::plan::SavedPlan;
use crate::render::style::{Tone, View};
use crate::render::words::report::{counts, sent, verdict};
use crate::render::words::{merged_hint, merged_word, missing, not_attached, reported};
use crate::reports::{Kept, Merged, Problem};

use super::items::{Item, items, target_line};
use super::text::{Span, TextWriter};

/// Writes what did not end as planned, and how much did.
pub fn merged(merged: &Merged<'_>, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let SavedPlan { target, .. } = merged.plan;
    let mut text = TextWriter::new(view, out);
    target_line(&mut text, &target.to_string(), &target.profile)?;
    text.flow(0, &[Span::plain(reported(merged))])?;
    text.blank()?;
    let of = |report| problems(report, merged.file);
    let problems = merged.reports.iter().copied().flat_map(of);
    items(&mut text, &problems.collect::<Vec<_>>())?;
    let summary = &merged.summary;
    let tone = if merged.is_success() {
        Tone::Good
    } else {
        Tone::Bad
    };
    text.flow(
        0,
        &[
            Span::new(tone, verdict(summary)),
            Span::new(Tone::Strong, counts(summary)),
        ],
    )?;
    if let Some(sent) = sent(summary) {
        text.flow(0, &[Span::plain(sent)])?;
    }
    for one in &merged.missing {
        let [why, hint] = missing(one, merged.file);
        text.flow(0, &[Span::new(Tone::Bad, why)])?;
        text.flow(0, &Span::hint(hint))?;
    }
    for (image, why) in merged.reports.iter().flat_map(|report| report.unattached()) {
        let problem = not_attached(image, why);
        text.flow(0, &[Span::new(Tone::Bad, problem)])?;
    }
    Ok(())
}

fn problems<'a>(report: &'a Kept, file: &'a str) -> impl Iterator<Item = Item> {
    report.problems().map(move |problem| {
        let Problem {
            target,
            outcome,
            error,
            hint: _,
        } = problem;
        Item {
            symbol: "!",
            tone: Tone::Bad,
            name: target.to_owned(),
            word: merged_word(outcome),
            detail: report.shard.shard.to_string(),
            lines: vec![vec![Span::plain(error)]],
            below: vec![],
            hint: merged_hint(&problem, report, file),
        }
    })
}
