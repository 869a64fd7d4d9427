//! `rewrite --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::config::Files;
use crate::render::inputs::{self, Rewriting};
use crate::rewrite as core;

use super::check::Diagnostic;
use super::document::{FORMAT_VERSION, schema, write};

/// What becomes of files by other names.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "pusher rewrite")]
struct Rewrite {
    /// The version of this format.
    format_version: &'static str,
    /// Which way names are changed.
    way: Way,
    /// Whether the files were written.
    written: bool,
    /// How many images there are of each outcome.
    summary: Summary,
    /// The files, in the order in which they were named.
    files: Vec<File>,
    /// What there is to say about them.
    diagnostics: Vec<Diagnostic>,
}

/// Which way names are changed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Way {
    /// To those of the mirror.
    There,
    /// To those upstream.
    Back,
}

/// How many images there are of each outcome.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Summary {
    /// Those that get another name.
    changed: usize,
    /// Those that have the name that they should have.
    kept: usize,
    /// Those that are left as they are.
    left: usize,
}

/// A file.
#[derive(Debug, Serialize, JsonSchema)]
struct File {
    /// The file, as it was named.
    name: String,
    /// Whether it is another with the names.
    changed: bool,
    /// The images in it, in its order.
    images: Vec<Image>,
}

/// An image.
#[derive(Debug, Serialize, JsonSchema)]
struct Image {
    /// The line at which it stands, counted from 1.
    line: usize,
    /// The column, counted from 1 in characters.
    column: usize,
    /// As it is written.
    before: String,
    /// The name that it gets; null where it gets none.
    after: Option<String>,
    /// What becomes of it.
    outcome: Outcome,
    /// What to add to the list, where that is why it is left; else null.
    add: Option<String>,
}

/// What becomes of an image.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    /// It gets another name.
    Changed,
    /// It has the name that it should have.
    Kept,
    /// It is left as it is; a diagnostic says why.
    Left,
}

impl Rewrite {
    fn of(rewriting: &Rewriting<'_>) -> Self {
        let mut summary = Summary::default();
        for image in rewriting.images() {
            match image.outcome {
                core::Outcome::Changed(_) => summary.changed += 1,
                core::Outcome::Kept => summary.kept += 1,
                core::Outcome::Left(_) => summary.left += 1,
            }
        }
        let texts = rewriting.texts;
        let diagnostics = rewriting.diagnostics.iter();
        Self {
            format_version: FORMAT_VERSION,
            way: match rewriting.way {
                core::Way::There { .. } => Way::There,
                core::Way::Back => Way::Back,
            },
            written: rewriting.written,
            summary,
            files: rewriting
                .files
                .iter()
                .map(|file| File::of(file, texts))
                .collect(),
            diagnostics: diagnostics.map(|one| Diagnostic::of(one, texts)).collect(),
        }
    }
}

impl File {
    fn of(file: &inputs::RewrittenFile, texts: &Files) -> Self {
        let images = file.images.iter().map(|image| {
            let (line, column) = texts.position(&image.place);
            let (outcome, after) = match &image.outcome {
                core::Outcome::Changed(after) => (Outcome::Changed, Some(after.clone())),
                core::Outcome::Kept => (Outcome::Kept, None),
                core::Outcome::Left(_) => (Outcome::Left, None),
            };
            Image {
                line,
                column,
                before: image.before.clone(),
                after,
                outcome,
                add: image.outcome.undeclared().map(str::to_owned),
            }
        });
        Self {
            name: file.name.clone(),
            changed: file.is_changed(),
            images: images.collect(),
        }
    }
}

/// Writes what becomes of files by other names.
pub fn rewriting(rewriting: &Rewriting<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    write(&Rewrite::of(rewriting), out)
}

/// Returns the JSON Schema of what [`rewriting`] writes.
pub fn rewriting_schema() -> serde_json::Value {
    schema::<Rewrite>()
}
