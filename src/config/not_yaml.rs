//! Why a text is not YAML, in plainer words than the library's.

use std::ops::Range;

use crate::model::Text;

use super::node::SyntaxError;

/// Explains a message of the library's; `place` is the line and the column that it names.
pub(super) fn explain(text: &str, place: Option<(u64, u64)>, message: &str) -> SyntaxError {
    let at = place.map_or(0, |(line, column)| offset(text, line, column));
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
    // The library repeats the place in its message.
    let message = message.split(" at line ").next().unwrap_or(message);
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
