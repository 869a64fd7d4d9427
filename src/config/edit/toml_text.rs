//! Where the tables of a TOML file stand.

use std::ops::Range;

use crate::config::format::Format;

use super::brackets::string_end;
use super::line;

/// A table with a header of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// What stands in the brackets, without quotes.
    name: String,
    /// Whether it is one of several.
    is_item: bool,
    /// Its lines, from the header to the last line that says something.
    pub(super) lines: Range<usize>,
}

/// The lines of a TOML file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tables {
    /// The end of the last line with a key before the first header; 0 where there is none.
    pub(super) root_end: usize,
    tables: Vec<Table>,
}

impl Tables {
    /// Finds the tables; none in a text that is no TOML.
    pub(super) fn of(text: &str) -> Option<Self> {
        let mut found = Self {
            root_end: 0,
            tables: vec![],
        };
        let mut at = 0;
        while let Some(begin) = next(text, at) {
            let start = line::start(text, begin);
            if text[begin..].starts_with('[') {
                at = line::end(text, begin);
                let header = text[begin..at].split(']').next()?;
                let trimmed = header.trim_start_matches('[');
                found.tables.push(Table {
                    name: trimmed.trim().replace(['"', '\''], ""),
                    is_item: header.len() - trimmed.len() > 1,
                    lines: start..at,
                });
            } else {
                at = statement_end(text, begin)?;
                match found.tables.last_mut() {
                    Some(table) => table.lines.end = at,
                    None => found.root_end = at,
                }
            }
        }
        Some(found)
    }

    /// Returns the lines of each image: those of its header, and those of the tables in it.
    pub(super) fn images(&self) -> Vec<Range<usize>> {
        let mut images: Vec<Range<usize>> = vec![];
        let mut is_in = false;
        for table in &self.tables {
            if table.name == "images" && table.is_item {
                images.push(table.lines.clone());
                is_in = true;
            } else if let (true, Some(last)) = (
                is_in && table.name.starts_with("images."),
                images.last_mut(),
            ) {
                last.end = table.lines.end;
            } else {
                is_in = false;
            }
        }
        images
    }

    /// Returns the end of an image's own keys, before the tables in it.
    pub(super) fn own_end(&self, image: &Range<usize>) -> Option<usize> {
        let mut tables = self.tables.iter();
        let own = tables.find(|table| table.lines.start == image.start)?;
        Some(own.lines.end)
    }
}

/// Returns where something begins behind blanks and comments.
fn next(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += text[at..].find(|c: char| !c.is_whitespace())?;
        if !text[at..].starts_with('#') {
            return Some(at);
        }
        at = line::end(text, at);
    }
}

/// Returns the end of the line in which a key's value ends.
fn statement_end(text: &str, from: usize) -> Option<usize> {
    let (mut at, mut depth) = (from, 0);
    while let Some(character) = text[at..].chars().next() {
        match character {
            '"' | '\'' => {
                at = string_end(text, at, Format::Toml)?;
                continue;
            }
            '#' => {
                at = line::end(text, at);
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            '\n' if depth == 0 => return Some(at + 1),
            _ => {}
        }
        at += character.len_utf8();
    }
    Some(at)
}

/// Returns the text with a table of an image behind the others.
pub(super) fn put_in(text: &str, images: &[Range<usize>], pairs: &[String]) -> Option<String> {
    let last = images.last()?;
    let ending = line::ending(text);
    // Set apart by an empty line, unless there is one that is not.
    let is_tight = |image: &Range<usize>| {
        let before = text[..image.start].lines().next_back();
        before.is_some_and(|before| !line::is_idle(before))
    };
    let apart = if images.iter().any(is_tight) {
        ""
    } else {
        ending
    };
    let own = format!("{apart}[[images]]{ending}{}", pairs.join(ending));
    Some(line::put_in(text, last.end, &own))
}

/// Returns the text without an image's table, and without the empty line before it.
pub(super) fn take_out(text: &str, image: &Range<usize>) -> String {
    let before = line::start(text, image.start.saturating_sub(1));
    let is_apart = before < image.start && text[before..image.start].trim().is_empty();
    let start = if is_apart { before } else { image.start };
    line::take_out(text, start..image.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_with_the_tables_in_them() {
        let text = "a = [ # ]\n  1,\n]\nb = \"\"\"\n[[images]]\n\"\"\" # x\n\n[target]\nregistry='r'\n# c\n\
                    [[images]] # one\nsource = \"[[images]]\"\n[[images.select]]\nglob = \"*\"\n\n# two\n\
                    [[ \"images\" ]]\nsource = 'b'\n\n# end\n[registries.\"a]\"]\n";
        let tables = Tables::of(text).unwrap();
        assert!(text[..tables.root_end].ends_with("# x\n"));
        let images = tables.images();
        let shown: Vec<_> = images.iter().map(|image| &text[image.clone()]).collect();
        assert_eq!(
            shown,
            [
                "[[images]] # one\nsource = \"[[images]]\"\n[[images.select]]\nglob = \"*\"\n",
                "[[ \"images\" ]]\nsource = 'b'\n"
            ]
        );
        let own = tables.own_end(&images[0]).unwrap();
        assert!(text[own..].starts_with("[[images.select]]"));
    }

    #[test]
    fn what_is_put_in_can_be_taken_out() {
        for (text, more) in [
            ("[[images]]\na=1", "[[images]]\na=1\n\n[[images]]\nx=1"),
            (
                "v=1\r\n\r\n[[images]]\r\na=1\r\n# c\r\n",
                "v=1\r\n\r\n[[images]]\r\na=1\r\n\r\n[[images]]\r\nx=1\r\n# c\r\n",
            ),
            (
                "[[images]]\na=1\n[[images]]\nb=1\n\n[z]\n",
                "[[images]]\na=1\n[[images]]\nb=1\n[[images]]\nx=1\n\n[z]\n",
            ),
        ] {
            let images = Tables::of(text).unwrap().images();
            let put = put_in(text, &images, &["x=1".to_owned()]).unwrap();
            assert_eq!(put, more);
            let images = Tables::of(more).unwrap().images();
            assert_eq!(take_out(more, images.last().unwrap()), text);
        }
    }
}
