//! Lists that say where each image goes: `source => target`, `source, target`, `source target tag`.

use std::sync::Arc;

use crate::config::image_list_line::{Word, parse_line, split_platform, words};
use crate::config::lines::{TextLine, each_line};
use crate::config::mistakes::{self, Wrong};
use crate::model::{PlatformPattern, Platforms, check_tag};

use super::gathered::{Gathered, Goes};

/// What a line may be.
enum Said<'a> {
    Nothing,
    /// The name of a part of the list.
    Section,
    Image {
        platform: Option<Word<'a>>,
        source: String,
        /// Where it goes, if that is told.
        target: Option<String>,
    },
}

/// Tells whether a text has a line that a list for `pusher` has not, and that is understood here.
pub(super) fn is(text: &str) -> bool {
    text.lines()
        .any(|line| parse_line(line).is_err() && said(line).is_some())
}

pub(super) fn read(file: &str, text: &str, into: &mut Gathered) {
    let file: &Arc<str> = &file.into();
    let mut wrong = Vec::new();
    let mut told = Vec::new();
    each_line(file, text, &mut told, |line| match said(line.text) {
        Some(Said::Nothing) => {}
        Some(Said::Section) => {
            let why = text!("this heading is not carried over", "这个小标题没有转换");
            into.leave_out(&(line.start..line.start + line.text.len()), why);
        }
        Some(Said::Image {
            platform,
            source,
            target,
        }) => take(&line, platform, &source, target.as_deref(), into),
        None => wrong.push(Wrong {
            start: line.start,
            line: line.text,
        }),
    });
    into.diagnostics.append(&mut told);
    let wrong = mistakes::explain(file, &wrong, &mistakes::OF_LISTS);
    into.diagnostics.extend(wrong);
}

fn take(
    line: &TextLine<'_>,
    platform: Option<Word<'_>>,
    source: &str,
    target: Option<&str>,
    into: &mut Gathered,
) {
    let first = line.text.len() - line.text.trim_start().len();
    let span = line.start + first..line.start + line.text.len();
    let flat = || Goes::Flat(platform.map(|platform| platform.text.to_owned()));
    let found = into.take(source, &span, |source| match target {
        Some(target) => Goes::to(target, source),
        None => Some(flat()),
    });
    if let Some(found) = found {
        let pattern = platform.and_then(|platform| platform.text.parse::<PlatformPattern>().ok());
        found.platforms = pattern.map(|pattern| Platforms::only(vec![pattern]));
    }
}

/// Returns what a line says; nothing where it is not understood.
fn said(line: &str) -> Option<Said<'_>> {
    const ARROWS: [&str; 7] = ["-->", "==>", "=>", "->", "→", "⇒", "➜"];
    let words = words(line);
    let Some(first) = words.first() else {
        return Some(Said::Nothing);
    };
    if first.text.starts_with('#') || first.text.starts_with("//") {
        return Some(Said::Nothing);
    }
    if words.len() == 1 && first.text.starts_with('[') && first.text.ends_with(']') {
        return Some(Said::Section);
    }
    let (platform, rest) = match split_platform(&words) {
        Some((Some(platform), rest)) if platform.text.parse::<PlatformPattern>().is_ok() => {
            (Some(platform), rest)
        }
        Some(_) => return None,
        None => (None, &*words),
    };
    let image = |source: &str, target: Option<String>| Said::Image {
        platform,
        source: source.to_owned(),
        target,
    };
    let text = &line[rest.first()?.start..];
    let is_word = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    let pair = |(source, target): (&str, &str)| {
        let (source, target) = (source.trim(), target.trim());
        let is_pair = is_word(target) && mistakes::is_image(source) && mistakes::is_image(target);
        is_pair.then(|| image(source, Some(target.to_owned())))
    };
    if let Some(parts) = ARROWS.into_iter().find_map(|arrow| text.split_once(arrow)) {
        return pair(parts);
    }
    let related = |parts: &(&str, &str)| mistakes::is_related(parts.0.trim(), parts.1.trim());
    match rest {
        [only] if mistakes::is_image(only.text) => Some(image(only.text, None)),
        [source, target, tag] if is_untagged(source) && is_untagged(target) => {
            check_tag(tag.text).ok()?;
            let of = |word: &Word<'_>| format!("{}:{}", word.text, tag.text);
            // `docker pull nginx` is none.
            let is_target =
                target.text.contains('/') || mistakes::is_related(source.text, target.text);
            let is_pair = mistakes::is_image(source.text) && mistakes::is_image(target.text);
            (is_pair && is_target).then(|| image(&of(source), Some(of(target))))
        }
        [source, target] if !source.text.ends_with(',') => {
            pair(Some((source.text, target.text)).filter(related)?)
        }
        _ => pair(text.split_once(',').filter(related)?),
    }
}

fn is_untagged(word: &Word<'_>) -> bool {
    let last = word.text.rsplit('/').next().unwrap_or_default();
    !last.contains([':', '@', ','])
}
