//! What stands in YAML, where it reads as it is written.

use crate::config::node::{Node, ScalarKind, Value};

use super::spot::{Closed, Field, Shape, Spot};

/// Returns a text that can be replaced where it stands; nothing of what is no text.
///
/// # Errors
///
/// It is not written as it is read.
pub(super) fn field(text: &str, node: &Node) -> Option<Result<Field, Closed>> {
    let Value::Scalar { text: value, kind } = &node.value else {
        return None;
    };
    if !matches!(kind, ScalarKind::Text | ScalarKind::Number) {
        return None;
    }
    let raw = text.get(node.span.clone())?;
    let quoted = ['"', '\'']
        .into_iter()
        .find(|quote| raw.len() > 1 && raw.starts_with(*quote) && raw.ends_with(*quote));
    let (inner, start) = match quoted {
        Some(_) => (&raw[1..raw.len() - 1], node.span.start + 1),
        None => (raw, node.span.start),
    };
    let written = value.trim();
    let mut found = inner.match_indices(written);
    let at = match (written, found.next(), found.next()) {
        ("", ..) if inner.trim().is_empty() => 0,
        ("", ..) | (_, None, _) | (_, Some(_), Some(_)) => return Some(Err(Closed::Escaped)),
        (_, Some((at, _)), None) => at,
    };
    // What stands around it is the mark of a block or blanks, and no part of what is meant.
    let is_block = quoted.is_none() && is_in_block(&text[..start]);
    let is_alone = inner[..at].trim().is_empty() && inner[at + written.len()..].trim().is_empty();
    if !is_block && !is_alone {
        return Some(Err(Closed::Escaped));
    }
    Some(Ok(Field {
        span: start + at..start + at + written.len(),
        text: written.to_owned(),
        is_plain: quoted.is_none() && !is_block,
    }))
}

/// Tells whether a block begins at the end of a text: its mark stands in the line before.
fn is_in_block(before: &str) -> bool {
    let line = before.trim_end();
    let word = line.split_whitespace().next_back().unwrap_or_default();
    let mark = word.trim_end_matches(|c: char| c.is_ascii_digit() || "+-".contains(c));
    before[line.len()..].contains('\n') && matches!(mark, "|" | ">")
}

/// Takes an image in one text.
pub(super) fn spot(text: &str, node: &Node) -> Option<Spot> {
    let Value::Scalar { text: value, .. } = &node.value else {
        return None;
    };
    let spot = match field(text, node)? {
        _ if value.contains("{{") => Spot::closed(value, node.span.clone(), Closed::Template),
        Ok(field) if field.text.is_empty() => return None,
        Ok(field) => Spot::of(field.written()),
        Err(why) => Spot::closed(value.trim(), node.span.clone(), why),
    };
    Some(spot)
}

/// Returns the text of a key that can be replaced, of those that have one.
pub(super) fn open(text: &str, node: Option<&Node>) -> Option<Field> {
    field(text, node?)?.ok()
}

impl Spot {
    /// Returns where it begins.
    pub fn start(&self) -> usize {
        match &self.shape {
            Shape::Text(written) => written.start(),
            Shape::Table(table) => table.repository.span.start,
            Shape::Kustomized(item) => item.name.span.start,
            Shape::Closed { span, .. } => span.start,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tree;

    fn read(text: &str) -> String {
        let roots = tree::documents(text).unwrap();
        let node = tree::get(&roots[0], "i").unwrap();
        match field(text, node) {
            None => "none".to_owned(),
            Some(Err(why)) => format!("{why:?}"),
            Some(Ok(field)) => {
                assert_eq!(&text[field.span.clone()], field.text, "{text}");
                format!("{} {}", field.text, field.is_plain)
            }
        }
    }

    #[test]
    fn a_text_is_found_where_it_stands() {
        for (text, found) in [
            ("i: a:1", "a:1 true"),
            ("i: a:1  # web\nj: 1\n", "a:1 true"),
            ("i: \"a:1\"\r\n", "a:1 false"),
            ("i: 'a:1' # 'a:1'", "a:1 false"),
            ("i: &x a:1\nj: *x", "a:1 true"),
            ("j: &x a:1\ni: *x", "a:1 true"),
            ("i: &x 'a:1'\n", "a:1 false"),
            ("i: !!str a:1\n", "a:1 true"),
            ("{\"i\":\"a:1\",\"j\":1}", "a:1 false"),
            ("{i: a:1, j: 1}", "a:1 true"),
            ("i: >-\n  a:1\nj: 1\n", "a:1 false"),
            ("i: |\n  a:1\n", "a:1 false"),
            ("i: 1.10\n", "1.10 true"),
            ("i: \"\"\n", " false"),
            ("i:\n", "none"),
            ("i: true\n", "none"),
            ("i: [a]\n", "none"),
            ("i: \"a\\u003a1\"\n", "Escaped"),
            ("i: \"a:\\\n  1\"\n", "Escaped"),
            ("i: 'a''b'\n", "Escaped"),
            ("二: 三\ni: a:1\n", "a:1 true"),
        ] {
            assert_eq!(read(text), found, "{text:?}");
        }
    }
}
