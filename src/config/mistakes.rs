//! What a line of an image list that is not understood was meant to be.

use super::at::At;
use super::diagnostics::Diagnostic;
use super::images_txt::{place, words};
use super::reader::Format;

/// Explains why a line is not understood.
pub(super) fn explain(file: &str, start: usize, line: &str) -> Diagnostic {
    let words = words(line);
    let first = words.first().map_or(0, |word| word.start);
    let whole = place(file, start, &(first..line.len()));
    Diagnostic::error("not-an-image", "this line is not an image").at(whole)
}

/// Explains why an item of a mirror file is not understood.
pub(super) fn explain_item(text: &At<String>, _whole: bool, _format: Format) -> Diagnostic {
    Diagnostic::error("not-an-image", format!("`{}` is not an image", text.value))
        .at(text.place.clone())
}
