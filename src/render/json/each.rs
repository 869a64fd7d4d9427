//! What is answered for several targets: a document for each, in one.

use std::fmt;

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::document::{FORMAT_VERSION, schema};

/// How far the documents of targets stand behind what is around them.
const MARGIN: &str = "    ";
/// The same, where a line has ended before.
const NEXT: &str = "\n    ";

/// Writes a document that has these in it, each as `one` writes it alone; none of them is ever held as a whole.
pub fn each<T>(
    items: &[T],
    out: &mut dyn fmt::Write,
    one: impl Fn(&T, &mut dyn fmt::Write) -> fmt::Result,
) -> fmt::Result {
    write!(
        out,
        "{{\n  \"format_version\": \"{FORMAT_VERSION}\",\n  \"targets\": ["
    )?;
    for (number, item) in items.iter().enumerate() {
        out.write_str(if number > 0 { ",\n" } else { "\n" })?;
        let mut inside = Indented {
            out,
            before: MARGIN,
        };
        one(item, &mut inside)?;
    }
    out.write_str("\n  ]\n}\n")
}

/// Moves every line to the right, and leaves the last end of a line out.
struct Indented<'a> {
    out: &'a mut dyn fmt::Write,
    /// What goes before the next character: nothing inside a line.
    before: &'static str,
}

impl fmt::Write for Indented<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.split_inclusive('\n') {
            self.out.write_str(std::mem::take(&mut self.before))?;
            self.out.write_str(part.trim_end_matches('\n'))?;
            if part.ends_with('\n') {
                self.before = NEXT;
            }
        }
        Ok(())
    }
}

/// The same for each of several targets, in the order of the mirror file.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Several {
    /// The version of this format.
    format_version: String,
    /// A document for each target.
    targets: Vec<Value>,
}

/// Returns the JSON Schema of a document of one target, or of several in one.
pub(super) fn schema_of_each<T: JsonSchema>() -> Value {
    let mut alone = schema::<T>();
    let mut head = |key: &str| {
        let alone = alone.as_object_mut();
        alone.and_then(|alone| alone.shift_remove(key))
    };
    let (dialect, title, description) = (head("$schema"), head("title"), head("description"));
    let mut definitions = head("$defs").unwrap_or_else(|| json!({}));
    definitions["Document"] = alone;
    let document = json!({ "$ref": "#/$defs/Document" });
    let mut several = schema::<Several>();
    several["properties"]["targets"]["items"] = document.clone();
    for key in ["$schema", "title"] {
        several
            .as_object_mut()
            .and_then(|several| several.shift_remove(key));
    }
    json!({
        "$schema": dialect,
        "title": title,
        "description": description,
        "anyOf": [document, several],
        "$defs": definitions
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_stand_in_one_as_they_stand_alone() {
        let documents = [json!({ "a": [1, {}], "b": "x\ny" }), json!({ "c": [] })];
        let mut text = String::new();
        let one = |one: &Value, out: &mut dyn fmt::Write| {
            let text = format!("{one:#}\n");
            // In whatever pieces it comes.
            text.chars().try_for_each(|c| out.write_char(c))
        };
        each(&documents, &mut text, one).unwrap();
        let whole = json!({ "format_version": FORMAT_VERSION, "targets": documents });
        assert_eq!(text, format!("{whole:#}\n"));
    }
}
