//! What plan, report and drift have in common: a header, and one item for each change.

use std::fmt;

use crate::model::{Digest, Platforms, Reference};
use crate::plan::saved::PlannedAction;
use crate::plan::{Action, Change, DeclaredAt, ImageCopy, Shared, Target, TargetName};
use crate::render::hints;
use crate::render::style::{Tone, View};
use crate::render::units::{Noun, bytes, counted};
use crate::render::words::{self, short_reference};

use super::text::{Pad, Span, TextWriter};

/// How deep the lines below an item's head stand.
const INDENT: usize = 6;
/// Longer names stand alone on their line, so that one of them does not push the rest away.
const WIDEST_NAME: usize = 40;

/// One change, ready to be written.
pub(super) struct Item {
    pub(super) symbol: &'static str,
    pub(super) tone: Tone,
    pub(super) name: String,
    pub(super) word: &'static str,
    pub(super) detail: String,
    pub(super) lines: Vec<Vec<Span>>,
    /// What stands below them, each with how much deeper.
    pub(super) below: Vec<(usize, Vec<Span>)>,
    pub(super) hint: Option<String>,
}

/// Writes where the images go.
pub(super) fn header(text: &mut TextWriter<'_>, target: &Target) -> fmt::Result {
    target_line(text, &target.to_string(), target.profile.name.as_str())?;
    text.blank()
}

/// Writes a place and what kind of registry is there.
pub(super) fn target_line(text: &mut TextWriter<'_>, place: &str, profile: &str) -> fmt::Result {
    text.line(&[
        Span::plain(tr_word!("Target:", "目标：")),
        Span::new(Tone::Strong, place),
        Span::faint(tr!("(profile {profile})", "（profile 是 {profile}）")),
    ])
}

/// Says from which digest to which other one a tag moves.
pub(super) fn moved(before: &Digest, after: &Digest, tone: Tone) -> Vec<Span> {
    let [before, after] = Digest::short_pair(before, after);
    let arrow = Span::new(tone, "->");
    vec![Span::plain(before), arrow, Span::plain(after)]
}

/// Returns how a change is marked.
pub(super) fn mark(action: PlannedAction) -> (&'static str, Tone) {
    match action {
        PlannedAction::Create => ("+", Tone::Good),
        PlannedAction::Update => ("~", Tone::Changed),
        PlannedAction::NoOp => ("=", Tone::Faint),
        PlannedAction::Delete => ("-", Tone::Bad),
        PlannedAction::Blocked => ("!", Tone::Bad),
    }
}

/// Writes items below each other, in columns that fit them all.
///
/// A hint that was given is not given again: one wrong password would fill the screen with it.
pub(super) fn items(text: &mut TextWriter<'_>, items: &[Item]) -> fmt::Result {
    let heads: Vec<_> = items.iter().map(Head::of).collect();
    let widest = |width_of: fn(&Head) -> usize| heads.iter().map(width_of).max().unwrap_or(0);
    let name_width = widest(|head| {
        Some(head.name.width())
            .filter(|w| *w <= WIDEST_NAME)
            .unwrap_or(0)
    });
    let word_width = widest(|head| head.word.width());
    let detail_width = widest(|head| head.detail.width());

    let mut hints: Vec<&str> = vec![];
    for (item, head) in items.iter().zip(heads) {
        let Head {
            symbol,
            name,
            word,
            detail,
        } = head;
        let mut cells = vec![(symbol, Pad::Left(2))];
        if name.width() > WIDEST_NAME {
            cells.push((name, Pad::Left(0)));
            text.row(2, &cells)?;
            cells = vec![(Span::plain(""), Pad::Left(name_width + 2))];
        } else {
            cells.push((name, Pad::Left(name_width)));
        }
        let gap = || (Span::plain(""), Pad::Left(2));
        cells.extend([gap(), (word, Pad::Left(word_width)), gap()]);
        cells.push((detail, Pad::Right(detail_width)));
        text.row(2, &cells)?;
        for line in &item.lines {
            text.flow(INDENT, line)?;
        }
        for (deeper, line) in &item.below {
            text.flow(INDENT + deeper, line)?;
        }
        if let Some(hint) = &item.hint
            && !hints.contains(&hint.as_str())
        {
            hints.push(hint);
            text.flow(INDENT, &Span::hint(hint))?;
        }
    }
    if items.is_empty() {
        Ok(())
    } else {
        text.blank()
    }
}

