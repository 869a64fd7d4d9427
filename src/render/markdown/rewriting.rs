//! What becomes of files by other names, in Markdown.

use std::fmt;

use crate::render::inputs::{Checked, Rewriting};
use crate::render::words::{rewriting_hint, rewriting_summary};

use super::check::check;
use super::document::Document;
use super::escape::{code, prose};

/// Writes a row for each image that gets another name, and what is to be said of the others.
pub fn rewriting(rewriting: &Rewriting<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut document = Document::new(&prose(&rewriting_summary(rewriting)));
    document.table(
        [
            tr_word!("where", "位置"),
            tr_word!("before", "之前"),
            tr_word!("now", "现在"),
        ],
        rewriting.changed().map(|(image, after)| {
            let (file, line) = (&image.place.file, rewriting.texts.line(&image.place));
            [
                code(&format!("{file}:{line}")),
                code(&image.before),
                code(after),
            ]
        }),
    );
    if let Some(hint) = rewriting_hint(rewriting) {
        document.paragraph(&prose(&hint));
    }
    document.finish(out)?;
    if rewriting.diagnostics.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let checked = Checked {
        diagnostics: rewriting.diagnostics,
        files: rewriting.texts,
        images: 0,
    };
    check(&checked, out)
}
