//! Another tool's file as a tree: YAML of one document or of several, or JSON.

use std::ops::Range;

use super::from_yaml;
use super::node::{Node, Pair, SyntaxError, Value};

/// Reads every document of a text, those alone that hold something.
pub(super) fn documents(text: &str) -> Result<Vec<Node>, SyntaxError> {
    let mut roots = Vec::new();
    for span in parts(text) {
        let start = span.start;
        let mut root = from_yaml::parse(&text[span]).map_err(|error| SyntaxError {
            span: start + error.span.start..start + error.span.end,
            ..error
        })?;
        shift(&mut root, start);
        if root.value != Value::Nothing {
            roots.push(root);
        }
    }
    Ok(roots)
}

/// Returns where the documents are, without the lines `---` and `...` that part them: at the beginning of a line
/// those can be nothing else.
fn parts(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let is_mark = |mark: &str| {
            line.strip_prefix(mark)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        };
        if is_mark("---") || is_mark("...") {
            parts.push(start..at);
            start = at + 3;
        }
        at += line.len();
    }
    parts.push(start..text.len());
    parts
}

fn shift(node: &mut Node, by: usize) {
    let moved = |span: &Range<usize>| span.start + by..span.end + by;
    node.span = moved(&node.span);
    match &mut node.value {
        Value::Nothing | Value::Scalar { .. } => {}
        Value::List(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Value::Table(pairs) => {
            for pair in pairs {
                pair.key_span = moved(&pair.key_span);
                shift(&mut pair.value, by);
            }
        }
    }
}

/// Returns what stands behind a key of a table; the last of several.
pub(super) fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let mut found = pairs(node).iter().rev().filter(|pair| pair.key == key);
    found.next().map(|pair| &pair.value)
}

/// Returns the pairs of a table; none of what is no table.
pub(super) fn pairs(node: &Node) -> &[Pair] {
    match &node.value {
        Value::Table(pairs) => pairs,
        _ => &[],
    }
}

/// Returns the items of a list; none of what is no list.
pub(super) fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// Returns the items of a list, or what stands in its place alone.
pub(super) fn one_or_more(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        Value::Nothing => &[],
        _ => std::slice::from_ref(node),
    }
}

/// Returns what is one word or line.
pub(super) fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Scalar { text, .. } => Some(text),
        _ => None,
    }
}

/// Returns the items below a key of a table.
pub(super) fn items_of<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    get(node, key).map_or(&[], items)
}

/// Returns the text behind a key of a table.
pub(super) fn text_of<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    get(node, key).and_then(text)
}

/// Tells whether a key of a table says yes.
pub(super) fn is_set(node: &Node, key: &str) -> bool {
    text_of(node, key).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_is_read_where_it_stands() {
        let text = "# Source: a\n---\n# nothing\n---\r\nkind: A\nimage: |\n  ---\n---  # next\nkind: 二\n...\n";
        let roots = documents(text).unwrap();
        let kinds = roots.iter().map(|root| {
            let kind = get(root, "kind").unwrap();
            (&text[kind.span.clone()], super::text(kind).unwrap())
        });
        assert_eq!(kinds.collect::<Vec<_>>(), [("A", "A"), ("二", "二")]);
        let error = documents("a: 1\n---\nb: [").unwrap_err();
        assert!(error.span.start > 8, "{error:?}");
    }

    #[test]
    fn a_key_goes_before_what_is_merged() {
        let roots = documents("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz:\n  b: 3\n  <<: *x\n");
        let root = &roots.unwrap()[0];
        for key in ["y", "z"] {
            let table = get(root, key).unwrap();
            assert_eq!(
                (text_of(table, "a"), text_of(table, "b")),
                (Some("1"), Some("3"))
            );
        }
    }
}
