//! What became of a lock, for people.

use std::fmt;

use crate::lock::{Renewal, Unfit};
use crate::plan::{Target, TargetName, Told, by_cause};
use crate::render::inputs::{Fitting, Renewing};
use crate::render::style::{Tone, View};
use crate::render::words::{
    fit_summary, renewal_hint, renewal_reason, renewal_word, renewed_summary, shared_word,
    unfit_hint, unfit_reason, unfit_word,
};

use super::items::{Item, items, moved, of_shared};
use super::text::{Span, TextWriter};

/// Writes what became of each image of a lock; what stayed is counted, and shown when asked for.
pub fn renewed(renewing: &Renewing<'_>, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let Renewing {
        renewed,
        desired,
        file,
    } = renewing;
    let target = &desired.target;
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
    let summary = renewed_summary(renewed, &format!("`{file}`"));
    text.flow(0, &[Span::new(Tone::Strong, summary)])
}

fn sign(renewal: &Renewal) -> (&'static str, Tone) {
    match renewal {
        Renewal::Added(_) => ("+", Tone::Good),
        Renewal::Moved { .. } => ("~", Tone::Changed),
        Renewal::Kept => ("=", Tone::Faint),
        Renewal::Retired => ("-", Tone::Changed),
        Renewal::Gone => ("-", Tone::Faint),
        Renewal::HeldBack(_) => ("=", Tone::Changed),
        Renewal::Blocked(_) => ("!", Tone::Bad),
    }
}

fn renewal_item(name: &TargetName, renewal: &Renewal, target: &Target) -> Item {
    let (symbol, tone) = sign(renewal);
    let line = match (renewal, renewal_reason(renewal, target)) {
        (Renewal::Blocked(_), Some(why)) => vec![Span::plain(why)],
        (_, Some(why)) => vec![Span::faint(why)],
        (Renewal::Added(digest), None) => vec![Span::plain(digest.short())],
        (Renewal::Moved { before, after }, None) => moved(before, after, tone),
        (_, None) => vec![],
    };
    Item {
        hint: renewal_hint(renewal, target),
        ..item(symbol, tone, name, renewal_word(renewal), line)
    }
}

/// Writes in what a lock does not fit the files.
pub fn fit(fitting: &Fitting<'_>, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let Fitting {
        unfit,
        desired,
        file,
    } = fitting;
    let mut text = TextWriter::new(view, out);
    let shown: Vec<_> = unfit
        .iter()
        .map(|(name, unfit)| {
            let (symbol, tone) = match unfit {
                Unfit::Unlocked(_) | Unfit::Unverified => ("!", Tone::Bad),
                Unfit::NotDeclared => ("-", Tone::Changed),
            };
            let why = vec![Span::plain(unfit_reason(*unfit))];
            item(symbol, tone, name, unfit_word(*unfit), why)
        })
        .collect();
    items(&mut text, &shown)?;
    let fits = unfit.is_empty();
    let summary = fit_summary(fits, desired, &format!("`{file}`"));
    let tone = if fits { Tone::Good } else { Tone::Bad };
    text.flow(0, &[Span::new(tone, summary)])?;
    if fits {
        return Ok(());
    }
    text.flow(0, &Span::hint(unfit_hint()))
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
        below: vec![],
        hint: None,
    }
}
