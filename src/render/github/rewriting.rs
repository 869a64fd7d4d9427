//! What becomes of files by other names, as annotations.

use std::fmt;

use crate::render::inputs::Rewriting;

use super::annotations::{Annotation, At, Level, write};
use super::of_diagnostics;

/// Writes what is to be said of each file, and which name each image gets.
pub fn rewriting(rewriting: &Rewriting<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut found = of_diagnostics(rewriting.diagnostics, rewriting.texts);
    found.extend(rewriting.changed().map(|(image, after)| {
        let (line, column) = rewriting.texts.position(&image.place);
        Annotation {
            level: Level::Notice,
            at: Some(At {
                file: &image.place.file,
                line,
                column: Some(column),
            }),
            title: image.before.clone(),
            message: after.to_owned(),
            hint: None,
        }
    }));
    write(&found, out)
}
