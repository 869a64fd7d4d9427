//! Makes text that came from a registry or a file harmless for whoever reads it.
//!
//! A tag, a media type or an error body can hold anything: sequences that move a terminal's
//! cursor, letters that turn the reading direction round, megabytes. Each such character is shown
//! by its number instead, so that it is still seen. So is what GitHub would obey in the log of a job:
//! `::command` where a line begins, after blanks too, and `##[command]` wherever it stands.

use crate::model::{cut, is_hidden};

/// Longer texts are cut: nobody reads more, and a hostile one must not flood a screen.
const LONGEST: usize = 1000;

/// Returns `text` on one line, with what could deceive or control a terminal written out, and cut where
/// nobody reads on.
pub fn excerpt(text: &str) -> String {
    line(&cut(text.trim(), LONGEST))
}

/// Returns `text` on one line, with what could deceive or control a terminal written out, whole.
pub fn line(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        match character {
            '\n' | '\r' | '\t' => {
                if !cleaned.ends_with(' ') {
                    cleaned.push(' ');
                }
            }
            hidden if is_hidden(hidden) || is_command(text, at) => {
                cleaned.extend(hidden.escape_unicode());
            }
            seen => cleaned.push(seen),
        }
    }
    cleaned
}

/// Returns `text` with each of its lines made harmless.
pub fn lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(line).collect();
    lines.join("\n")
}

/// Tells whether a command for GitHub begins there, wherever the text will be broken into lines.
pub(super) fn is_command(text: &str, at: usize) -> bool {
    let (before, rest) = text.split_at(at);
    let names = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic());
    let may_begin = || before.chars().next_back().is_none_or(char::is_whitespace);
    rest.starts_with("##[") || rest.strip_prefix("::").is_some_and(names) && may_begin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_would_not_be_seen() {
        for (hostile, shown) in [
            ("\u{1b}[2Jgone", "\\u{1b}[2Jgone"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\u{7}b\u{8}c\0\u{7f}", "a\\u{7}b\\u{8}c\\u{0}\\u{7f}"),
            ("safe\u{202e}exe.gpj", "safe\\u{202e}exe.gpj"),
            ("ng\u{200b}inx", "ng\\u{200b}inx"),
            ("two\r\nlines\tand more\n", "two lines and more"),
        ] {
            assert_eq!(excerpt(hostile), shown);
        }
    }

    #[test]
    fn shows_what_a_log_would_obey() {
        for (hostile, shown) in [
            ("::error::x", "\\u{3a}:error::x"),
            ("a\n ::set-env name=a::b", "a  \\u{3a}:set-env name=a::b"),
            ("a ##[error]b", "a \\u{23}#[error]b"),
            ("###[error]b", "#\\u{23}#[error]b"),
        ] {
            assert_eq!(excerpt(hostile), shown);
        }
        for text in ["::1", "std::fmt", "a::b c", "`::error::`", "## [a]"] {
            assert_eq!(excerpt(text), text);
        }
    }

    #[test]
    fn leaves_what_people_write() {
        for text in ["docker.io/library/nginx:1.27", "镜像.txt:3", "a `b` | c"] {
            assert_eq!(excerpt(text), text);
        }
    }

    #[test]
    fn cuts_what_nobody_reads() {
        assert_eq!(excerpt(&"x".repeat(LONGEST)).len(), LONGEST);
        let cut = excerpt(&"x".repeat(4 << 20));
        assert_eq!(cut.chars().count(), LONGEST + 1);
        assert!(cut.ends_with('…'));
    }
}
