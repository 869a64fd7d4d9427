//! What becomes of files by other names, for people.

use std::fmt;

use crate::render::inputs::Rewriting;
use crate::render::style::View;
use crate::render::words::{rewriting_hint, rewriting_summary};

use super::difference::{Changed, difference};
use super::text::{Span, TextWriter};

/// Writes which lines change.
pub fn rewriting(rewriting: &Rewriting<'_>, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut any = false;
    for file in rewriting.files.iter().filter(|file| file.is_changed()) {
        let changed = Changed {
            name: &file.name,
            before: &file.before,
            after: &file.after,
        };
        difference(&changed, view.style, out)?;
        any = true;
    }
    let mut text = TextWriter::new(view, out);
    if any {
        text.blank()?;
    }
    text.flow(0, &[Span::plain(rewriting_summary(rewriting))])?;
    match rewriting_hint(rewriting) {
        Some(hint) => text.flow(0, &[Span::plain(hint)]),
        None => Ok(()),
    }
}
