//! What was made of the tags of a repository, for people.

use std::fmt;

use crate::render::inputs::{Found, Tagged};
use crate::render::style::{Tone, View};
use crate::render::units::{Noun, counted};
use crate::render::words::selection as words;
use crate::selection::{Chosen, Family, RuleAccount, Survey};

use super::text::{Pad, Span, TextWriter};

/// How many families are shown to who does not want all.
const MOST_FAMILIES: usize = 20;

/// Writes the families that there are, or what each step of each rule drops and what is left.
pub fn tags(tagged: &Tagged<'_>, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut text = TextWriter::new(view, out);
    let name = tagged.repository;
    let all = counted(tagged.listed(), Noun::Tag);
    text.flow(
        0,
        &[Span::new(
            Tone::Strong,
            tr!("{name}: {all}", "{name}：{all}"),
        )],
    )?;
    text.blank()?;
    for told in tagged.rules() {
        rule(&mut text, told)?;
        text.blank()?;
    }
    match tagged.found {
        Found::Survey(survey) => families(&mut text, survey, view.verbose),
        Found::Selected(Ok(chosen)) => taken(&mut text, chosen),
        Found::Selected(Err(refused)) => {
            let why = words::refusal(refused);
            let label = Span::new(Tone::Bad, tr_word!("blocked:", "拦下："));
            text.flow(0, &[label, Span::plain(why)])?;
            match words::refusal_hint(&refused.why) {
                Some(hint) => text.flow(0, &Span::hint(hint)),
                None => Ok(()),
            }
        }
    }
}

/// Writes what each step of a rule drops, and what is left.
pub(super) fn rule(text: &mut TextWriter<'_>, told: &RuleAccount) -> fmt::Result {
    text.line(&[Span::new(Tone::Strong, &told.rule)])?;
    let dropped = told.steps.iter();
    let mut rows: Vec<_> = dropped
        .map(|step| (Tone::Plain, step.count, words::reason(step), &step.newest))
        .collect();
    let taken = tr_word!("taken", "个选中").to_owned();
    rows.push((Tone::Good, told.taken, taken, &told.newest));
    let reasons = rows.iter().map(|row| Span::plain(&row.2).width());
    let reasons = reasons.max().unwrap_or_default() + 2;
    let counts = rows.iter().map(|row| row.1.to_string().len());
    let counts = counts.max().unwrap_or_default();
    for (tone, count, reason, newest) in rows {
        let cells = [
            (Span::plain(""), Pad::Left(2)),
            (Span::new(tone, count.to_string()), Pad::Right(counts)),
            (Span::plain(""), Pad::Left(1)),
            (Span::new(tone, reason), Pad::Left(reasons)),
        ];
        if newest.is_empty() {
            text.row(0, &cells)?;
        } else {
            text.entry(3 + counts + reasons, &cells, &some(newest, count))?;
        }
    }
    Ok(())
}

/// Writes a few names, and that there are more.
fn some(names: &[String], of: usize) -> Vec<Span> {
    let more = of > names.len();
    let last = names.len().saturating_sub(1);
    let name = |(at, name): (usize, &String)| {
        let follows = at < last || more;
        let comma = if follows { tr_word!(",", "、") } else { "" };
        Span::name(Tone::Faint, format!("{name}{comma}"))
    };
    let names = names.iter().enumerate().map(name);
    names.chain(more.then(|| Span::faint("…"))).collect()
}

fn taken(text: &mut TextWriter<'_>, chosen: &Chosen) -> fmt::Result {
    let count = counted(chosen.tags.len(), Noun::Tag);
    text.line(&[Span::new(
        Tone::Good,
        tr!("{count}, the newest first:", "{count}，最新的在前："),
    )])?;
    for tag in &chosen.tags {
        text.row(2, &[(Span::plain(tag), Pad::Left(0))])?;
    }
    Ok(())
}

fn families(text: &mut TextWriter<'_>, survey: &Survey, all: bool) -> fmt::Result {
    let most = if all { usize::MAX } else { MOST_FAMILIES };
    let shown = &survey.families[..survey.families.len().min(most)];
    if !shown.is_empty() {
        table(text, shown)?;
        let hidden = survey.families.len() - shown.len();
        if hidden > 0 {
            text.line(&[Span::faint(tr!(
                "{hidden} more variants are shown by `-v`",
                "还有 {hidden} 个变体，加 `-v` 全部列出"
            ))])?;
        }
        text.blank()?;
    }
    for (others, reason) in words::without_version(survey) {
        let count = others.count;
        let colon = tr_word!(":", "：");
        let sentence = [Span::plain(format!("{count} {reason}{colon}"))];
        text.flow(0, &[&sentence[..], &some(&others.examples, count)].concat())?;
    }
    match words::offered(survey) {
        Some(offered) => text.flow(0, &Span::hint(offered)),
        None => Ok(()),
    }
}

fn table(text: &mut TextWriter<'_>, families: &[Family]) -> fmt::Result {
    let head = [
        tr_word!("VARIANT", "变体"),
        tr_word!("KIND", "种类"),
        tr_word!("RELEASES", "正式版"),
        tr_word!("PRE", "预发布"),
        tr_word!("ALIASES", "别名"),
    ];
    let newest = vec![Span::plain(tr_word!("NEWEST", "最新"))];
    let rows = families.iter().map(|family| {
        let members = family.releases.max(family.newest.len());
        (cells(family), some(&family.newest, members))
    });
    let rows: Vec<_> = [(head.map(str::to_owned), newest)]
        .into_iter()
        .chain(rows)
        .collect();
    let width = |column: usize| {
        let widths = rows
            .iter()
            .map(|(cells, _)| Span::plain(&cells[column]).width());
        widths.max().unwrap_or_default() + 2
    };
    let widths = [0, 1, 2, 3, 4].map(width);
    let [variant, kind, releases, pre, aliases] = widths;
    let pads = [
        Pad::Left(variant),
        Pad::Left(kind),
        Pad::Right(releases - 2),
        Pad::Right(pre),
        Pad::Right(aliases),
    ];
    for (cells, newest) in &rows {
        let cells = cells.iter().map(Span::plain).zip(pads);
        let cells: Vec<_> = cells.chain([(Span::plain(""), Pad::Left(2))]).collect();
        text.entry(widths.iter().sum(), &cells, newest)?;
    }
    Ok(())
}

fn cells(family: &Family) -> [String; 5] {
    let Family {
        variant,
        scheme,
        releases,
        pre_releases,
        aliases,
        newest: _,
        rule: _,
    } = family;
    let none = tr_word!("(none)", "（无）");
    [
        if variant.is_empty() { none } else { variant }.to_owned(),
        words::scheme(*scheme).to_owned(),
        releases.to_string(),
        pre_releases.to_string(),
        aliases.to_string(),
    ]
}
