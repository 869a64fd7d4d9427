//! A mirror's names for people.

use std::fmt;

use crate::consumers::{Found, Mapping};
use crate::plan::{Hit, Role, Shared, Told, by_cause};
use crate::render::inputs::Mapped;
use crate::render::style::{Tone, View};
use crate::render::words::map as words;
use crate::render::words::{platforms, short_reference};

use super::text::{Pad, Span, TextWriter};

/// Writes for each image its name upstream, and below it its name in the mirror and what is locked of it.
pub fn map(mapped: &Mapped<'_>, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut text = TextWriter::new(view, out);
    let map = mapped.map;
    let any_locked = map.images.iter().any(|image| image.locked.is_some());
    let mut hints: Vec<String> = vec![];
    for numbers in grouped(mapped) {
        for number in &numbers {
            let image = &map.images[*number];
            head(&mut text, image)?;
            let name = Span::new(Tone::Strong, image.target.to_string());
            text.row(4, &[(name, Pad::Left(0))])?;
            if any_locked {
                text.flow(4, &[Span::faint(words::held(image))])?;
            }
        }
        let first = numbers.first().copied();
        let Some((image, found)) = first.and_then(|at| Some((&map.images[at], mapped.found(at)?)))
        else {
            continue;
        };
        let mark = words::found_mark(found);
        let sign = Span::new(mark.tone(), mark.sign(view.signs));
        let word = words::found_word(found);
        let told = match words::found_reason(image, found) {
            Some(reason) => tr!("{word}: {reason}", "{word}：{reason}"),
            None => word.to_owned(),
        };
        text.flow(4, &[sign, Span::plain(told)])?;
        if let Some(hint) = words::found_hint(map, image, found)
            && !hints.contains(&hint)
        {
            text.flow(4, &Span::hint(&hint))?;
            hints.push(hint);
        }
    }
    if !map.images.is_empty() {
        text.blank()?;
    }
    text.flow(0, &[Span::plain(words::map_summary(map, mapped.found))])?;
    let none_locked = (!any_locked && !map.images.is_empty()).then(words::none_locked);
    let lines = [words::other_hosts(map), words::unsettled(map), none_locked];
    lines
        .into_iter()
        .flatten()
        .try_for_each(|line| text.flow(0, &[Span::plain(line)]))
}

/// Returns the numbers of the images in the order in which they are told: what is wrong last, and together what has one
/// cause.
fn grouped(mapped: &Mapped<'_>) -> Vec<Vec<usize>> {
    let all = 0..mapped.map.images.len();
    let is_wrong = |number: &usize| {
        let found = mapped.found(*number);
        found.is_some_and(|found| !matches!(found, Found::There(_)))
    };
    let (wrong, good): (Vec<_>, Vec<_>) = all.partition(is_wrong);
    let hits = |number: usize| match mapped.found(number) {
        Some(Found::Unreadable(failure)) => vec![Hit {
            role: Role::Target,
            failure,
        }],
        _ => vec![],
    };
    let wrong = wrong.into_iter().map(|number| (number, hits(number)));
    let told = by_cause(wrong, &mapped.map.target).into_iter();
    let wrong = told.map(|told| match told {
        Told::Alone(number) | Told::Rest(number, _) => vec![number],
        Told::Shared(Shared { items, .. }) => items,
    });
    good.into_iter()
        .map(|number| vec![number])
        .chain(wrong)
        .collect()
}

fn head(text: &mut TextWriter<'_>, image: &Mapping) -> fmt::Result {
    let (platforms, origin) = (platforms(&image.platforms), &image.origin);
    text.line(&[
        Span::plain(short_reference(&image.source)),
        Span::faint(tr!("({platforms}; {origin})", "（{platforms}；{origin}）")),
    ])
}
