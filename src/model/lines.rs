//! Which line of a text a place is in: looking from the beginning for each place takes too long in a large one.

/// How many bytes of a text are looked through for one place.
const BLOCK: usize = 4096;

/// The lines of a text, as far as they are found again: what it takes is a small part of the text, however
/// short its lines are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineStarts(Vec<Line>);

/// A line's number, counted from 1, and the offset at which it begins.
type Line = (usize, usize);

impl LineStarts {
    /// Goes through a text.
    pub fn of(text: &str) -> Self {
        let mut line = (1, 0);
        let blocks = text.as_bytes().chunks(BLOCK).zip((0..).step_by(BLOCK));
        let begins = blocks.map(|(block, offset)| {
            let begin = line;
            line = behind(line, offset, block);
            begin
        });
        Self(begins.collect())
    }

    /// Returns the number of the line of `text`, of which these are the lines, in which a byte stands, counted
    /// from 1, and where it begins.
    pub fn line_at(&self, text: &str, offset: usize) -> (usize, usize) {
        let offset = offset.min(text.len());
        let block = (offset / BLOCK).min(self.0.len().saturating_sub(1));
        let Some(line) = self.0.get(block) else {
            return (1, 0);
        };
        let begin = block * BLOCK;
        let before = text.as_bytes().get(begin..offset).unwrap_or_default();
        behind(*line, begin, before)
    }
}

/// Returns the line behind some bytes that begin in `line`, at `offset`.
fn behind(line: Line, offset: usize, bytes: &[u8]) -> Line {
    let newlines = bytes.split(|byte| *byte == b'\n').count() - 1;
    match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(last) => (line.0 + newlines, offset + last + 1),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_up_to_its_end() {
        let text = "a\n\nbc\n";
        let lines = LineStarts::of(text);
        let found = [0, 1, 2, 3, 4, 5, 6, 99].map(|offset| lines.line_at(text, offset));
        let expected = [
            (1, 0),
            (1, 0),
            (2, 2),
            (3, 3),
            (3, 3),
            (3, 3),
            (4, 6),
            (4, 6),
        ];
        assert_eq!(found, expected);
        assert_eq!(LineStarts::of("").line_at("", 0), (1, 0));
    }

    #[test]
    fn lines_are_found_on_both_sides_of_every_block() {
        for line in ["\n", "a line\n", &("x".repeat(3 * BLOCK + 1) + "\n")] {
            let text = line.repeat(4 * BLOCK / line.len() + 3);
            let lines = LineStarts::of(&text);
            for offset in (0..text.len()).step_by(7).chain([text.len()]) {
                let before = &text[..offset];
                let number = before.matches('\n').count() + 1;
                let start = before.rfind('\n').map_or(0, |at| at + 1);
                assert_eq!(lines.line_at(&text, offset), (number, start), "{offset}");
            }
            assert!(lines.0.len() <= text.len() / BLOCK + 1);
        }
    }
}
