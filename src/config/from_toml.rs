//! TOML into [`Node`]s; the one file here that knows the TOML library.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::node::{Node, Pair, ScalarKind, SyntaxError, Value};

/// Reads a text.
pub(super) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let (root, errors) = DeTable::parse_recoverable(text);
    // All but the first error are mostly its consequences.
    let Some(error) = errors.first() else {
        let span = within(text, root.span());
        return Ok(Node {
            value: table(text, root.into_inner()),
            span,
        });
    };
    let at = within(text, error.span().unwrap_or_default());
    if let Some(mistake) = unquoted(text, at.start) {
        return Err(mistake);
    }
    Err(SyntaxError {
        message: text!("this is not TOML: {}", "这不是 TOML：{}", error.message()),
        span: within(text, error.span().unwrap_or_default()),
        help: None,
    })
}

/// Recognises a text without quotes behind a key.
fn unquoted(text: &str, at: usize) -> Option<SyntaxError> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next()?;
    let (key, behind) = line.split_once('=')?;
    let written = behind.split(" #").next().unwrap_or(behind).trim();
    let is_text = |c: char| c.is_alphanumeric() || matches!(c, '$' | '.' | '/' | '~' | '*');
    let is_bare = written.starts_with(is_text) && !written.contains(['"', '\'', '\\']);
    let begin = start + key.len() + 1 + behind.len() - behind.trim_start().len();
    if !is_bare || key.contains(['"', '#', '{', '[']) || at < begin {
        return None;
    }
    Some(SyntaxError {
        message: text!("a text needs quotes in TOML", "TOML 里的文本要加引号"),
        span: begin..begin + written.len(),
        help: Some(text!(
            "write `{} = \"{written}\"`",
            "写成 `{} = \"{written}\"`",
            key.trim()
        )),
    })
}

fn table(text: &str, table: DeTable<'_>) -> Value {
    let pair = |(key, value): (Spanned<std::borrow::Cow<'_, str>>, Spanned<DeValue<'_>>)| Pair {
        key_span: within(text, key.span()),
        key: key.into_inner().into_owned(),
        value: node(text, value),
    };
    let mut pairs: Vec<Pair> = table.into_iter().map(pair).collect();
    // The library sorts keys; the file's order is what people see.
    pairs.sort_by_key(|pair| pair.key_span.start);
    Value::Table(pairs)
}

fn node(text: &str, value: Spanned<DeValue<'_>>) -> Node {
    let span = within(text, value.span());
    let written = || text.get(span.clone()).unwrap_or_default().to_owned();
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Scalar {
            text: text.into_owned(),
            kind: ScalarKind::Text,
        },
        DeValue::Integer(_) | DeValue::Float(_) => Value::Scalar {
            text: written(),
            kind: ScalarKind::Number,
        },
        DeValue::Boolean(_) => Value::Scalar {
            text: written(),
            kind: ScalarKind::Boolean,
        },
        DeValue::Datetime(_) => Value::Scalar {
            text: written(),
            kind: ScalarKind::Time,
        },
        DeValue::Array(items) => {
            Value::List(items.into_iter().map(|item| node(text, item)).collect())
        }
        DeValue::Table(inner) => table(text, inner),
    };
    Node { value, span }
}

fn within(text: &str, span: Range<usize>) -> Range<usize> {
    let start = span.start.min(text.len());
    start..span.end.clamp(start, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_places_and_numbers() {
        let text = "version = 1\nb = 1.10\na = ['x', 2]\n[target]\nregistry = \"r\"\n[[images]]\n";
        let root = parse(text).unwrap();
        let Value::Table(pairs) = &root.value else {
            panic!("{root:?}")
        };
        let keys: Vec<&str> = pairs
            .iter()
            .map(|pair| &text[pair.key_span.clone()])
            .collect();
        assert_eq!(keys, ["version", "b", "a", "target", "images"]);
        let scalar = |text: &str| Value::Scalar {
            text: text.to_owned(),
            kind: ScalarKind::Number,
        };
        assert_eq!(pairs[1].value.value, scalar("1.10"));
        assert_eq!(&text[pairs[1].value.span.clone()], "1.10");
    }

    #[test]
    fn says_where_it_is_not_toml() {
        let text = "a = 1\nb = \"x\nc = 1\n";
        let error = parse(text).unwrap_err();
        assert_eq!(text[..error.span.start].lines().count(), 2, "{error:?}");
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&format!("a={}", "[".repeat(100_000))).is_err());
    }
}
