//! A list or a table in brackets, as YAML's flow style and TOML have it: where its parts stand, and how one is put in
//! or taken out.

use std::ops::Range;

use crate::config::format::Format;

use super::line;

/// Where the parts of a list or a table in brackets stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Brackets {
    /// The opening bracket.
    pub(super) open: usize,
    /// The closing one.
    pub(super) close: usize,
    /// The parts, without the blanks and comments around them.
    pub(super) parts: Vec<Range<usize>>,
    /// The commas behind them: as many, or one less.
    commas: Vec<usize>,
}

impl Brackets {
    /// Finds the end of what opens at `open`, and what is in it; none where it does not close.
    pub(super) fn at(text: &str, open: usize, format: Format) -> Option<Self> {
        let mut found = Self {
            open,
            close: open,
            parts: vec![],
            commas: vec![],
        };
        let mut depth = 0;
        let mut part: Option<Range<usize>> = None;
        let mut at = open;
        while let Some(character) = text[at..].chars().next() {
            let mut end = at + character.len_utf8();
            let begins = part.as_ref().is_none_or(|part| part.end < at)
                || text[..at].ends_with(['[', '{', ',', ':', '=']);
            match character {
                '[' | '{' => depth += 1,
                ']' | '}' => depth -= 1,
                '#' if format == Format::Toml || text[..at].ends_with(char::is_whitespace) => {
                    at = line::end(text, at);
                    continue;
                }
                '"' | '\'' if begins || format == Format::Toml => {
                    end = string_end(text, at, format)?;
                }
                _ => {}
            }
            if depth == 0 {
                found.close = at;
                found.parts.extend(part);
                return Some(found);
            }
            if at == open || character.is_whitespace() {
            } else if depth == 1 && character == ',' {
                found.parts.push(part.take()?);
                found.commas.push(at);
            } else {
                let start = part.map_or(at, |part| part.start);
                part = Some(start..end);
            }
            at = end;
        }
        None
    }

    /// Returns the text with one more part behind the others.
    pub(super) fn put_in(&self, text: &str, part: &str) -> String {
        let Some(last) = self.parts.last() else {
            let below = line::end(text, self.open);
            if below > self.close {
                return line::replace(text, self.open + 1..self.open + 1, part);
            }
            let last = &text[line::start(text, self.close)..self.close];
            let blanks = last.len() - last.trim_start().len();
            return line::put_in(text, below, &format!("{}  {part}", &last[..blanks]));
        };
        let comma = self.commas.get(self.parts.len() - 1);
        let first = line::start(text, last.start);
        let indent = &text[first..last.start];
        let is_alone = first > self.open
            && indent.trim().is_empty()
            && line::start(text, self.close) > last.start;
        if !is_alone {
            return match comma {
                Some(comma) => line::replace(text, comma + 1..comma + 1, &format!(" {part},")),
                None => line::replace(text, last.end..last.end, &format!(", {part}")),
            };
        }
        // Behind the comment that may stand there.
        let end = line::end(text, comma.copied().unwrap_or(last.end));
        let own = format!("{indent}{part}{}", if comma.is_some() { "," } else { "" });
        let more = line::put_in(text, end, &own);
        match comma {
            Some(_) => more,
            None => line::replace(&more, last.end..last.end, ","),
        }
    }

    /// Returns the text without a part.
    pub(super) fn take_out(&self, text: &str, index: usize) -> Option<String> {
        let part = self.parts.get(index)?;
        let comma = self.commas.get(index).copied();
        let before = index.checked_sub(1).and_then(|at| self.commas.get(at));
        let end = comma.map_or(part.end, |comma| comma + 1);
        let lines = line::start(text, part.start)..line::end(text, end);
        let rest = text[end..lines.end].trim();
        let is_alone = lines.start > self.open
            && text[lines.start..part.start].trim().is_empty()
            && (rest.is_empty() || rest.starts_with('#'));
        let (span, comma_too) = match (comma, before) {
            _ if is_alone => (lines, before.filter(|_| comma.is_none())),
            (Some(_), _) => match self.parts.get(index + 1) {
                Some(next) if line::start(text, next.start) <= part.start => {
                    (part.start..next.start, None)
                }
                Some(_) => (text[..part.start].trim_end_matches(' ').len()..end, None),
                None => (before.map_or(part.start, |before| before + 1)..end, None),
            },
            (None, Some(before)) if line::start(text, part.start) <= *before => {
                (*before..part.end, None)
            }
            (None, before) => (part.clone(), before),
        };
        let less = line::replace(text, span, "");
        Some(match comma_too {
            Some(comma) => line::replace(&less, *comma..comma + 1, ""),
            None => less,
        })
    }
}

