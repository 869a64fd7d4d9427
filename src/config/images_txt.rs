//! Image lists: one image a line, perhaps with a platform before it.
//!
//! What a line may be is decided here, strictly; what a line that is not was meant to be is for
//! [`super::mistakes`] to find out.

use std::ops::Range;

use crate::model::{PlatformPattern, Platforms, Reference};
use crate::plan::Origin;

use super::declared::{Declared, Form, Naming};
use super::diagnostics::{Diagnostic, Place};
use super::mirror_file::Choices;
use super::mistakes::{self, Wrong};

/// Reads an image list; lines that are not understood become diagnostics.
pub(super) fn parse(file: &str, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Declared> {
    let mut declared = Vec::new();
    let mut wrong = Vec::new();
    for (index, (start, line)) in lines(text).enumerate() {
        let origin = || Origin {
            file: file.to_owned(),
            line: index + 1,
        };
        match parse_line(line) {
            Ok(None) => {}
            Ok(Some(image)) => declared.push(Declared {
                written: image.written.to_owned(),
                source: image.source,
                choices: Choices {
                    platforms: image.platform.as_ref().map(|(_, pattern)| only(pattern)),
                    ..Choices::default()
                },
                naming: Naming::Flat {
                    platform: image.platform.map(|(written, _)| written.to_owned()),
                },
                form: Form::Line,
                place: place(file, start, &image.span),
                origin: origin(),
            }),
            Err(NotALine) => wrong.push(Wrong { start, line }),
        }
    }
    if wrong.is_empty() {
        return declared;
    }
    if let Some(other) = mistakes::whole_file(file, text) {
        diagnostics.push(other);
        // What can be read as an image in such a file is none.
        return Vec::new();
    }
    diagnostics.extend(mistakes::explain(file, &wrong));
    declared
}

fn only(pattern: &PlatformPattern) -> Platforms {
    Platforms::only(vec![pattern.clone()])
}

/// Makes a place of a part of a line that begins at byte `start` of the file.
pub(super) fn place(file: &str, start: usize, span: &Range<usize>) -> Place {
    Place {
        file: file.to_owned(),
        span: start + span.start..start + span.end,
    }
}

/// Returns the lines without their ends, each with the byte at which it begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |next, line| {
        let start = *next;
        *next += line.len();
        Some((start, line.trim_end()))
    })
}

/// A line that names an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ImageLine<'a> {
    pub(super) platform: Option<(&'a str, PlatformPattern)>,
    pub(super) written: &'a str,
    pub(super) source: Reference,
    /// The image's bytes in the line.
    pub(super) span: Range<usize>,
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

    fn read(text: &str) -> Vec<String> {
        let mut diagnostics = Vec::new();
        let declared = parse("images.txt", text, &mut diagnostics);
        assert_eq!(diagnostics, [], "{text:?}");
        let show = |image: &Declared| {
            assert_eq!(&text[image.place.span.clone()], image.written);
            let platforms = image
                .choices
                .platforms
                .as_ref()
                .map_or(String::new(), |p| format!("{p} "));
            format!("{}: {platforms}{}", image.origin.line, image.source)
        };
        declared.iter().map(show).collect()
    }

    #[test]
    fn reads_one_image_a_line() {
        let text = "# a comment\n\n  \t# another\nnginx\n\n  alpine:3  \t\nghcr.io/a/b:1";
        assert_eq!(
            read(text),
            [
                "4: docker.io/library/nginx:latest",
                "6: docker.io/library/alpine:3",
                "7: ghcr.io/a/b:1"
            ]
        );
        assert_eq!(read(""), [""; 0]);
        assert_eq!(read("\n#"), [""; 0]);
    }

    #[test]
    fn reads_windows_line_ends() {
        assert_eq!(read("nginx\r\n\r\n# x\r\nalpine:3\r\n").len(), 2);
    }

    #[test]
    fn reads_every_spelling_of_the_platform() {
        for line in [
            "--platform=linux/arm64 nginx",
            "--platform linux/arm64 nginx",
            "  --platform \t linux/arm64\t\tnginx  ",
            "--platform= linux/arm64 nginx",
            "--platform\u{3000}linux/aarch64\u{a0}nginx",
            "--platform=linux/arm64/v8 nginx",
        ] {
            assert_eq!(
                read(line),
                ["1: linux/arm64 docker.io/library/nginx:latest"],
                "{line}"
            );
        }
    }

    #[test]
    fn keeps_a_digest() {
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(
            read(&format!("nginx:1.25@{digest}")),
            [format!("1: docker.io/library/nginx:1.25@{digest}")]
        );
    }

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
