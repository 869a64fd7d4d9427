//! Diagnostics for programs: what `check --format json` answers.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::config::{Diagnostic, Files, Place, Severity};

use super::json::{self, FORMAT_VERSION};
use super::markdown::{code, prose};

/// Everything there is to say about the files.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "pusher check")]
pub struct Check {
    /// The version of this format.
    pub format_version: &'static str,
    /// How many diagnostics there are of each severity.
    pub summary: CheckSummary,
    /// The diagnostics, in the order of the files.
    pub diagnostics: Vec<CheckDiagnostic>,
}

/// How many diagnostics there are of each severity.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
pub struct CheckSummary {
    /// What cannot be carried out.
    pub errors: usize,
    /// What is probably not meant.
    pub warnings: usize,
    /// What is good to know.
    pub notes: usize,
}

/// One thing to say about the files.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Diagnostic")]
pub struct CheckDiagnostic {
    /// How bad it is.
    pub severity: CheckSeverity,
    /// A short name for this sort of diagnostic, such as `unknown-key`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where, if a file is to blame.
    pub place: Option<CheckPlace>,
    /// Other places that have a part in it.
    pub related: Vec<CheckRelated>,
    /// What to do about it.
    pub help: Option<String>,
    /// What to write instead, where that is known.
    pub replacement: Option<CheckReplacement>,
}

/// How bad a diagnostic is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Severity")]
pub enum CheckSeverity {
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
#[schemars(rename = "Place")]
pub struct CheckPlace {
    /// The file, as it was named.
    pub file: String,
    /// The line at which it begins.
    pub line: usize,
    /// The column at which it begins.
    pub column: usize,
    /// The line at which it ends.
    pub end_line: usize,
    /// The column behind its end.
    pub end_column: usize,
}

/// Another place that has a part in a diagnostic.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Related")]
pub struct CheckRelated {
    /// The place.
    pub place: CheckPlace,
    /// Which part it has.
    pub message: String,
}

/// What to write instead of a part of a file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Replacement")]
pub struct CheckReplacement {
    /// The part to replace.
    pub place: CheckPlace,
    /// What to write there.
    pub text: String,
}

impl Check {
    /// Makes the answer of `check`.
    pub fn of(diagnostics: &[Diagnostic], files: &Files) -> Self {
        let count = |severity| {
            diagnostics
                .iter()
                .filter(|one| one.severity == severity)
                .count()
        };
        Self {
            format_version: FORMAT_VERSION,
            summary: CheckSummary {
                errors: count(Severity::Error),
                warnings: count(Severity::Warning),
                notes: count(Severity::Note),
            },
            diagnostics: diagnostics
                .iter()
                .map(|one| CheckDiagnostic::of(one, files))
                .collect(),
        }
    }
}

impl CheckDiagnostic {
    fn of(diagnostic: &Diagnostic, files: &Files) -> Self {
        let Diagnostic {
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
                Severity::Error => CheckSeverity::Error,
                Severity::Warning => CheckSeverity::Warning,
                Severity::Note => CheckSeverity::Note,
            },
            code,
            message: message.clone(),
            place: place.as_ref().map(|place| CheckPlace::of(place, files)),
            related: related
                .iter()
                .map(|(place, label)| CheckRelated {
                    place: CheckPlace::of(place, files),
                    message: label.clone(),
                })
                .collect(),
            help: help.clone(),
            replacement: replacement.as_ref().map(|replacement| CheckReplacement {
                place: CheckPlace::of(&replacement.place, files),
                text: replacement.text.clone(),
            }),
        }
    }
}

impl CheckPlace {
    fn of(place: &Place, files: &Files) -> Self {
        let (line, column) = files.position(place);
        let (end_line, end_column) = files.end_position(place);
        Self {
            file: place.file.clone(),
            line,
            column,
            end_line,
            end_column,
        }
    }
}

/// Writes diagnostics as JSON.
pub fn json(diagnostics: &[Diagnostic], files: &Files, out: &mut dyn fmt::Write) -> fmt::Result {
    json::write(&Check::of(diagnostics, files), out)
}

/// Writes diagnostics as a markdown list.
pub fn markdown(
    diagnostics: &[Diagnostic],
    files: &Files,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    if diagnostics.is_empty() {
        return writeln!(out, "no mistakes");
    }
    for diagnostic in diagnostics {
        let severity = diagnostic.severity.as_str();
        write!(out, "- **{severity}**: {}", prose(&diagnostic.message))?;
        if let Some(place) = &diagnostic.place {
            let (line, column) = files.position(place);
            write!(
                out,
                " ({})",
                code(&format!("{}:{line}:{column}", place.file))
            )?;
        }
        writeln!(out)?;
        if let Some(help) = &diagnostic.help {
            writeln!(out, "  - {}", prose(help))?;
        }
        if let Some(replacement) = &diagnostic.replacement {
            let lines = replacement.text.trim_end().lines().map(code);
            writeln!(out, "  - {}", lines.collect::<Vec<_>>().join("<br>"))?;
        }
    }
    Ok(())
}
