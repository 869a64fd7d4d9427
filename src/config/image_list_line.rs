//! The grammar of a line of an image list: one image, perhaps with a platform before it.

use std::ops::Range;
use std::sync::Arc;

use crate::model::{PlatformPattern, Platforms, Reference};
use crate::plan::DeclaredAt;

use super::declared::{Declared, Form, Naming};
use super::lines::{TextLine, place};
use super::mirror_file::Choices;

/// A line that names an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ImageLine<'a> {
    pub(super) platform: Option<(&'a str, PlatformPattern)>,
    pub(super) written: &'a str,
    pub(super) source: Reference,
    /// The image's bytes in the line.
    pub(super) span: Range<usize>,
}

impl ImageLine<'_> {
    /// Makes it a declared image; its span counts from the beginning of `line`.
    pub(super) fn declared(
        self,
        file: &Arc<str>,
        line: &TextLine<'_>,
        naming: Naming,
        form: Form,
    ) -> Declared {
        Declared {
            written: self.written.to_owned(),
            source: self.source,
            selection: None,
            choices: Choices {
                platforms: self
                    .platform
                    .map(|(_, pattern)| Platforms::only(vec![pattern])),
                ..Choices::default()
            },
            naming,
            form,
            place: place(file, line.start, &self.span),
            origin: DeclaredAt {
                file: Arc::clone(file),
                line: line.number,
            },
        }
    }
}

/// A line that is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotALine;

/// Reads one line: nothing, a comment, or an image with perhaps a platform before it.
pub(super) fn parse_line(line: &str) -> Result<Option<ImageLine<'_>>, NotALine> {
    let words = words(line);
    if words.first().is_none_or(|word| word.text.starts_with('#')) {
        return Ok(None);
    }
    let (platform, rest) = match split_platform(&words) {
        Some((platform, rest)) => (Some(platform), rest),
        None => (None, &*words),
    };
    let ([image], None | Some(Some(_))) = (rest, platform) else {
        return Err(NotALine);
    };
    let platform = match platform.flatten() {
        Some(word) => Some((word.text, parse_platform(word.text)?)),
        None => None,
    };
    let source = image.text.parse().map_err(|_| NotALine)?;
    Ok(Some(ImageLine {
        platform,
        written: image.text,
        source,
        span: image.span(),
    }))
}

fn parse_platform(text: &str) -> Result<PlatformPattern, NotALine> {
    text.parse()
        .ok()
        .filter(|platform: &PlatformPattern| !platform.is_wildcard())
        .ok_or(NotALine)
}

/// A word of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Word<'_> {
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// Returns the words of a line; blanks of every script part them.
pub(super) fn words(line: &str) -> Vec<Word<'_>> {
    let blank = |at: usize| {
        line[at..]
            .find(char::is_whitespace)
            .map_or(line.len(), |n| at + n)
    };
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(skipped) = line[at..].find(|c: char| !c.is_whitespace()) {
        let start = at + skipped;
        at = blank(start);
        words.push(Word {
            text: &line[start..at],
            start,
        });
    }
    words
}

/// Splits `--platform=VALUE` or `--platform VALUE` off the front of a line's words, in any of the
/// spellings that the old workflow took. The value is none where the line ends before it.
pub(super) fn split_platform<'w, 'a>(
    words: &'w [Word<'a>],
) -> Option<(Option<Word<'a>>, &'w [Word<'a>])> {
    let (first, rest) = words.split_first()?;
    let after = first.text.strip_prefix("--platform")?;
    match after.strip_prefix('=') {
        Some("") => {}
        Some(text) => {
            let start = first.start + first.text.len() - text.len();
            return Some((Some(Word { text, start }), rest));
        }
        None if after.is_empty() => {}
        None => return None,
    }
    Some(
        rest.split_first()
            .map_or((None, rest), |(value, rest)| (Some(*value), rest)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_one_image() {
        for line in [
            "nginx alpine",
            "nginx:1.27 # web",
            "--platform=linux/arm64",
            "--platform",
            "--platform nginx",
            "--platform=linux/* nginx",
            "--platforms=linux/arm64 nginx",
            "nginx --platform=linux/arm64",
        ] {
            assert_eq!(parse_line(line), Err(NotALine), "{line}");
        }
    }
}
