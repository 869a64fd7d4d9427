//! The lines of a text that is edited: where they begin and end, and how they end.

use std::ops::Range;

/// Returns the byte at which the line of a byte begins.
pub(super) fn start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Returns the byte behind the line of a byte, its end included.
pub(super) fn end(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |more| at + more + 1)
}

/// Returns what lines of this text end in: what its first does.
pub(super) fn ending(text: &str) -> &'static str {
    match text.find('\n') {
        Some(end) if text[..end].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Returns the lines that begin at `from` or behind it, each with its end.
pub(super) fn each(text: &str, from: usize) -> impl Iterator<Item = Range<usize>> {
    let mut at = from;
    text[from..].split_inclusive('\n').map(move |line| {
        at += line.len();
        at - line.len()..at
    })
}

/// Tells whether a line says nothing: blanks, or a comment.
pub(super) fn is_idle(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// Returns the text with `lines`, which have no line end behind them, put in where a line begins or the text ends.
pub(super) fn put_in(text: &str, at: usize, lines: &str) -> String {
    let (before, behind) = text.split_at(at);
    let ending = ending(text);
    // A text that does not end with a line end does not do so afterwards.
    if before.is_empty() || before.ends_with('\n') {
        format!("{before}{lines}{ending}{behind}")
    } else {
        format!("{before}{ending}{lines}{behind}")
    }
}

/// Returns the text without some whole lines.
pub(super) fn take_out(text: &str, lines: Range<usize>) -> String {
    let (mut before, behind) = (&text[..lines.start], &text[lines.end..]);
    if behind.is_empty() && !text.ends_with('\n') {
        before = before.strip_suffix('\n').unwrap_or(before);
        before = before.strip_suffix('\r').unwrap_or(before);
    }
    format!("{before}{behind}")
}

/// Returns the text with something else in a place of it.
pub(super) fn replace(text: &str, span: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..span.start], &text[span.end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_can_be_taken_out() {
        for (text, at, whole) in [
            ("", 0, "x\n"),
            ("a", 1, "a\nx"),
            ("a\n", 2, "a\nx\n"),
            ("a\r\nb", 4, "a\r\nb\r\nx"),
            ("a\r\n\r\n", 3, "a\r\nx\r\n\r\n"),
        ] {
            let more = put_in(text, at, "x");
            assert_eq!(more, whole);
            let place = more.find('x').unwrap();
            let lines = start(&more, place)..end(&more, place);
            assert_eq!(take_out(&more, lines), text);
        }
    }
}
