//! What a command that stopped answers with `--format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Text;
use crate::render::inputs::Failed;

use super::check::Diagnostic;
use super::document::{FORMAT_VERSION, schema, write};

/// Why a command stopped before it had an answer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "pusher error")]
struct Stopped<'a> {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: &'static str,
    /// Why; no answer has this key.
    error: Why<'a>,
}

/// Why a command stopped.
#[derive(Debug, Serialize, JsonSchema)]
struct Why<'a> {
    /// What happened.
    message: &'a str,
    /// What to do about it; null where that is not known, or stands in the diagnostics.
    hint: Option<&'a str>,
    /// What there is to say about the files, if they are what is wrong; empty where they are not.
    diagnostics: Vec<Diagnostic>,
}

/// Writes why a command stopped.
pub fn failed(failed: &Failed<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Failed {
        message,
        hint,
        mistakes,
    } = failed;
    let diagnostics = mistakes.iter().flat_map(|(told, files)| {
        let told = told.iter();
        told.map(|one| Diagnostic::of(one, files))
    });
    let document = Stopped {
        format_version: FORMAT_VERSION,
        error: Why {
            message: message.english(),
            hint: hint.map(Text::english),
            diagnostics: diagnostics.collect(),
        },
    };
    write(&document, out)
}

/// Returns the JSON Schema of what [`failed`] writes.
pub fn failed_schema() -> serde_json::Value {
    schema::<Stopped<'_>>()
}
