//! Drift for people.

use std::fmt;

use crate::model::Digest;
use crate::plan::{Action, Difference, Drift, DriftKind, Target, Told, by_cause};
use crate::render::style::{Tone, View};
use crate::render::words::drift::{advice, summary};
use crate::render::words::{self, age_hints, block_reason};

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
        text.flow(0, &Span::hint(advice))?;
    }
    for hint in age_hints(drift.plan) {
        text.flow(0, &Span::hint(hint))?;
    }
    Ok(())
}

/// Says how two digests stand to each other.
fn two(one: &Digest, words: &str, other: &Digest) -> Vec<Span> {
    let [one, other] = Digest::short_pair(one, other);
    vec![Span::plain(one), Span::faint(words), Span::plain(other)]
}

/// Says what the target holds and nobody declares.
fn undeclared(held: &Digest) -> Vec<Span> {
    let words = tr_word!("in the target, no longer declared", "在目标里，已不再声明");
    vec![Span::plain(held.short()), Span::faint(words)]
}

fn item(difference: &Difference, target: &Target) -> Item {
    let Difference {
        kind,
        change,
        upstream,
        whence,
        ..
    } = difference;
    let item = of_change(change, target);
    // The first line says where the image comes from; what a plan would do does not belong here.
    let mut lines = item.lines;
    lines.truncate(1);
    lines.push(match (upstream, &change.action) {
        (Some((locked, found)), _) => two(
            locked,
            tr_word!("is locked, at the source is", "是锁定的，源里现在是"),
            found,
        ),
        (None, Action::Update { before, after }) => {
            let declared = &after.expected.descriptor.digest;
            let words = tr_word!("in the target, declared", "是目标里的，声明的是");
            two(&before.digest, words, declared)
        }
        (None, Action::Create { after }) => vec![
            Span::faint(tr_word!(
                "nothing in the target, declared",
                "目标里没有，声明的是"
            )),
            Span::plain(after.expected.descriptor.digest.short()),
        ],
        (None, Action::Blocked { reason, .. }) => vec![Span::plain(block_reason(reason))],
        (None, Action::NoOp { current, .. }) => undeclared(&current.digest),
        (None, Action::Delete { before, .. }) => undeclared(&before.digest),
    });
    let said = whence.iter().flat_map(words::whence);
    lines.extend(said.map(|sentence| vec![Span::faint(sentence)]));
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
