//! A Dockerfile that builds an image: what it builds upon, and what it copies from.

use std::sync::Arc;

use crate::config::dockerfile_line::{NOTHING, Name, Parts};
use crate::config::image_list_line::{Word, split_platform, words};
use crate::config::lines::{TextLine, each_line};
use crate::model::{PlatformPattern, Platforms};

use super::gathered::{Gathered, Goes};

/// Tells whether a text has lines of a Dockerfile, and not `FROM` alone.
pub(super) fn is(text: &str) -> bool {
    const OTHERS: [&str; 8] = [
        "RUN",
        "COPY",
        "ADD",
        "CMD",
        "ENTRYPOINT",
        "ENV",
        "WORKDIR",
        "ARG",
    ];
    let begins = |with: &[&str]| {
        let mut lines = text.lines();
        lines.any(|line| matches!(line.split_once(' '), Some((first, _)) if with.contains(&first)))
    };
    begins(&["FROM", "from"]) && begins(&OTHERS)
}

pub(super) fn read(file: &str, text: &str, into: &mut Gathered) {
    let file: &Arc<str> = &file.into();
    let mut told = Vec::new();
    let mut stages: Vec<String> = Vec::new();
    let (mut copies, mut goes_on) = (false, false);
    each_line(file, text, &mut told, |line| {
        if line.text.trim().is_empty() || line.text.trim_start().starts_with('#') {
            return;
        }
        let first = line.text.split_whitespace().next().unwrap_or_default();
        if !goes_on {
            copies = ["COPY", "ADD"]
                .iter()
                .any(|word| first.eq_ignore_ascii_case(word));
            if let Some(parts) = Parts::of(line.text) {
                from(&line, &parts, &mut stages, into);
            }
        }
        goes_on = line.text.ends_with('\\');
        if copies {
            copied(&line, &stages, into);
        }
    });
    into.diagnostics.append(&mut told);
}

/// Takes the image of a `FROM`, and keeps the name of its stage.
fn from(line: &TextLine<'_>, parts: &Parts<'_>, stages: &mut Vec<String>, into: &mut Gathered) {
    let inner = words(parts.line.text);
    let (platform, rest) = split_platform(&inner).unwrap_or((None, &*inner));
    if let Some(image) = rest.iter().find(|word| word.text != "\\") {
        let start = line.start + parts.line.start;
        let found = take(image, start, stages, into);
        let pattern = platform.and_then(|word| word.text.parse::<PlatformPattern>().ok());
        if let (Some(found), Some(pattern)) = (found, pattern) {
            into.images[found].platforms = Some(Platforms::only(vec![pattern]));
        }
    }
    if let Name::As(name) = parts.name {
        stages.push(name.text.to_ascii_lowercase());
    }
}

/// Takes the images of `COPY --from=IMAGE`.
fn copied(line: &TextLine<'_>, stages: &[String], into: &mut Gathered) {
    for word in words(line.text) {
        if let Some(text) = word.text.strip_prefix("--from=") {
            let start = word.start + word.text.len() - text.len();
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            if !is_number {
                take(&Word { text, start }, line.start, stages, into);
            }
        }
    }
}

/// Takes an image, unless it is another stage or nothing; returns its number.
fn take(image: &Word<'_>, start: usize, stages: &[String], into: &mut Gathered) -> Option<usize> {
    let text = image.text;
    if text == NOTHING || stages.contains(&text.to_ascii_lowercase()) {
        return None;
    }
    let span = start + image.start..start + image.span().end;
    if text.contains('$') {
        let why = text!(
            "`{text}` is not carried over: its value is an `ARG` of the build",
            "`{text}` 没有转换：它的值是构建时的 `ARG`"
        );
        into.leave_out(&span, why);
        return None;
    }
    into.take(text, &span, |_| Some(Goes::Flat(None)))?;
    Some(into.images.len() - 1)
}
