//! Lines for a terminal: cleaned, coloured, wrapped.

use std::fmt;

use unicode_width::UnicodeWidthStr as _;

use crate::render::sanitize::excerpt;
use crate::render::style::{Tone, View};

use super::breaks::{is_blank_between, pieces};

/// A piece of text in one tone; whatever it holds is harmless.
#[derive(Debug, Clone)]
pub(super) struct Span {
    tone: Tone,
    text: String,
    /// Whether it is a name, which is never broken.
    is_name: bool,
}

impl Span {
    pub(super) fn new(tone: Tone, text: impl AsRef<str>) -> Self {
        let text = excerpt(text.as_ref());
        Self {
            tone,
            text,
            is_name: false,
        }
    }

    /// Makes a span of a name whose letters no line may part.
    pub(super) fn name(tone: Tone, text: impl AsRef<str>) -> Self {
        Self {
            is_name: true,
            ..Self::new(tone, text)
        }
    }

    /// Returns what begins behind the label of an advice.
    pub(super) fn hint(advice: impl AsRef<str>) -> [Self; 2] {
        let label = Self::new(Tone::Hint, tr_word!("hint:", "提示："));
        [label, Self::plain(advice)]
    }

    pub(super) fn plain(text: impl AsRef<str>) -> Self {
        Self::new(Tone::Plain, text)
    }

    pub(super) fn faint(text: impl AsRef<str>) -> Self {
        Self::new(Tone::Faint, text)
    }

    pub(super) fn width(&self) -> usize {
        self.text.width()
    }
}

/// Where lines are written: the one place from which control characters reach a terminal.
pub(super) struct TextWriter<'a> {
    view: View,
    out: &'a mut dyn fmt::Write,
}

impl<'a> TextWriter<'a> {
    pub(super) fn new(view: &View, out: &'a mut dyn fmt::Write) -> Self {
        Self { view: *view, out }
    }

    pub(super) fn blank(&mut self) -> fmt::Result {
        self.out.write_char('\n')
    }

    /// Writes spans one after the other, each padded to its column, and ends the line.
    pub(super) fn row(&mut self, indent: usize, cells: &[(Span, Pad)]) -> fmt::Result {
        let mut owed = indent;
        for (span, pad) in cells {
            let (before, after) = pad.around(span.width());
            owed += before;
            if !span.text.is_empty() {
                write!(self.out, "{:owed$}", "")?;
                self.write(span.tone, &span.text)?;
                owed = 0;
            }
            owed += after;
        }
        self.blank()
    }

    /// Writes spans on one line, however long it gets.
    pub(super) fn line(&mut self, spans: &[Span]) -> fmt::Result {
        let mut before = "";
        for span in spans {
            if is_blank_between(before, &span.text) {
                self.out.write_char(' ')?;
            }
            self.write(span.tone, &span.text)?;
            before = &span.text;
        }
        self.blank()
    }

    /// Writes spans as one sentence: its words flow over as many lines as it takes, each
    /// `indent` deep. Words are never broken, nor is what stands between backticks, so that names
    /// and commands can be copied whole.
    pub(super) fn flow(&mut self, indent: usize, spans: &[Span]) -> fmt::Result {
        self.flow_behind(false, indent, spans)
    }

    /// Writes spans, each padded to its column, and behind them a sentence that flows below its own beginning,
    /// `indent` deep.
    pub(super) fn entry(
        &mut self,
        indent: usize,
        cells: &[(Span, Pad)],
        sentence: &[Span],
    ) -> fmt::Result {
        for (span, pad) in cells {
            let (before, after) = pad.around(span.width());
            write!(self.out, "{:before$}", "")?;
            self.write(span.tone, &span.text)?;
            write!(self.out, "{:after$}", "")?;
        }
        self.flow_behind(true, indent, sentence)
    }

