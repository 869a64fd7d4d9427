//! `check --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::config as core;
use crate::render::inputs::Checked;

use super::document::{FORMAT_VERSION, schema, write};

/// Everything there is to say about the files.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "pusher check")]
struct Check {
    /// The version of this format.
    format_version: &'static str,
    /// How many diagnostics there are of each severity.
    summary: Summary,
    /// The diagnostics, in the order of the files.
    diagnostics: Vec<Diagnostic>,
}

/// How many diagnostics there are of each severity.
#[derive(Debug, Serialize, JsonSchema)]
struct Summary {
    /// What cannot be carried out.
    errors: usize,
    /// What is probably not meant.
    warnings: usize,
    /// What is good to know.
    notes: usize,
}

/// One thing to say about the files.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Diagnostic {
    /// How bad it is.
    severity: Severity,
    /// A short name for this sort of diagnostic, such as `unknown-key`.
    code: &'static str,
    /// What is wrong.
    message: String,
    /// Where, if a file is to blame.
    place: Option<Place>,
    /// Other places that have a part in it.
    related: Vec<Related>,
    /// What to do about it.
    help: Option<String>,
    /// What to write instead, where that is known.
    replacement: Option<Replacement>,
}

/// How bad a diagnostic is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Severity {
    /// It cannot be carried out.
    Error,
    /// Probably not what was meant.
    Warning,
    /// Good to know.
    Note,
}

/// A part of a file; lines and columns are counted from 1, columns in characters, and the end is
/// the first column behind it.
#[derive(Debug, Serialize, JsonSchema)]
struct Place {
    /// The file, as it was named.
    file: String,
    /// The line at which it begins.
    line: usize,
    /// The column at which it begins.
    column: usize,
    /// The line at which it ends.
    end_line: usize,
    /// The column behind its end.
    end_column: usize,
}

/// Another place that has a part in a diagnostic.
#[derive(Debug, Serialize, JsonSchema)]
struct Related {
    /// The place.
    place: Place,
    /// Which part it has.
    message: String,
}

/// What to write instead of a part of a file.
#[derive(Debug, Serialize, JsonSchema)]
struct Replacement {
    /// The part to replace.
    place: Place,
    /// What to write there.
    text: String,
}

impl Check {
    /// Makes the answer of `check`.
    fn of(diagnostics: &[core::Diagnostic], files: &core::Files) -> Self {
        let count = |severity| {
            diagnostics
                .iter()
                .filter(|one| one.severity == severity)
                .count()
        };
        Self {
            format_version: FORMAT_VERSION,
            summary: Summary {
                errors: count(core::Severity::Error),
                warnings: count(core::Severity::Warning),
                notes: count(core::Severity::Note),
            },
            diagnostics: diagnostics
                .iter()
                .map(|one| Diagnostic::of(one, files))
                .collect(),
        }
    }
}

impl Diagnostic {
    pub(super) fn of(diagnostic: &core::Diagnostic, files: &core::Files) -> Self {
        let core::Diagnostic {
            severity,
            kind: _,
            code,
            message,
            place,
            label: _,
            related,
            help,
            replacement,
        } = diagnostic;
        Self {
            severity: match severity {
                core::Severity::Error => Severity::Error,
                core::Severity::Warning => Severity::Warning,
                core::Severity::Note => Severity::Note,
            },
            code,
            message: message.english().to_owned(),
            place: place.as_ref().map(|place| Place::of(place, files)),
            related: related
                .iter()
                .map(|(place, label)| Related {
                    place: Place::of(place, files),
                    message: label.english().to_owned(),
                })
                .collect(),
            help: help.as_ref().map(|help| help.english().to_owned()),
            replacement: replacement.as_ref().map(|replacement| Replacement {
                place: Place::of(&replacement.place, files),
                text: replacement.text.clone(),
            }),
        }
    }
}

impl Place {
    fn of(place: &core::Place, files: &core::Files) -> Self {
        let (line, column) = files.position(place);
        let (end_line, end_column) = files.end_position(place);
        Self {
            file: place.file.to_string(),
            line,
            column,
            end_line,
            end_column,
        }
    }
}

/// Writes what there is to say about the files.
pub fn check(checked: &Checked<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    write(&Check::of(checked.diagnostics, checked.files), out)
}

/// Returns the JSON Schema of what [`check`] writes.
pub fn check_schema() -> serde_json::Value {
    schema::<Check>()
}
