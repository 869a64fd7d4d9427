//! A saved plan for people.

use std::fmt;

use crate::plan::saved::{PlannedAction, SavedChange, SavedDeletion, Wanted};
use crate::render::inputs::Shown;
use crate::render::style::{Tone, View};
use crate::render::words::{plan_summary, saved};

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
    let changes = plan.changes.iter();
    let changes = changes.filter(|(_, planned)| is_shown(planned));
    let changes: Vec<_> = changes.map(|(name, planned)| item(name, planned)).collect();
    items(&mut text, &changes)?;
    let summary = plan_summary(&plan.summary());
    text.flow(0, &[Span::new(Tone::Strong, summary)])?;
    for why in shown.stale {
        let stale = Span::new(Tone::Bad, tr_word!("Stale:", "已过时："));
        text.flow(0, &[stale, Span::plain(tr!("{why}.", "{why}。"))])?;
    }
    Ok(())
}

fn item(name: &str, planned: &SavedChange) -> Item {
    let (symbol, tone) = mark(planned.action());
    let line = match planned {
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
    };
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
