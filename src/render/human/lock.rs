//! What became of a lock, for people.

use std::fmt;

use crate::lock::{Renewal, Renewed, Unfit};
use crate::model::Digest;
use crate::plan::{Target, TargetName, Told, by_cause};
use crate::render::hints;
use crate::render::style::{Tone, View};
use crate::render::units::{Noun, clauses, counted};
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
    let file = format!("`{file}`");
    let counts = counts(renewed);
    let summary = if counts.is_empty() {
        tr!(
            "{file}: no image is declared.",
            "{file}：没有声明任何镜像。"
        )
    } else {
        tr!("{file}: {}.", "{file}：{}。", clauses(&counts))
    };
    text.flow(0, &[Span::new(Tone::Strong, summary)])
}

/// Says how many images each thing became of.
fn counts(renewed: &Renewed) -> Vec<String> {
    let count = |is: fn(&Renewal) -> bool| {
        let images = renewed.images.iter();
        images.filter(|(_, renewal)| is(renewal)).count()
    };
    let added = count(|one| matches!(one, Renewal::Added(_)));
    let moved = count(|one| matches!(one, Renewal::Moved { .. }));
    let kept = count(|one| matches!(one, Renewal::Kept));
    let retired = count(|one| matches!(one, Renewal::Retired));
    let gone = count(|one| matches!(one, Renewal::Gone));
    let blocked = count(|one| matches!(one, Renewal::Blocked(_)));
    [
        (added > 0).then(|| tr!("{added} added", "新增 {added}")),
        (moved > 0).then(|| tr!("{moved} moved", "变动 {moved}")),
        (kept > 0).then(|| tr!("{kept} kept", "保留 {kept}")),
        (retired > 0).then(|| tr!("{retired} retired", "退役 {retired}")),
        (gone > 0).then(|| tr!("{gone} gone", "消失 {gone}")),
        (blocked > 0).then(|| tr!("{blocked} blocked", "拦下 {blocked}")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn word_of(renewal: &Renewal) -> (&'static str, &'static str, Tone) {
    match renewal {
        Renewal::Added(_) => ("+", tr_word!("added", "新增"), Tone::Good),
        Renewal::Moved { .. } => ("~", tr_word!("moved", "变动"), Tone::Changed),
        Renewal::Kept => ("=", tr_word!("kept", "保留"), Tone::Faint),
        Renewal::Retired => ("-", tr_word!("retired", "退役"), Tone::Changed),
        Renewal::Gone => ("-", tr_word!("gone", "消失"), Tone::Faint),
        Renewal::Blocked(_) => ("!", tr_word!("blocked", "拦下"), Tone::Bad),
    }
}

fn renewal_item(name: &TargetName, renewal: &Renewal, target: &Target) -> Item {
    let (symbol, word, tone) = word_of(renewal);
    let line = match renewal {
        Renewal::Added(digest) => vec![Span::plain(digest.short())],
        Renewal::Moved { before, after } if before == after => {
            vec![Span::faint(tr_word!(
                "the target's digest stays as it is",
                "目标的摘要不变"
            ))]
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
        Renewal::Retired => vec![Span::faint(tr_word!(
            "no longer declared; `pusher apply --prune` deletes it from the target",
            "已不再声明；`pusher apply --prune` 会从目标里删掉它"
        ))],
        Renewal::Gone => vec![Span::faint(tr!(
            "no longer declared, and no longer in {target}",
            "已不再声明，{target} 里也没有了"
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
                let word = tr_word!("unlocked", "没有锁定");
                item("!", Tone::Bad, name, word, vec![Span::plain(why)])
            }
            Unfit::NotDeclared => {
                let why = tr_word!("locked, and no longer declared", "锁定了，但已不再声明");
                let word = tr_word!("not declared", "没有声明");
                item("-", Tone::Changed, name, word, vec![Span::plain(why)])
            }
        })
        .collect();
    items(&mut text, &shown)?;
    if unfit.is_empty() {
        let images = counted(images, Noun::Image);
        let fits = tr!(
            "`{file}` fits: {images} locked.",
            "`{file}` 和文件一致：锁定了 {images}。"
        );
        return text.flow(0, &[Span::new(Tone::Good, fits)]);
    }
    let summary = tr!(
        "`{file}` does not fit the files.",
        "`{file}` 和文件不一致。"
    );
    text.flow(0, &[Span::new(Tone::Bad, summary)])?;
    let hint = tr_word!(
        "run `pusher lock`, and commit what it writes",
        "运行 `pusher lock`，并提交它写的内容"
    );
    text.flow(0, &Span::hint(hint))
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
