//! Where things stand in YAML: what is behind a key, and the items of a list in block style.
//!
//! The reader knows where each key and each text begins. The dashes, the brackets and the ends are found here; what
//! is not laid out as expected is not found, and then nothing is changed.

use std::ops::Range;

use crate::config::format::Format;

use super::brackets::Brackets;
use super::line;

/// What stands behind a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Behind {
    /// Nothing, from this byte on.
    Nothing(usize),
    /// A list or a table in brackets.
    Brackets(Brackets),
    /// A list in block style.
    Block(Block),
    /// A name that stands for what is elsewhere.
    Alias(Range<usize>),
    /// Something else, which begins here.
    Other(usize),
}

/// A list in block style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// What stands before each dash.
    pub(super) indent: String,
    /// The items, each from the beginning of its first line to the end of its last one.
    pub(super) items: Vec<Range<usize>>,
}

/// Finds what stands behind the key that ends at `end`.
pub(super) fn behind(text: &str, end: usize) -> Option<Behind> {
    let column = end - line::start(text, end);
    let colon = end + text[end..].find(|c| c != ' ' && c != '\t')?;
    let begin = text[colon..].starts_with(':').then_some(colon + 1)?;
    let start = skip(text, begin);
    let own_line = line::start(text, start);
    let rest = &text[start..];
    let is_below = own_line > colon;
    let indent = &text[own_line..start];
    Some(match rest.chars().next() {
        None => Behind::Nothing(begin),
        Some('[' | '{') => Behind::Brackets(Brackets::at(text, start, Format::Yaml)?),
        Some('*') => Behind::Alias(start..start + word(rest)),
        _ if is_below && is_dash(rest) && indent.bytes().all(|b| b == b' ') => {
            Behind::Block(Block {
                indent: indent.to_owned(),
                items: items(text, own_line, indent.len()),
            })
        }
        // A key at the same depth or outside of it, or the end of the document.
        _ if is_below && indent.len() < column => Behind::Nothing(begin),
        _ => Behind::Other(start),
    })
}

/// Returns where something begins behind blanks, comments, anchors and tags.
pub(super) fn skip(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = &text[at..];
        at += rest.len() - rest.trim_start().len();
        let rest = &text[at..];
        let is_free = text[..at].ends_with(char::is_whitespace);
        match rest.chars().next() {
            Some('#') if is_free => at = line::end(text, at),
            Some('&' | '!') => at += word(rest),
            _ => return at,
        }
    }
}

/// Returns how long a word is.
fn word(text: &str) -> usize {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}'));
    end.unwrap_or(text.len())
}

/// Tells whether an item of a list begins here.
fn is_dash(text: &str) -> bool {
    text.strip_prefix('-')
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

fn items(text: &str, from: usize, column: usize) -> Vec<Range<usize>> {
    let mut items: Vec<Range<usize>> = vec![];
    for lines in line::each(text, from) {
        let line = &text[lines.clone()];
        if line::is_idle(line) {
            continue;
        }
        let indent = line.len() - line.trim_start_matches(' ').len();
        match items.last_mut() {
            _ if indent == column && is_dash(&line[indent..]) => items.push(lines),
            Some(item) if indent > column => item.end = lines.end,
            _ => break,
        }
    }
    items
}

impl Block {
    /// Returns where what an item says begins.
    pub(super) fn inside(&self, text: &str, index: usize) -> Option<usize> {
        let item = self.items.get(index)?;
        let inside = skip(text, item.start + self.indent.len() + 1);
        (inside < item.end).then_some(inside)
    }

    /// Returns the text with one more item behind the others.
    pub(super) fn put_in(&self, text: &str, lines: &[String]) -> Option<String> {
        let last = self.items.last()?;
        Some(line::put_in(
            text,
            last.end,
            &item(text, &self.indent, lines),
        ))
    }

    /// Returns the text without an item.
    pub(super) fn take_out(&self, text: &str, index: usize) -> Option<String> {
        let item = self.items.get(index)?;
        Some(line::take_out(text, item.clone()))
    }
}

/// Writes an item of a list in block style.
pub(super) fn item(text: &str, indent: &str, lines: &[String]) -> String {
    let between = format!("{}{indent}  ", line::ending(text));
    format!("{indent}- {}", lines.join(&between))
}

/// Returns the end of the last line that says something in the document that a byte stands in, comments included.
pub(super) fn document_end(text: &str, at: usize) -> usize {
    let begin = line::start(text, at);
    let mut end = line::end(text, at);
    for lines in line::each(text, begin).skip(1) {
        let line = &text[lines.clone()];
        if line.starts_with("...") || line.starts_with("---") {
            break;
        }
        if !line.trim().is_empty() {
            end = lines.end;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_images(text: &str) -> Option<Behind> {
        behind(text, text.find("images").unwrap() + "images".len())
    }

    #[test]
    fn items_are_found_in_every_layout() {
        for (text, items) in [
            ("images:\n- a\n- b\nx: 1\n", &["- a\n", "- b\n"][..]),
            (
                "images: # c\n\n  # d\n  - a # e\n\n  # f\n  - b",
                &["  - a # e\n", "  - b"],
            ),
            (
                "images: &i\r\n  -\r\n    source: a\r\n  - &x {b: c,\r\n     d: e}\r\n  # end\r\n...\r\n- z\r\n",
                &[
                    "  -\r\n    source: a\r\n",
                    "  - &x {b: c,\r\n     d: e}\r\n",
                ],
            ),
            (
                "images:\n  - >-\n    a\n    - b\n  -\tc\n --- \n",
                &["  - >-\n    a\n    - b\n", "  -\tc\n"],
            ),
        ] {
            let Some(Behind::Block(block)) = of_images(text) else {
                panic!("{text}")
            };
            let found = block.items.iter().map(|item| &text[item.clone()]);
            assert_eq!(found.collect::<Vec<_>>(), items);
        }
    }

    #[test]
    fn what_is_no_block_is_told_apart() {
        assert_eq!(of_images("images:\n# c\nx: 1"), Some(Behind::Nothing(7)));
        assert_eq!(of_images("images:   # c"), Some(Behind::Nothing(7)));
        assert_eq!(of_images("images:\n...\n"), Some(Behind::Nothing(7)));
        assert_eq!(of_images("images: *a # c"), Some(Behind::Alias(8..10)));
        assert_eq!(of_images("images: ~\n"), Some(Behind::Other(8)));
        assert!(matches!(
            of_images("images: &a []"),
            Some(Behind::Brackets(_))
        ));
        assert!(matches!(
            of_images("images:\n  [a,\n  b]"),
            Some(Behind::Brackets(_))
        ));
        assert_eq!(of_images("images"), None);
    }
}
