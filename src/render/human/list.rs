//! The desired set for people.

use std::fmt;
use std::iter;

use crate::plan::{Desired, Entry};
use crate::render::style::View;
use crate::render::units::counted;

use super::text::{Pad, Span, TextWriter};

/// Writes a line for each image, in columns.
pub fn list(desired: &Desired, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut text = TextWriter::new(view, out);
    let target = &desired.target;
    if desired.entries.is_empty() {
        return text.line(&[Span::plain(format!("no images for {target}"))]);
    }
    let head = ["SOURCE", "PLATFORMS", "TARGET", "DECLARED"].map(Span::plain);
    let rows: Vec<_> = iter::once(head)
        .chain(desired.entries.iter().map(cells))
        .collect();
    let widest = |column: usize| rows.iter().map(|row| row[column].width()).max();
    let widths = [0, 1, 2].map(|column| widest(column).unwrap_or(0) + 2);
    let [source, platforms, target_name] = widths.map(Pad::Left);
    let pads = [source, platforms, target_name, Pad::Left(0)];
    for row in rows {
        text.row(0, &row.into_iter().zip(pads).collect::<Vec<_>>())?;
    }
    text.blank()?;
    let images = counted(desired.entries.len(), "image");
    text.line(&[Span::plain(format!("{images} for {target}"))])
}

fn cells(entry: &Entry) -> [Span; 4] {
    let Entry {
        source,
        platforms,
        platforms_declared: _,
        target,
        origin,
        policy: _,
    } = entry;
    [
        source.to_string(),
        platforms.to_string(),
        target.to_string(),
        origin.to_string(),
    ]
    .map(Span::plain)
}
