//! A mirror's names for people.

use std::fmt;

use crate::consumers::Mapping;
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
    for (number, image) in map.images.iter().enumerate() {
        head(&mut text, image)?;
        let name = Span::new(Tone::Strong, image.target.to_string());
        text.row(4, &[(name, Pad::Left(0))])?;
        if any_locked {
            text.flow(4, &[Span::faint(words::held(image))])?;
        }
        let Some(found) = mapped.found(number) else {
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
        if let Some(hint) = words::found_hint(image, found)
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

fn head(text: &mut TextWriter<'_>, image: &Mapping) -> fmt::Result {
    let (platforms, origin) = (platforms(&image.platforms), &image.origin);
    text.line(&[
        Span::plain(short_reference(&image.source)),
        Span::faint(tr!("({platforms}; {origin})", "（{platforms}；{origin}）")),
    ])
}
