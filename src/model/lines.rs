//! Where the lines of a text begin, found once: looking again for each place takes too long in a large one.

/// The offsets at which the lines of a text begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineStarts(Vec<usize>);

impl LineStarts {
    /// Finds them.
    pub fn of(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = newlines.map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(starts).collect())
    }

    /// Returns the number of the line in which a byte stands, counted from 1, and where it begins.
    pub fn line_at(&self, offset: usize) -> (usize, usize) {
        let line = self.0.partition_point(|start| *start <= offset);
        (line, self.0[line - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_up_to_its_end() {
        let lines = LineStarts::of("a\n\nbc\n");
        let found = [0, 1, 2, 3, 4, 5, 6, 99].map(|offset| lines.line_at(offset));
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
        assert_eq!(LineStarts::of("").line_at(0), (1, 0));
    }
}
