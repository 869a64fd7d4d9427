//! YAML into [`Node`]s; the one file that knows the YAML library.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::options::DuplicateKeyPolicy;
use serde_yaml::{Location, Spanned};

use crate::model::Text;

use super::node::{Node, Pair, ScalarKind, SyntaxError, Value};

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
        Err(error) => Err(syntax_error(text, &error)),
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

fn syntax_error(text: &str, error: &serde_yaml::Error) -> SyntaxError {
    let at = error.location().map_or(0, |location| {
        offset(text, location.line(), location.column())
    });
    let line_start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let blank = line.len() - line.trim_start().len();
    if let Some(tab) = line[..blank].find('\t') {
        let at = line_start + tab;
        return SyntaxError {
            message: text!(
                "a tab begins this line, and YAML allows only spaces there",
                "这一行以制表符开头，YAML 在这里只允许空格"
            ),
            span: at..at + 1,
            help: Some(text!("use two spaces for each level", "每一级用两个空格")),
        };
    }
    if let Some(found) = unquoted_variable(line) {
        let name = &line[found.clone()];
        return SyntaxError {
            message: text!(
                "between braces or brackets `{name}` needs quotes: it has braces itself",
                "在花括号或方括号里，`{name}` 要加引号：它自己也有花括号"
            ),
            span: line_start + found.start..line_start + found.end,
            help: Some(text!("write `\"{name}\"`", "写成 `\"{name}\"`")),
        };
    }
    let message = error.without_snippet().to_string();
    // The library repeats the place in its message.
    let message = message.split(" at line ").next().unwrap_or(&message);
    let known = KNOWN.iter().find(|(part, _)| message.contains(part));
    let (message, help) = match known {
        Some((_, known)) => {
            let (better, help) = known(message);
            (better, Some(help))
        }
        None => (Text::verbatim(message), None),
    };
    let length = text[at..]
        .chars()
        .next()
        .filter(|c| *c != '\n')
        .map_or(0, char::len_utf8);
    SyntaxError {
        message: text!("this is not YAML: {message}", "这不是 YAML：{message}"),
        span: at..at + length,
        help,
    }
}

/// Finds a `${NAME}` that stands in a table or a list on one line, without quotes.
fn unquoted_variable(line: &str) -> Option<Range<usize>> {
    let mut quote = None;
    let mut open = 0_usize;
    for (at, c) in line.char_indices() {
        if let Some(end) = quote {
            quote = (c != end).then_some(end);
            continue;
        }
        match c {
            '"' | '\'' => quote = Some(c),
            '$' if open > 0 && line[at..].starts_with("${") => {
                let end = line[at..].find('}')?;
                return Some(at..at + end + 1);
            }
            '{' | '[' => open += 1,
            '}' | ']' => open = open.saturating_sub(1),
            '#' => return None,
            _ => {}
        }
    }
    None
}

/// Makes a plainer message of one of the library's, and says what to do.
type Plainer = fn(&str) -> (Text, Text);

/// Some of the library's messages, by a part of them.
const KNOWN: [(&str, Plainer); 6] = [
    ("did not find expected", |_| {
        (
            text!(
                "this line does not fit in with those above it",
                "这一行和上面几行对不上"
            ),
            text!(
                "look at its indentation: what belongs together begins in the same column",
                "检查缩进：同一级的内容从同一列开始"
            ),
        )
    }),
    ("mapping values are not allowed", |_| {
        (
            text!(
                "a `: ` stands where no key can be",
                "这里不能有键，却出现了 `: `"
            ),
            text!(
                "look at the indentation of this line; a text with `: ` in it needs quotes",
                "检查这一行的缩进；文本里有 `: ` 要加引号"
            ),
        )
    }),
    ("unclosed quote", |_| {
        (
            text!("unclosed quote", "引号没有闭合"),
            text!(
                "close the quote that is opened here",
                "把这里打开的引号闭合"
            ),
        )
    }),
    ("unclosed bracket", |message| {
        let bracket = message.split('\'').nth(1).unwrap_or_default();
        (
            text!("unclosed bracket '{bracket}'", "括号 `{bracket}` 没有闭合"),
            text!(
                "close the bracket that is opened here",
                "把这里打开的括号闭合"
            ),
        )
    }),
    ("multiple YAML documents", |_| {
        (
            text!("a second document begins here", "从这里开始是第二个文档"),
            text!(
                "a mirror file is one document: leave out the `---`",
                "mirror 文件只有一个文档：去掉 `---`"
            ),
        )
    }),
    ("budget breached", |_| {
        (
            text!("it is nested too deep, or too long", "嵌套太深，或者太长"),
            text!("a mirror file is five levels deep", "mirror 文件只有五级"),
        )
    }),
];

/// Returns the byte at a line and a column, both counted from 1, the column in characters.
fn offset(text: &str, line: u64, column: u64) -> usize {
    let lines = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let columns = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
    let start: usize = text.split_inclusive('\n').take(lines).map(str::len).sum();
    let line = text[start..].split('\n').next().unwrap_or_default();
    start
        + line
            .chars()
            .take(columns)
            .map(char::len_utf8)
            .sum::<usize>()
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
