//! The lines of a text that is read line by line, and bounds on them.

use std::ops::Range;
use std::sync::Arc;

use super::diagnostics::Diagnostic;
use super::files::Place;

/// How many lines an image list has at most: what each costs in memory is many times what it takes in a file.
pub(super) const MOST_LINES: usize = 1 << 20;
/// How many bytes of a line are looked at for what it may be.
const LONGEST_LINE: usize = 64 * 1024;

/// A line of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextLine<'a> {
    /// Counted from 1.
    pub(super) number: usize,
    /// The byte of the text at which it begins.
    pub(super) start: usize,
    /// Without its end and the blanks before that.
    pub(super) text: &'a str,
}

/// Hands out every line that is short enough to be looked at; a text of too many has none.
pub(super) fn each_line<'a>(
    file: &Arc<str>,
    text: &'a str,
    diagnostics: &mut Vec<Diagnostic>,
    mut read: impl FnMut(TextLine<'a>),
) {
    if let Some((end, _)) = text.match_indices('\n').nth(MOST_LINES) {
        diagnostics.push(too_long(file, end));
        return;
    }
    let mut start = 0;
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        let line = TextLine {
            number: index + 1,
            start,
            text: whole.trim_end(),
        };
        start += whole.len();
        if line.text.len() > LONGEST_LINE && !line.text.trim_start().starts_with('#') {
            diagnostics.push(long_line(file, &line));
        } else {
            read(line);
        }
    }
}

fn too_long(file: &Arc<str>, end: usize) -> Diagnostic {
    let message = text!(
        "this list has more than {MOST_LINES} lines",
        "这个列表超过 {MOST_LINES} 行"
    );
    Diagnostic::error("too-many-lines", message)
        .at(place(file, end, &(0..0)))
        .help(text!(
            "divide it, and let each part be a mirror file's of its own",
            "把它分开，每一份由一个 mirror 文件包含"
        ))
}

fn long_line(file: &Arc<str>, line: &TextLine<'_>) -> Diagnostic {
    let first = line.text.chars().next().map_or(0, char::len_utf8);
    let message = text!(
        "this line has {} bytes, and is no image",
        "这一行有 {} 字节，不是镜像",
        line.text.len()
    );
    Diagnostic::error("long-line", message)
        .at(place(file, line.start, &(0..first)))
        .help(text!(
            "write one image a line, such as `nginx:1.27`",
            "一行写一个镜像，如 `nginx:1.27`"
        ))
}

/// Makes a place of a part of a line that begins at byte `start` of the file.
pub(super) fn place(file: &Arc<str>, start: usize, span: &Range<usize>) -> Place {
    Place {
        file: Arc::clone(file),
        span: start + span.start..start + span.end,
    }
}
