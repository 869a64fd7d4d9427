//! The grammar of a line of a Dockerfile that lists images: `FROM [--platform=PLATFORM] IMAGE [AS TARGET]`.

use super::image_list_line::{self, ImageLine, NotALine, Word, words};

/// What stands for no image at all.
pub(super) const NOTHING: &str = "scratch";

/// A line that names an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FromLine<'a> {
    /// The image; its span counts from the beginning of the line.
    pub(super) image: ImageLine<'a>,
    /// What stands behind `AS`.
    pub(super) target: Option<Word<'a>>,
}

/// A line that begins with `FROM`, in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub(super) from: Word<'a>,
    /// What stands between `FROM` and `AS`, as a line of an image list.
    pub(super) line: Word<'a>,
    pub(super) name: Name<'a>,
}

/// What is said of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name<'a> {
    /// Nothing.
    None,
    /// `AS`, and nothing behind it.
    Missing(Word<'a>),
    /// `AS` and this.
    As(Word<'a>),
}

impl<'a> Parts<'a> {
    /// Returns the parts of a line; none if it begins with another word.
    pub(super) fn of(line: &'a str) -> Option<Self> {
        let is_as = |word: &Word<'_>| word.text.eq_ignore_ascii_case("as");
        let words = words(line);
        let (from, rest) = words.split_first()?;
        if !from.text.eq_ignore_ascii_case("from") {
            return None;
        }
        let (rest, name) = match rest {
            [before @ .., keyword, name] if is_as(keyword) => (before, Name::As(*name)),
            [before @ .., keyword] if is_as(keyword) => (before, Name::Missing(*keyword)),
            _ => (rest, Name::None),
        };
        let (start, end) = match rest {
            [first, .., last] => (first.start, last.span().end),
            [only] => (only.start, only.span().end),
            [] => (from.span().end, from.span().end),
        };
        Some(Self {
            from: *from,
            line: Word {
                text: &line[start..end],
                start,
            },
            name,
        })
    }

    /// Tells whether the platform stands behind a blank, where other readers of Dockerfiles do not look for it.
    pub(super) fn has_loose_platform(&self) -> bool {
        let first = self.line.text.split_whitespace().next();
        matches!(first, Some("--platform" | "--platform="))
    }
}

/// Reads one line: nothing, a comment, or an image.
pub(super) fn parse_line(line: &str) -> Result<Option<FromLine<'_>>, NotALine> {
    let first = line.trim_start();
    if first.is_empty() || first.starts_with('#') {
        return Ok(None);
    }
    let parts = Parts::of(line).ok_or(NotALine)?;
    let target = match parts.name {
        Name::None => None,
        Name::Missing(_) => return Err(NotALine),
        Name::As(name) => Some(name),
    };
    let is_odd = line.contains(['$', '\\']) || parts.has_loose_platform();
    let image = image_list_line::parse_line(parts.line.text)?
        .filter(|image| !is_odd && image.written != NOTHING)
        .ok_or(NotALine)?;
    let span = parts.line.start + image.span.start..parts.line.start + image.span.end;
    Ok(Some(FromLine {
        image: ImageLine { span, ..image },
        target,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_image_and_its_name() {
        for (line, platform, image, target) in [
            ("FROM nginx:1.27", None, "nginx:1.27", None),
            (
                "  from\tnginx:1.27  As web ",
                None,
                "nginx:1.27",
                Some("web"),
            ),
            (
                "FROM --platform=linux/aarch64 redis:7 AS cache:v1",
                Some("linux/aarch64"),
                "redis:7",
                Some("cache:v1"),
            ),
            ("FROM as AS as", None, "as", Some("as")),
            ("FROM from", None, "from", None),
        ] {
            let read = parse_line(line).unwrap().unwrap();
            let written = read.image.platform.as_ref().map(|(text, _)| *text);
            let name = read.target.map(|word| word.text);
            assert_eq!((written, name), (platform, target), "{line}");
            assert_eq!(&line[read.image.span.clone()], image, "{line}");
            assert_eq!(read.image.written, image, "{line}");
        }
        for line in ["", " \t", "# syntax=docker/dockerfile:1", "  # FROM x"] {
            assert_eq!(parse_line(line), Ok(None), "{line}");
        }
    }

    #[test]
    fn refuses_what_is_not_one_image() {
        for line in [
            "nginx:1.27",
            "FROM",
            "FROM AS",
            "FROM nginx AS",
            "FROM AS web",
            "FROM nginx web",
            "FROM nginx AS web site",
            "FROM nginx # web",
            "FROM # web",
            "FROM scratch",
            "FROM scratch AS empty",
            "FROM ${IMAGE}",
            "FROM nginx:$TAG",
            "FROM nginx AS $NAME",
            "FROM --platform=$BUILDPLATFORM nginx",
            "FROM --platform linux/arm64 nginx",
            "FROM --platform= linux/arm64 nginx",
            "FROM nginx:1.27 \\",
            "FROM nginx:1.27 AS web\\",
            "FROM Nginx",
            "RUN apk add curl",
        ] {
            assert_eq!(parse_line(line), Err(NotALine), "{line}");
        }
    }
}
