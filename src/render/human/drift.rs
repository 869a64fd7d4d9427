//! Drift for people.

use std::fmt;

use crate::plan::{Action, Change, Target};

use super::super::drift::{Drift, DriftKind};
use super::super::style::{Tone, View};
use super::super::words::block_reason;
use super::block::{Block, blocks, header, of_change};
use super::page::{Page, Span};

/// Writes how the target differs from what is declared.
pub fn drift(drift: &Drift<'_>, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let target = &drift.plan.target;
    let mut page = Page::new(view, out);
    header(&mut page, target)?;
    let shown: Vec<_> = drift
        .found
        .iter()
        .map(|(kind, change)| block(*kind, change, target))
        .collect();
    blocks(&mut page, &shown)?;
    page.flow(0, &[Span::new(Tone::Strong, drift.summary())])?;
    for advice in drift.advice() {
        page.flow(0, &[Span::new(Tone::Hint, "hint:"), Span::plain(advice)])?;
    }
    Ok(())
}

fn block(kind: DriftKind, change: &Change, target: &Target) -> Block {
    let block = of_change(change, target);
    // The first line says where the image comes from; what a plan would do does not belong here.
    let mut lines = block.lines;
    lines.truncate(1);
    match &change.action {
        Action::Update { before, after } => lines.push(vec![
            Span::plain(before.digest.short()),
            Span::faint("in the target, declared"),
            Span::plain(after.expected.descriptor.digest.short()),
        ]),
        Action::Create { after } => lines.push(vec![
            Span::faint("nothing in the target, declared"),
            Span::plain(after.expected.descriptor.digest.short()),
        ]),
        Action::Blocked { reason, .. } => lines.push(vec![Span::plain(block_reason(reason))]),
        Action::NoOp { .. } | Action::Delete { .. } => {}
    }
    let symbol = match kind {
        DriftKind::Differs => "~",
        DriftKind::TargetMissing => "-",
        DriftKind::SourceMissing | DriftKind::Unreadable | DriftKind::Blocked => "!",
    };
    let tone = match kind {
        DriftKind::Differs => Tone::Changed,
        _ => Tone::Bad,
    };
    Block {
        symbol,
        tone,
        word: kind.as_str(),
        detail: String::new(),
        lines,
        ..block
    }
}