    /// Does the same where something may stand on the line, `indent` wide.
    fn flow_behind(&mut self, mut behind: bool, indent: usize, spans: &[Span]) -> fmt::Result {
        let (mut column, mut before) = (0, "");
        for span in spans {
            let mut run = String::new();
            for piece in pieces(&span.text, before, span.is_name) {
                let (width, gap) = (piece.text.width(), usize::from(piece.has_blank));
                // What does not fit on a line of its own gains nothing from one.
                let fits =
                    column + gap + width <= self.view.width || indent + width > self.view.width;
                if std::mem::take(&mut behind) {
                    column = indent;
                } else if column > 0 && fits {
                    run.push_str(&" "[..gap]);
                    column += gap;
                } else {
                    self.write(span.tone, &run)?;
                    run.clear();
                    if column > 0 {
                        self.blank()?;
                    }
                    write!(self.out, "{:indent$}", "")?;
                    column = indent;
                }
                run.push_str(piece.text);
                column += width;
            }
            self.write(span.tone, &run)?;
            before = if span.text.is_empty() {
                before
            } else {
                &span.text
            };
        }
        self.blank()
    }

    fn write(&mut self, tone: Tone, text: &str) -> fmt::Result {
        if text.is_empty() {
            return Ok(());
        }
        let text = self.view.signs.shown(text);
        write!(self.out, "{}", self.view.style.paint(tone, text))
    }
}

/// Which side of a cell is filled up.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pad {
    /// The text stands left in this many columns.
    Left(usize),
    /// The text stands right in this many columns.
    Right(usize),
}

impl Pad {
    fn around(self, width: usize) -> (usize, usize) {
        match self {
            Self::Left(column) => (0, column.saturating_sub(width)),
            Self::Right(column) => (column.saturating_sub(width), 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::style::Style;

    fn flowed(width: usize, spans: &[Span]) -> String {
        let mut text = String::new();
        let view = View {
            width,
            ..View::default()
        };
        TextWriter::new(&view, &mut text).flow(2, spans).unwrap();
        text
    }

    #[test]
    fn sentences_flow_and_names_stay_whole() {
        let spans = [
            Span::plain("one two"),
            Span::faint("docker.io/library/nginx:1.27 end"),
        ];
        assert_eq!(
            flowed(32, &spans),
            "  one two\n  docker.io/library/nginx:1.27\n  end\n"
        );
        assert_eq!(
            flowed(14, &spans),
            "  one two docker.io/library/nginx:1.27\n  end\n"
        );
        assert_eq!(
            flowed(80, &spans),
            "  one two docker.io/library/nginx:1.27 end\n"
        );
    }

    #[test]
    fn commands_stay_whole_as_far_as_they_can_be_told() {
        let span = |text| [Span::plain(text)];
        assert_eq!(
            flowed(12, &span("run `a b c` now")),
            "  run\n  `a b c`\n  now\n"
        );
        assert_eq!(flowed(12, &span("run `a b c now")), "  run `a b c\n  now\n");
    }

    #[test]
    fn chinese_letters_are_two_columns_wide() {
        assert_eq!(flowed(8, &[Span::plain("镜像 列表")]), "  镜像\n  列表\n");
        assert_eq!(flowed(11, &[Span::plain("镜像 列表")]), "  镜像 列表\n");
    }

    #[test]
    fn rows_have_no_blanks_at_their_end() {
        let mut text = String::new();
        let cells = |texts: [&str; 3]| {
            let pads = [Pad::Left(4), Pad::Right(5), Pad::Left(9)];
            texts
                .map(Span::plain)
                .into_iter()
                .zip(pads)
                .collect::<Vec<_>>()
        };
        let mut page = TextWriter::new(&View::default(), &mut text);
        page.row(1, &cells(["ab", "3", "x"])).unwrap();
        page.row(1, &cells(["ab", "", ""])).unwrap();
        page.row(1, &cells(["ab", "", "x"])).unwrap();
        assert_eq!(text, " ab      3x\n ab\n ab       x\n");
    }

    #[test]
    fn colour_never_spans_lines_and_input_cannot_bring_its_own() {
        let view = View {
            style: Style::COLOURED,
            width: 8,
            ..View::default()
        };
        let mut text = String::new();
        let span = Span::new(Tone::Bad, "a\u{1b}[0mb ccccc");
        TextWriter::new(&view, &mut text).flow(0, &[span]).unwrap();
        assert_eq!(
            text,
            "\u{1b}[1;31ma\\u{1b}[0mb\u{1b}[0m\n\u{1b}[1;31mccccc\u{1b}[0m\n"
        );
    }
}