/// Returns the end of the string that begins with a quotation mark.
pub(super) fn string_end(text: &str, start: usize, format: Format) -> Option<usize> {
    let mark = text[start..].chars().next()?;
    let triple: String = std::iter::repeat_n(mark, 3).collect();
    let is_long = format == Format::Toml && text[start..].starts_with(&triple);
    let closing = if is_long { &triple } else { &triple[..1] };
    let mut at = start + closing.len();
    loop {
        let rest = text.get(at..)?;
        let next = rest.chars().next()?;
        if next == '\\' && mark == '"' {
            at += 1 + rest[1..].chars().next()?.len_utf8();
        } else if format == Format::Yaml && mark == '\'' && rest.starts_with("''") {
            at += 2;
        } else if rest.starts_with(closing) {
            at += closing.len();
            // Up to two more belong to what is quoted.
            let more = text[at..].chars().take_while(|c| is_long && *c == mark);
            return Some(at + more.count().min(2));
        } else {
            at += next.len_utf8();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, format: Format) -> (Brackets, Vec<&str>) {
        let brackets = Brackets::at(text, text.find(['[', '{']).unwrap(), format).unwrap();
        let parts = brackets.parts.iter().map(|part| &text[part.clone()]);
        let parts = parts.collect();
        (brackets, parts)
    }

    #[test]
    fn parts_are_found_whatever_is_around_them() {
        use Format::{Toml, Yaml};
        for (text, format, parts) in [
            ("a: []", Yaml, &[][..]),
            ("a: [ ]", Yaml, &[]),
            (
                "a: [b, \"c,]\", 'd'',' ]",
                Yaml,
                &["b", "\"c,]\"", "'d'','"],
            ),
            ("a: [\n b#x, # c, d]\n it's,\n]", Yaml, &["b#x", "it's"]),
            (
                "a: [{b: c, d: [e, f]}, g: h]",
                Yaml,
                &["{b: c, d: [e, f]}", "g: h"],
            ),
            ("a = [\"b\\\"]\",'c\\',]#x", Toml, &["\"b\\\"]\"", "'c\\'"]),
            (
                "a = [\"\"\"b,\"],\"\"\"\"\",1]",
                Toml,
                &["\"\"\"b,\"],\"\"\"\"\"", "1"],
            ),
            ("{ a = \"b\", c = [1] }", Toml, &["a = \"b\"", "c = [1]"]),
        ] {
            assert_eq!(found(text, format).1, parts, "{text}");
        }
        for open in ["[a", "[\"a]", "[a,,b]"] {
            assert_eq!(Brackets::at(open, 0, Format::Yaml), None, "{open}");
        }
    }

    #[test]
    fn what_is_put_in_can_be_taken_out() {
        for (text, more) in [
            ("[]", "[x]"),
            ("[ ]", "[x ]"),
            ("[\n]", "[\n  x\n]"),
            ("[ # 1\r\n # 2\r\n ]", "[ # 1\r\n   x\r\n # 2\r\n ]"),
            ("[a, b] # c", "[a, b, x] # c"),
            ("[ a,b, ]", "[ a,b, x, ]"),
            ("[\n  a, # 1\n  b, # 2\n]", "[\n  a, # 1\n  b, # 2\n  x,\n]"),
            (
                "[\r\n  a,\r\n  b # 2\r\n  # 3\r\n]\r\n",
                "[\r\n  a,\r\n  b, # 2\r\n  x\r\n  # 3\r\n]\r\n",
            ),
            ("[a,\n b]", "[a,\n b, x]"),
            ("[a,\n b\n]", "[a,\n b,\n x\n]"),
            ("[\n a, b\n]", "[\n a, b, x\n]"),
        ] {
            let (brackets, parts) = found(text, Format::Yaml);
            let put_in = brackets.put_in(text, "x");
            assert_eq!(put_in, more);
            let (brackets, all) = found(more, Format::Yaml);
            assert_eq!(all.len(), parts.len() + 1);
            let taken_out = brackets.take_out(more, parts.len());
            assert_eq!(taken_out.as_deref(), Some(text), "{more}");
        }
    }

    #[test]
    fn any_part_can_be_taken_out() {
        for (text, index, less) in [
            ("[a, b, c]", 0, "[b, c]"),
            ("[a, b, c]", 1, "[a, c]"),
            ("[a]", 0, "[]"),
            ("[a,]", 0, "[]"),
            ("[\n  a, # 1\n  b, # 2\n]", 0, "[\n  b, # 2\n]"),
            ("[\n  a # 1\n]", 0, "[\n]"),
            ("[a,\n b]", 0, "[\n b]"),
            ("[a, # 1\n b]", 1, "[a # 1\n ]"),
            ("[ # 0\n a, b, # 1\n c]", 1, "[ # 0\n a, # 1\n c]"),
        ] {
            let (brackets, _) = found(text, Format::Yaml);
            assert_eq!(brackets.take_out(text, index).as_deref(), Some(less));
        }
    }
}
