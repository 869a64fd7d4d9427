//! A line that is not understood, and a mistake that was found in it.

use std::ops::Range;

use crate::config::diagnostics::Diagnostic;
use crate::config::files::Place;
use crate::config::image_list_line::{Word, split_platform, words};
use crate::model::{Text, cut};

/// A mistake in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) code: &'static str,
    pub(super) message: Text,
    /// The bytes of the line that it is about.
    pub(super) span: Range<usize>,
    pub(super) help: Option<Text>,
    /// The line (or lines) without this one mistake.
    pub(super) mended: Option<String>,
}

impl Mistake {
    pub(super) fn new(code: &'static str, message: Text, span: Range<usize>) -> Self {
        Self {
            code,
            message,
            span,
            help: None,
            mended: None,
        }
    }

    /// Makes a mistake of a line that is something else altogether, which `what` goes on to say.
    pub(super) fn other_form(line: &Line<'_>, what: &Text) -> Self {
        let start = line.words.first().map_or(0, |word| word.start);
        let message = text!("this is {what}, not an image", "这是{what}，不是镜像");
        Self::new(OTHER_FORM, message, start..line.text.len())
    }

    pub(super) fn help(self, help: Text) -> Self {
        Self {
            help: Some(help),
            ..self
        }
    }

    pub(super) fn mended(self, line: impl Into<String>) -> Self {
        let line = line.into();
        // A comment declares nothing: it is no way to write what was meant.
        let declares = |line: &str| !line.trim().is_empty() && !line.trim().starts_with('#');
        Self {
            mended: line.lines().any(declares).then_some(line),
            ..self
        }
    }
}

/// The code of lines that are something else altogether.
pub(super) const OTHER_FORM: &str = "other-form";

/// A line with its words.
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) words: Vec<Word<'a>>,
}

impl<'a> Line<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            text,
            words: words(text),
        }
    }

    /// Returns the words behind the platform; all of them if there is none.
    pub(super) fn behind_platform(&self) -> &[Word<'a>] {
        split_platform(&self.words).map_or(&self.words, |(_, rest)| rest)
    }

    /// Returns the line with one part replaced.
    pub(super) fn with(&self, part: Range<usize>, text: &str) -> String {
        let (before, after) = (&self.text[..part.start], &self.text[part.end..]);
        format!("{before}{text}{after}").trim().to_owned()
    }

    /// Returns the bytes from one word to the end.
    pub(super) fn from(&self, word: &Word<'_>) -> Range<usize> {
        word.start..self.text.len()
    }
}

/// Says that a whole file is something else, with what to do about it.
pub(super) fn not_a_list(place: Place, what: &Text, help: Text) -> Diagnostic {
    let message = text!(
        "this file is {what}, not an image list",
        "这个文件是{what}，不是镜像列表"
    );
    Diagnostic::error(OTHER_FORM, message).at(place).help(help)
}

/// Returns a text for a message; a very long one is cut.
pub(super) fn short(text: &str) -> String {
    cut(text, 120).into_owned()
}

pub(super) fn image_alone() -> Text {
    text!("write the image alone", "只写镜像")
}

pub(super) fn one_a_line() -> Text {
    text!(
        "write one image a line, such as `nginx:1.27`",
        "一行写一个镜像，如 `nginx:1.27`"
    )
}
