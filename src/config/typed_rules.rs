//! Rules that are typed, and stand in no file.

use crate::selection::Rule;

use super::Variables;
use super::diagnostics::Diagnostic;
use super::files::{Files, Place};
use super::format::Format;
use super::from_yaml;
use super::read_mirror::selection::rules;
use super::reader::Reader;

/// What the typed text is called where its mistakes are shown.
const NAME: &str = "RULE";

/// Reads rules as they stand behind `select`; the braces around one can be left out.
///
/// # Errors
///
/// Every mistake in them, with the text that they point into.
pub fn read_rules(typed: &str) -> Result<Vec<Rule>, (Vec<Diagnostic>, Files)> {
    let typed = typed.trim();
    let text = if typed.starts_with(['{', '[']) {
        typed.to_owned()
    } else {
        format!("{{ {typed} }}")
    };
    let mut files = Files::default();
    files.add(NAME, &text);
    let environment = Variables::new();
    let mut reader = Reader::new(NAME, Format::Yaml, &environment);
    let rules = match from_yaml::parse(&text) {
        Ok(node) => rules(&mut reader, &node),
        Err(error) => {
            let place = Place {
                file: NAME.into(),
                span: error.span,
            };
            let told = Diagnostic::error("syntax", error.message).at(place);
            reader.report(told.help(text!(
                "put ranges and patterns in quotes: `version: \">=1.25, <2\", latest: 2`",
                "范围和模式要加引号：`version: \">=1.25, <2\", latest: 2`"
            )));
            vec![]
        }
    };
    if reader.diagnostics.is_empty() {
        Ok(rules)
    } else {
        Err((reader.diagnostics, files))
    }
}
