//! What became of a lock, for people.

use std::fmt;

use crate::lock::{Renewal, Renewed, Unfit};
use crate::model::Digest;
use crate::plan::{Target, TargetName, Told, by_cause};
use crate::render::hints;
use crate::render::style::{Tone, View};
use crate::render::units::counted;
use crate::render::words::{block_reason, shared_word, unlocked};

use super::items::{Item, items, of_shared};
use super::text::{Span, TextWriter};

/// Writes what became of each image of a lock; what stayed is counted, and shown when asked for.
pub fn renewed(
    renewed: &Renewed,
    file: &str,
    target: &Target,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let mut text = TextWriter::new(view, out);
    let shown = renewed
        .images
        .iter()
        .filter(|(_, renewal)| view.verbose || *renewal != Renewal::Kept)
        .map(|one @ (_, renewal)| match renewal {
            Renewal::Blocked(reason) => (one, reason.hits()),
            _ => (one, vec![]),
        });
    let shown: Vec<_> = by_cause(shown, target)
        .into_iter()
        .map(|told| match told {
            Told::Alone((name, renewal)) => renewal_item(name, renewal, target),
            Told::Rest((name, _), reason) => renewal_item(name, &Renewal::Blocked(reason), target),
            Told::Shared(shared) => {
                let word = shared_word(&shared.hit);
                of_shared(&shared, |(name, _)| name, word, target, view)
            }
        })
        .collect();
    items(&mut text, &shown)?;
    let count = |word: &str| {
        let is = |(_, renewal): &&(TargetName, Renewal)| word_of(renewal).1 == word;
        renewed.images.iter().filter(is).count()
    };
    let counts: Vec<String> = ["added", "moved", "kept", "retired", "gone", "blocked"]
        .into_iter()
        .map(|word| (count(word), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let counts = if counts.is_empty() {
        "no image is declared".to_owned()
    } else {
        counts.join(", ")
    };
    let summary = format!("`{file}`: {counts}.");
    text.flow(0, &[Span::new(Tone::Strong, summary)])
}

fn word_of(renewal: &Renewal) -> (&'static str, &'static str, Tone) {
    match renewal {
        Renewal::Added(_) => ("+", "added", Tone::Good),
        Renewal::Moved { .. } => ("~", "moved", Tone::Changed),
        Renewal::Kept => ("=", "kept", Tone::Faint),
        Renewal::Retired => ("-", "retired", Tone::Changed),
        Renewal::Gone => ("-", "gone", Tone::Faint),
        Renewal::Blocked(_) => ("!", "blocked", Tone::Bad),
    }
}

fn renewal_item(name: &TargetName, renewal: &Renewal, target: &Target) -> Item {
    let (symbol, word, tone) = word_of(renewal);
    let line = match renewal {
        Renewal::Added(digest) => vec![Span::plain(digest.short())],
        Renewal::Moved { before, after } if before == after => {
            vec![Span::faint("the target's digest stays as it is")]
        }
        Renewal::Moved { before, after } => {
            let [before, after] = Digest::short_pair(before, after);
            vec![
                Span::plain(before),
                Span::new(tone, "->"),
                Span::plain(after),
            ]
        }
        Renewal::Kept => vec![],
        Renewal::Retired => vec![Span::faint(
            "no longer declared; `pusher apply --prune` deletes it from the target",
        )],
        Renewal::Gone => vec![Span::faint(format!(
            "no longer declared, and no longer in {target}"
        ))],
        Renewal::Blocked(reason) => vec![Span::plain(block_reason(reason))],
    };
    let hint = match renewal {
        Renewal::Blocked(reason) => {
            let hits = reason.hits();
            hits.first().and_then(|hit| hints::for_hit(hit, target))
        }
        _ => None,
    };
    Item {
        hint,
        ..item(symbol, tone, name, word, line)
    }
}

/// Writes in what a lock does not fit the files.
pub fn unfit(
    unfit: &[(TargetName, Unfit)],
    images: usize,
    file: &str,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let mut text = TextWriter::new(view, out);
    let shown: Vec<_> = unfit
        .iter()
        .map(|(name, unfit)| match unfit {
            Unfit::Unlocked(state) => {
                let why = unlocked(*state).unwrap_or_default();
                item("!", Tone::Bad, name, "unlocked", vec![Span::plain(why)])
            }
            Unfit::NotDeclared => {
                let why = vec![Span::plain("locked, and no longer declared")];
                item("-", Tone::Changed, name, "not declared", why)
            }
        })
        .collect();
    items(&mut text, &shown)?;
    if unfit.is_empty() {
        let fits = format!("`{file}` fits: {} locked.", counted(images, "image"));
        return text.flow(0, &[Span::new(Tone::Good, fits)]);
    }
    let summary = format!("`{file}` does not fit the files.");
    text.flow(0, &[Span::new(Tone::Bad, summary)])?;
    let hint = "run `pusher lock`, and commit what it writes";
    text.flow(0, &[Span::new(Tone::Hint, "hint:"), Span::plain(hint)])
}

fn item(
    symbol: &'static str,
    tone: Tone,
    name: &TargetName,
    word: &'static str,
    line: Vec<Span>,
) -> Item {
    Item {
        symbol,
        tone,
        name: name.to_string(),
        word,
        detail: String::new(),
        lines: if line.is_empty() { vec![] } else { vec![line] },
        hint: None,
    }
}
