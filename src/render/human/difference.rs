//! What differs between two texts of a file, for people.

use std::fmt;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use crate::render::sanitize;
use crate::render::style::{Style, Tone};

/// How many lines around a change are shown.
const AROUND: usize = 3;

/// A file that changes.
pub(super) struct Changed<'a> {
    pub(super) name: &'a str,
    pub(super) before: &'a str,
    pub(super) after: &'a str,
}

/// Writes the lines that go and come, each with the number of its place as in a patch.
pub(super) fn difference(
    file: &Changed<'_>,
    style: Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (lines(file.before), lines(file.after));
    let name = sanitize::line(file.name);
    writeln!(out, "{}", style.paint(Tone::Strong, format!("--- {name}")))?;
    writeln!(out, "{}", style.paint(Tone::Strong, format!("+++ {name}")))?;
    let changes = capture_diff_slices(Algorithm::Patience, &before, &after);
    for hunk in group_diff_ops(changes, AROUND) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
            continue;
        };
        let (old, new) = (
            first.old_range().start..last.old_range().end,
            first.new_range().start..last.new_range().end,
        );
        let place = |lines: std::ops::Range<usize>| match lines.len() {
            0 => format!("{},0", lines.start),
            1 => format!("{}", lines.start + 1),
            count => format!("{},{count}", lines.start + 1),
        };
        let head = format!("@@ -{} +{} @@", place(old), place(new));
        writeln!(out, "{}", style.paint(Tone::Hint, head))?;
        for change in &hunk {
            write_change(change, &before, &after, style, out)?;
        }
    }
    Ok(())
}

fn write_change(
    change: &DiffOp,
    before: &[String],
    after: &[String],
    style: Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let mut write = |sign: char, tone: Tone, lines: &[String]| {
        lines.iter().try_for_each(|line| {
            let line = format!("{sign}{}", sanitize::line(line));
            writeln!(out, "{}", style.paint(tone, line))
        })
    };
    let (old, new) = (change.old_range(), change.new_range());
    if change.tag() == DiffTag::Equal {
        return write(' ', Tone::Plain, &before[old]);
    }
    write('-', Tone::Bad, &before[old])?;
    write('+', Tone::Good, &after[new])
}
