//! What differs inside an image, for people.

use std::fmt;

use crate::diff::ImageDiff;
use crate::model::Failure;
use crate::render::inputs::Compared;
use crate::render::style::{Tone, View};
use crate::render::words::diff::{self, Line, Sign, sides};

use super::text::{Span, TextWriter};

/// An image has no more lines than this.
const MOST_LINES: usize = 40;

/// Returns the line that sums a difference up, and the lines below it, each with how much deeper it stands.
pub(super) fn lines_of(diff: &Result<ImageDiff, Failure>) -> Vec<(usize, Vec<Span>)> {
    match diff {
        Err(why) => vec![(0, vec![Span::plain(diff::unreadable(why))])],
        Ok(diff) => {
            let summary = vec![Span::new(Tone::Strong, diff::summary(diff))];
            let lines = diff::lines(diff, MOST_LINES);
            let lines = lines.iter().map(|line| (depth(line), spans(line)));
            [(0, summary)].into_iter().chain(lines).collect()
        }
    }
}

/// Returns how much deeper a line stands that belongs to another one.
fn depth(line: &Line) -> usize {
    if line.is_below { 2 } else { 0 }
}

fn spans(line: &Line) -> Vec<Span> {
    let (sign, tone) = match line.sign {
        Sign::Both => return vec![Span::plain(&line.text)],
        Sign::Before => ("-", Tone::Bad),
        Sign::After => ("+", Tone::Good),
    };
    vec![Span::new(tone, sign), Span::plain(&line.text)]
}

/// Writes what differs between two references.
pub fn diff(compared: &Compared<'_>, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let diff = compared.diff;
    let mut text = TextWriter::new(view, out);
    let [before, after] = sides(compared);
    for (tone, sign, side) in [(Tone::Bad, "-", before), (Tone::Good, "+", after)] {
        text.line(&[Span::new(tone, sign), Span::plain(side)])?;
    }
    text.blank()?;
    // The line that sums it up stands last, as in a plan.
    for line in diff::lines(diff, MOST_LINES) {
        text.flow(2 + depth(&line), &spans(&line))?;
    }
    if !diff.is_same() {
        text.blank()?;
    }
    text.flow(0, &[Span::new(Tone::Strong, diff::summary(diff))])
}
