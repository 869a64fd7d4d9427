//! Drift for people.

use std::fmt;

use crate::model::Digest;
use crate::plan::{Action, Difference, Drift, DriftKind, Target, Told, by_cause};
use crate::render::style::{Tone, View};
use crate::render::words::block_reason;
use crate::render::words::drift::{advice, summary};

use super::items::{Item, header, items, of_change, of_shared};
use super::text::{Span, TextWriter};

/// Writes how the target differs from what is declared.
pub fn drift(drift: &Drift<'_>, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let target = &drift.plan.target;
    let mut text = TextWriter::new(view, out);
    header(&mut text, target)?;
    let found = drift.found.iter();
    let told = by_cause(found.map(|one| (one, one.change.hits())), target);
    let shown: Vec<_> = told
        .into_iter()
        .map(|told| match told {
            Told::Alone(difference) => item(difference, target),
            Told::Rest(difference, reason) => item(&difference.blocked_by(reason), target),
            Told::Shared(shared) => {
                let word = DriftKind::Unreadable.as_str();
                of_shared(&shared, |one| &one.change.target, word, target, view)
            }
        })
        .collect();
    items(&mut text, &shown)?;
    text.flow(0, &[Span::new(Tone::Strong, summary(drift))])?;
    for advice in advice(drift) {
        text.flow(0, &[Span::new(Tone::Hint, "hint:"), Span::plain(advice)])?;
    }
    Ok(())
}

/// Says how two digests stand to each other.
fn two(one: &Digest, words: &str, other: &Digest) -> Vec<Span> {
    let [one, other] = Digest::short_pair(one, other);
    vec![Span::plain(one), Span::faint(words), Span::plain(other)]
}

fn item(difference: &Difference, target: &Target) -> Item {
    let Difference {
        kind,
        change,
        upstream,
        ..
    } = difference;
    let item = of_change(change, target);
    // The first line says where the image comes from; what a plan would do does not belong here.
    let mut lines = item.lines;
    lines.truncate(1);
    lines.push(match (upstream, &change.action) {
        (Some((locked, found)), _) => two(locked, "is locked, at the source is", found),
        (None, Action::Update { before, after }) => {
            let declared = &after.expected.descriptor.digest;
            two(&before.digest, "in the target, declared", declared)
        }
        (None, Action::Create { after }) => vec![
            Span::faint("nothing in the target, declared"),
            Span::plain(after.expected.descriptor.digest.short()),
        ],
        (None, Action::Blocked { reason, .. }) => vec![Span::plain(block_reason(reason))],
        (None, Action::NoOp { current, .. }) => vec![
            Span::plain(current.digest.short()),
            Span::faint("in the target, no longer declared"),
        ],
        (None, Action::Delete { before, .. }) => vec![
            Span::plain(before.digest.short()),
            Span::faint("in the target, no longer declared"),
        ],
    });
    let symbol = match kind {
        DriftKind::UpstreamMoved | DriftKind::TargetChanged | DriftKind::Differs => "~",
        DriftKind::TargetMissing => "-",
        DriftKind::NotDeclared => "+",
        DriftKind::SourceMissing | DriftKind::Unreadable | DriftKind::Blocked => "!",
    };
    let tone = match kind {
        DriftKind::UpstreamMoved | DriftKind::Differs | DriftKind::NotDeclared => Tone::Changed,
        _ => Tone::Bad,
    };
    Item {
        symbol,
        tone,
        word: kind.as_str(),
        detail: String::new(),
        lines,
        ..item
    }
}
