//! A saved plan for people.

use std::fmt;

use crate::plan::saved::{Difference, PlannedAction, SavedChange, SavedDeletion, Wanted};
use crate::render::inputs::{Shown, ShownAgainst};
use crate::render::style::{Tone, View};
use crate::render::words::{plan_summary, saved, shards};

use super::items::{Item, items, mark, moved, target_line};
use super::text::{Span, TextWriter};

/// Writes what a saved plan would do; what was in place is counted, and shown when asked for.
pub fn show(shown: &Shown<'_>, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let plan = shown.plan;
    let mut text = TextWriter::new(view, out);
    target_line(&mut text, &plan.target.to_string(), &plan.target.profile)?;
    text.flow(0, &[Span::plain(saved::made_from(plan))])?;
    text.blank()?;
    let is_shown = |planned: &SavedChange| view.verbose || planned.action() != PlannedAction::NoOp;
    let changes: Vec<_> = if let Some(against) = shown.against {
        let differences = against.differs.differences.iter();
        differences
            .map(|(name, one)| differing(name, one))
            .collect()
    } else {
        let changes = plan.changes.iter();
        let changes = changes.filter(|(_, planned)| is_shown(planned));
        changes.map(|(name, planned)| item(name, planned)).collect()
    };
    items(&mut text, &changes)?;
    let summary = plan_summary(&plan.summary());
    text.flow(0, &[Span::new(Tone::Strong, summary)])?;
    if let Some(parted) = &plan.shards {
        text.flow(0, &[Span::plain(shards(&parted.loads))])?;
    }
    if let Some(ShownAgainst { file, differs }) = shown.against {
        text.flow(0, &[Span::plain(saved::against_summary(file, differs))])?;
    }
    for why in shown.stale {
        let stale = Span::new(Tone::Bad, tr_word!("Stale:", "已过时："));
        text.flow(0, &[stale, Span::plain(tr!("{why}.", "{why}。"))])?;
    }
    Ok(())
}

/// Returns what one of two plans would do, and the other one would not.
fn differing(name: &str, difference: &Difference<'_>) -> Item {
    let (planned, line) = match difference {
        Difference::New(now) => (now, vec![]),
        Difference::Other { now, read } => {
            let was = saved::word(read.action());
            let was = tr!("the other plan: {was}", "另一个计划：{was}");
            let mut line = vec![Span::plain(was)];
            line.extend(digests(read, mark(read.action()).1));
            (now, line)
        }
        Difference::Gone { read, now } => (read, vec![Span::plain(saved::gone(*now))]),
    };
    let mut item = item(name, planned);
    if !difference.is_unread() {
        (item.symbol, item.tone) = mark(PlannedAction::NoOp);
    }
    saved::difference_word(difference).clone_into(&mut item.detail);
    if !line.is_empty() {
        item.lines.push(line);
    }
    item
}

fn item(name: &str, planned: &SavedChange) -> Item {
    let (symbol, tone) = mark(planned.action());
    let line = digests(planned, tone);
    Item {
        symbol,
        tone,
        name: name.to_owned(),
        word: saved::word(planned.action()),
        detail: String::new(),
        lines: if line.is_empty() { vec![] } else { vec![line] },
        below: vec![],
        hint: None,
    }
}

/// Returns what a tag holds, and what it gets.
fn digests(planned: &SavedChange, tone: Tone) -> Vec<Span> {
    match planned {
        SavedChange::Wanted(Wanted {
            expected, before, ..
        }) => match before {
            Some(before) if *before != expected.digest => moved(before, &expected.digest, tone),
            _ => vec![Span::plain(expected.digest.short())],
        },
        SavedChange::Delete(SavedDeletion { before, renamed_to }) => {
            let before = before.short();
            vec![Span::plain(match renamed_to {
                Some(name) => tr!(
                    "holds {before} and is renamed to `{name}`",
                    "现在是 {before}，改名为 `{name}`"
                ),
                None => tr!("holds {before}", "现在是 {before}"),
            })]
        }
        SavedChange::Blocked => vec![],
    }
}
