//! What a line that is not understood was meant to be.
//!
//! Each sort of mistake that people are known to make has a function here that recognises it and,
//! where that can be known, mends it. The first that recognises the line names the mistake; what is
//! offered instead is the line after all of them are through with it, and only if that is good.

mod image;
mod pages;
mod platform;
mod words;

use std::ops::Range;

use super::at::At;
use super::diagnostics::Diagnostic;
use super::images_txt::{Word, parse_line, place, split_platform, words};
use super::reader::Format;

/// A mistake in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mistake {
    code: &'static str,
    message: String,
    /// The bytes of the line that it is about.
    span: Range<usize>,
    help: Option<String>,
    /// The line (or lines) without this one mistake.
    mended: Option<String>,
}

impl Mistake {
    fn new(code: &'static str, message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            help: None,
            mended: None,
        }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    fn mended(self, line: impl Into<String>) -> Self {
        let line = line.into();
        // A comment declares nothing: it is no way to write what was meant.
        let declares = |line: &str| !line.trim().is_empty() && !line.trim().starts_with('#');
        Self {
            mended: line.lines().any(declares).then_some(line),
            ..self
        }
    }
}

/// A line with its words.
struct Line<'a> {
    text: &'a str,
    words: Vec<Word<'a>>,
}

impl<'a> Line<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            text,
            words: words(text),
        }
    }

    /// Returns the words behind the platform; all of them if there is none.
    fn behind_platform(&self) -> &[Word<'a>] {
        split_platform(&self.words).map_or(&self.words, |(_, rest)| rest)
    }

    /// Returns the line with one part replaced.
    fn with(&self, part: Range<usize>, text: &str) -> String {
        let (before, after) = (&self.text[..part.start], &self.text[part.end..]);
        format!("{before}{text}{after}").trim().to_owned()
    }

    /// Returns the bytes from one word to the end.
    fn from(&self, word: &Word<'_>) -> Range<usize> {
        word.start..self.text.len()
    }
}

type Recogniser = fn(&Line<'_>) -> Option<Mistake>;

/// The order matters: each may rely on those before it having found nothing.
const RECOGNISERS: &[Recogniser] = &[
    words::comment_behind_the_image,
    words::full_width_characters,
    words::command,
    words::punctuation,
    platform::misspelt_option,
    platform::behind_the_image,
    platform::nothing_behind,
    platform::several,
    platform::wildcard,
    platform::not_a_platform,
    image::page_address,
    image::scheme,
    words::platform_without_option,
    words::torn_apart,
    words::several,
    image::not_ascii,
    image::upper_case,
    image::slashes,
    image::tag,
    image::digest,
];

fn find(line: &Line<'_>) -> Mistake {
    let found = RECOGNISERS.iter().find_map(|recognise| recognise(line));
    found.unwrap_or_else(|| image::anything_else(line))
}

/// How many mistakes a line may have and still be mended.
const PATIENCE: usize = 6;

/// Returns the line without any mistake, if it can be known.
fn mend(line: &str, patience: usize) -> Option<String> {
    if parse_line(line).is_ok() {
        return Some(line.to_owned());
    }
    let mended = find(&Line::of(line))
        .mended
        .filter(|mended| patience > 0 && mended != line)?;
    let lines: Option<Vec<String>> = mended
        .lines()
        .map(|line| mend(line, patience - 1))
        .collect();
    lines
        .map(|lines| lines.join("\n"))
        .filter(|lines| !lines.trim().is_empty())
}

/// Explains why a line of an image list is not understood.
pub(super) fn explain(file: &str, start: usize, line: &str) -> Diagnostic {
    let mistake = find(&Line::of(line));
    let first = line.len() - line.trim_start().len();
    let whole = place(file, start, &(first..line.len()));
    let diagnostic =
        Diagnostic::error(mistake.code, mistake.message).at(place(file, start, &mistake.span));
    let diagnostic = Diagnostic {
        help: mistake.help,
        ..diagnostic
    };
    match mend(line.trim(), PATIENCE) {
        Some(line) => diagnostic.replace(whole, line),
        None => diagnostic,
    }
}

/// Explains why an item of a mirror file is not understood; `whole` tells whether the text is the
/// whole item, and not the `source` of a table.
pub(super) fn explain_item(text: &At<String>, whole: bool, format: Format) -> Diagnostic {
    let line = text.value.trim();
    let (code, message, help) = match parse_line(line) {
        Ok(None) => ("not-an-image", "no image is named here".to_owned(), None),
        Ok(Some(_)) => (
            "not-an-image",
            "`--platform` is of image lists; a mirror file has the key `platforms`".to_owned(),
            None,
        ),
        Err(_) => {
            let mistake = find(&Line::of(line));
            (mistake.code, mistake.message, mistake.help)
        }
    };
    let diagnostic = Diagnostic::error(code, message).at(text.place.clone());
    let diagnostic = Diagnostic { help, ..diagnostic };
    match mend(line, PATIENCE).and_then(|line| item(&line, whole, format)) {
        Some(item) => diagnostic.replace(text.place.clone(), item),
        None => diagnostic,
    }
}

/// Returns a line of an image list as an item of a mirror file, if it can be one.
fn item(line: &str, whole: bool, format: Format) -> Option<String> {
    let image = parse_line(line).ok().flatten()?;
    let source = format.quote(image.written);
    match (image.platform, format) {
        (None, _) => Some(source),
        (Some((platform, _)), Format::Yaml) if whole => {
            Some(format!("{{ source: {source}, platforms: [{platform}] }}"))
        }
        (Some((platform, _)), Format::Toml) if whole => Some(format!(
            "{{ source = {source}, platforms = [{platform:?}] }}"
        )),
        (Some(_), _) => None,
    }
}

/// Returns a text for a message; a very long one is cut.
fn short(text: &str) -> String {
    const LIMIT: usize = 120;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
