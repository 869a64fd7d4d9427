//! The plan for people.

use std::fmt;

use crate::plan::{Action, Change, Plan, Told, by_cause};
use crate::render::inputs::Details;
use crate::render::style::{Tone, View};
use crate::render::words::{
    age_hints, block_reason, cost, part, plan_summary, prefixed_hint, renamed_from, same_content,
    same_content_hint, shards, shared_word, unlocked_hint,
};

use super::diff;
use super::items::{Item, header, items, of_change, of_shared};
use super::text::{Span, TextWriter};

/// Writes what has to be done; what is in place is counted, and shown when asked for.
pub fn plan(
    plan: &Plan,
    details: &Details<'_>,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let mut text = TextWriter::new(view, out);
    header(&mut text, &plan.target)?;
    let renames = plan.renames();
    let is_shown = |change: &&Change| match &change.action {
        Action::NoOp { .. } => view.verbose || !change.warnings.is_empty(),
        // It is told where the new name is.
        action => !action.ends_a_rename(),
    };
    let item = |change: &Change| {
        let mut item = of_change(change, &plan.target);
        if let Some(old) = renames.get(&change.target) {
            (item.symbol, item.word) = (">", tr_word!("rename", "改名"));
            item.lines.push(vec![Span::plain(renamed_from(old))]);
        }
        if let Some(same) = details.same_content(change) {
            item.lines.push(vec![Span::plain(same_content(same))]);
        }
        if let Action::Blocked { reason, .. } = &change.action {
            item.lines.push(vec![Span::plain(block_reason(reason))]);
        }
        if let Some(diff) = details.diffs.and_then(|diffs| diffs.get(&change.target)) {
            item.below = diff::lines_of(diff);
        }
        item
    };
    let shown = plan.changes.iter().filter(is_shown);
    let told = by_cause(shown.map(|change| (change, change.hits())), &plan.target);
    let shown: Vec<Item> = told
        .into_iter()
        .map(|told| match told {
            Told::Alone(change) => item(change),
            Told::Rest(change, reason) => item(&change.blocked_by(reason)),
            Told::Shared(shared) => {
                let word = shared_word(&shared.hit);
                of_shared(&shared, |change| &change.target, word, &plan.target, view)
            }
        })
        .collect();
    items(&mut text, &shown)?;
    text.flow(0, &[Span::new(Tone::Strong, plan_summary(&plan.summary()))])?;
    if let Some(of) = details.part {
        text.flow(0, &[Span::plain(part(of))])?;
    }
    if let Some(cost) = details.cost.and_then(cost) {
        text.flow(0, &[Span::plain(cost)])?;
    }
    if let Some(loads) = details.shards {
        text.flow(0, &[Span::plain(shards(loads))])?;
    }
    let hints = [
        same_content_hint(details.same_content).map(str::to_owned),
        unlocked_hint(plan),
        prefixed_hint(plan),
    ];
    for hint in hints.into_iter().flatten().chain(age_hints(plan)) {
        text.flow(0, &Span::hint(hint))?;
    }
    Ok(())
}
