//! YAML into [`Node`]s; the one file that knows the YAML library.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::options::DuplicateKeyPolicy;
use serde_yaml::{Location, Spanned};

use super::node::{Node, Pair, ScalarKind, SyntaxError, Value};
use super::not_yaml;

/// How deep lists and tables may be nested; a mirror file needs five.
const DEPTH_LIMIT: usize = 32;

/// Reads a text.
pub(super) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! { max_depth: DEPTH_LIMIT },
        // Both of two equal keys are wanted, to point at both.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        with_snippet: false,
    };
    match serde_yaml::from_str_with_options::<Spanned<Yaml>>(text, options) {
        Ok(root) => Ok(node(text, root)),
        Err(error) => {
            let place = error.location();
            let place = place.map(|place| (place.line(), place.column()));
            let message = error.without_snippet().to_string();
            Err(not_yaml::explain(text, place, &message))
        }
    }
}

/// What the library makes of a value; the text of a number is not among it.
enum Yaml {
    Nothing,
    Text(String),
    Plain(ScalarKind),
    List(Vec<Spanned<Yaml>>),
    Table(Vec<(Spanned<String>, Spanned<Yaml>)>),
}

fn node(text: &str, yaml: Spanned<Yaml>) -> Node {
    let span = span(text, &yaml.defined);
    let value = match yaml.value {
        Yaml::Nothing => Value::Nothing,
        Yaml::Text(text) => Value::Scalar {
            text,
            kind: ScalarKind::Text,
        },
        Yaml::Plain(kind) => {
            let written = text.get(span.clone()).unwrap_or_default().trim().to_owned();
            Value::Scalar {
                text: written,
                kind,
            }
        }
        Yaml::List(items) => Value::List(items.into_iter().map(|item| node(text, item)).collect()),
        Yaml::Table(pairs) => Value::Table(
            pairs
                .into_iter()
                .map(|(key, value)| Pair {
                    key_span: self::span(text, &key.defined),
                    key: key.value,
                    value: node(text, value),
                })
                .collect(),
        ),
    };
    let span = match &value {
        // A block's own location is the blank before it.
        Value::List(items) if span.is_empty() => {
            items.first().map_or(span, |item| item.span.clone())
        }
        Value::Table(pairs) if span.is_empty() => {
            pairs.first().map_or(span, |pair| pair.key_span.clone())
        }
        _ => span,
    };
    Node { value, span }
}

/// Returns the bytes of a location, within the text whatever the library says.
fn span(text: &str, location: &Location) -> Range<usize> {
    let bytes = location.span();
    let at = |offset: Option<u64>| offset.and_then(|offset| usize::try_from(offset).ok());
    let start = at(bytes.byte_offset()).unwrap_or(0).min(text.len());
    let length = at(bytes.byte_len()).unwrap_or(0).min(text.len() - start);
    let part = text.get(start..start + length).unwrap_or_default();
    start..start + part.trim_end().len()
}

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(YamlVisitor)
    }
}

struct YamlVisitor;

impl<'de> Visitor<'de> for YamlVisitor {
    type Value = Yaml;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Yaml, E> {
        Ok(Yaml::Nothing)
    }

    fn visit_none<E>(self) -> Result<Yaml, E> {
        Ok(Yaml::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Yaml, D::Error> {
        Yaml::deserialize(deserializer)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Yaml, E> {
        Ok(Yaml::Plain(ScalarKind::Boolean))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Yaml, E> {
        Ok(Yaml::Plain(ScalarKind::Number))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Yaml, E> {
        Ok(Yaml::Plain(ScalarKind::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Yaml, E> {
        Ok(Yaml::Plain(ScalarKind::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Yaml, E> {
        Ok(Yaml::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Yaml, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Yaml::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Yaml, A::Error> {
        let mut table = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            table.push(pair);
        }
        Ok(Yaml::Table(table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(node: &Node) -> String {
        match &node.value {
            Value::Nothing => "~".to_owned(),
            Value::Scalar { text, kind } => format!("{text:?}{}", &format!("{kind:?}")[..1]),
            Value::List(items) => {
                format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" "))
            }
            Value::Table(pairs) => {
                let show = |pair: &Pair| format!("{}={}", pair.key, show(&pair.value));
                format!(
                    "{{{}}}",
                    pairs.iter().map(show).collect::<Vec<_>>().join(" ")
                )
            }
        }
    }

    fn read(text: &str) -> String {
        parse(text).map_or_else(|error| format!("{error:?}"), |node| show(&node))
    }

    #[test]
    fn keeps_scalars_as_written() {
        for (text, tree) in [
            (
                "a: 1.10\nb: no\nc: '1.10'\nd: 0x1F\ne: true\nf: 1_000\ng: \"x\\ty\"\n",
                r#"{a="1.10"N b="no"B c="1.10"T d="0x1F"N e="true"B f="1_000"N g="x\ty"T}"#,
            ),
            (
                "- 1.10 # comment\n- 007\n- 12e03",
                r#"["1.10"N "007"N "12e03"N]"#,
            ),
            ("", "~"),
            ("images:\n", "{images=~}"),
            (
                "a: &x {b: 1.10}\nc: *x\nd:\n  <<: *x\n",
                r#"{a={b="1.10"N} c={b="1.10"N} d={b="1.10"N}}"#,
            ),
            ("a: 1\na: 2\n1.10: x", r#"{a="1"N a="2"N 1.10="x"T}"#),
        ] {
            assert_eq!(read(text), tree);
        }
    }

    #[test]
    fn knows_where_things_are() {
        let text = "version: 1\nimages:\n  - 1.10\n  - {source: nginx}\n  - source: \"二\"\n";
        let root = parse(text).unwrap();
        let Value::Table(pairs) = &root.value else {
            panic!("{root:?}")
        };
        let Value::List(items) = &pairs[1].value.value else {
            panic!("{root:?}")
        };
        assert_eq!(&text[pairs[1].key_span.clone()], "images");
        let places: Vec<&str> = items.iter().map(|item| &text[item.span.clone()]).collect();
        assert_eq!(places, ["1.10", "{", "source"]);
        let Value::Table(last) = &items[2].value else {
            panic!("{root:?}")
        };
        assert_eq!(&text[last[0].value.span.clone()], "\"二\"");
    }

    #[test]
    fn says_where_it_is_not_yaml() {
        for (text, at, message) in [
            ("a:\n\tb: 1", "\t", "tab"),
            ("a: [1", "[", "unclosed bracket"),
            ("二:\n - 三: 四: 五", ":", "a `: ` stands"),
            ("t: {a: \"${A}\", b: ${B}}", "${B}", "`${B}` needs quotes"),
            ("a: \"x", "\"", "unclosed quote"),
            ("--- a\n--- b", "b", "second document"),
            ("*x", "*", "unknown anchor"),
            (&"- ".repeat(DEPTH_LIMIT + 2), "-", "too deep"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(&text[error.span.clone()], at, "{text}: {error:?}");
            assert!(
                error.message.english().contains(message),
                "{text}: {error:?}"
            );
        }
        let deep = "[".repeat(100_000);
        assert!(parse(&deep).is_err());
    }
}