struct Head {
    symbol: Span,
    name: Span,
    word: Span,
    detail: Span,
}

impl Head {
    fn of(item: &Item) -> Self {
        Self {
            symbol: Span::new(item.tone, item.symbol),
            name: Span::new(Tone::Strong, &item.name),
            word: Span::new(item.tone, item.word),
            detail: Span::plain(&item.detail),
        }
    }
}

/// Makes one item of what several images have in common.
pub(super) fn of_shared<'a, T>(
    shared: &'a Shared<'_, T>,
    name_of: impl Fn(&'a T) -> &'a TargetName,
    word: &'static str,
    target: &Target,
    view: &View,
) -> Item {
    let Shared { hit, items } = shared;
    let names = words::named(items.iter().map(name_of), view.verbose);
    Item {
        symbol: "!",
        tone: Tone::Bad,
        name: counted(items.len(), Noun::Image),
        word,
        detail: String::new(),
        lines: vec![vec![Span::plain(hit.to_string())], vec![Span::faint(names)]],
        below: vec![],
        hint: hints::for_hit(hit, target),
    }
}

/// Says where an image comes from, which platforms of it, and where that was declared.
pub(super) fn comes_from(
    source: &Reference,
    platforms: &Platforms,
    origin: &DeclaredAt,
) -> Vec<Span> {
    vec![
        Span::faint(tr_word!("from", "来自")),
        Span::plain(short_reference(source)),
        Span::faint(tr_word!("for", "的")),
        Span::plain(words::platforms(platforms)),
        Span::name(Tone::Faint, format!("({origin})")),
    ]
}

/// Makes an item of a change, with where it comes from and what is to be known about it.
pub(super) fn of_change(change: &Change, target: &Target) -> Item {
    let Change {
        target: name,
        source,
        platforms,
        origin,
        policy: _,
        lock,
        age: _,
        warnings: _,
        action,
    } = change;
    let (symbol, tone) = match action {
        Action::Blocked { reason, .. } if reason.was_not_asked() => ("?", Tone::Faint),
        action => mark(action.into()),
    };
    let word = words::action_word(action);
    let copy = action.copy();
    let mut lines = vec![comes_from(source, platforms, origin)];
    lines.extend(words::unlocked(*lock).map(|why| vec![Span::plain(why)]));
    if let (Some(before), Some(copy)) = (action.before(), copy) {
        let after = &copy.expected.descriptor;
        lines.push(moved(&before.digest, &after.digest, tone));
    }
    if let Action::Delete { before, .. } = action {
        let why = words::reason(action).unwrap_or_default();
        let held = tr!("holds {};", "现在是 {}；", before.digest.short());
        lines.push(vec![Span::plain(held), Span::plain(why)]);
    }
    if let Action::NoOp { .. } = action {
        lines.extend(words::reason(action).map(|why| vec![Span::plain(why)]));
    }
    let notes = words::notes(change, &target.profile.name);
    let notes = notes.into_iter().chain(words::warnings(change));
    lines.extend(notes.map(|note| vec![Span::plain(note)]));
    Item {
        symbol,
        tone,
        name: name.to_string(),
        word,
        detail: copy
            .and_then(ImageCopy::blob_bytes)
            .map_or_else(String::new, bytes),
        lines,
        below: vec![],
        hint: hints::for_change(change, target),
    }
}
