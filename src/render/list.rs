//! The desired set: what `list` answers.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::{Desired, Entry};

use super::clean::clean;
use super::json::{self, FORMAT_VERSION, Origin, Platforms, Target};
use super::markdown::code;
use super::units::counted;

/// What a registry should hold.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "pusher list")]
pub struct List {
    /// The version of this format.
    pub format_version: &'static str,
    /// Where the images go.
    pub target: Target,
    /// The images, in the order of the files.
    pub images: Vec<Image>,
}

/// An image.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Image {
    /// Where it comes from, fully written out.
    pub source: String,
    /// The platforms.
    pub platforms: Platforms,
    /// Where it goes: `repository:tag` below the namespace.
    pub target: String,
    /// Where it was declared.
    pub origin: Origin,
}

impl From<&Desired> for List {
    fn from(desired: &Desired) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            target: (&desired.target).into(),
            images: desired.entries.iter().map(Image::from).collect(),
        }
    }
}

impl From<&Entry> for Image {
    fn from(entry: &Entry) -> Self {
        Self {
            source: entry.source.to_string(),
            platforms: (&entry.platforms).into(),
            target: entry.target.to_string(),
            origin: (&entry.origin).into(),
        }
    }
}

/// Writes the desired set as JSON.
pub fn json(desired: &Desired, out: &mut dyn fmt::Write) -> fmt::Result {
    json::write(&List::from(desired), out)
}

/// Writes the desired set for people: a line for each image, in columns.
pub fn human(desired: &Desired, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut rows = vec![["SOURCE", "PLATFORMS", "TARGET", "DECLARED"].map(str::to_owned)];
    rows.extend(desired.entries.iter().map(columns));
    if desired.entries.is_empty() {
        writeln!(out, "no images for {}", desired.target)?;
        return Ok(());
    }
    let mut widths = [0; 4];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for [source, platforms, target, declared] in &rows {
        let [first, second, third, _] = widths;
        writeln!(
            out,
            "{source:first$}  {platforms:second$}  {target:third$}  {declared}"
        )?;
    }
    writeln!(
        out,
        "\n{} for {}",
        counted(desired.entries.len(), "image"),
        desired.target
    )
}

/// Writes the desired set as a markdown table.
pub fn markdown(desired: &Desired, out: &mut dyn fmt::Write) -> fmt::Result {
    writeln!(
        out,
        "{} for {}",
        counted(desired.entries.len(), "image"),
        code(&desired.target.to_string())
    )?;
    if desired.entries.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n| source | platforms | target | declared |\n| --- | --- | --- | --- |"
    )?;
    for entry in &desired.entries {
        let [source, platforms, target, declared] = columns(entry);
        let [source, target, declared] = [source, target, declared].map(|cell| code(&cell));
        writeln!(out, "| {source} | {platforms} | {target} | {declared} |")?;
    }
    Ok(())
}

fn columns(entry: &Entry) -> [String; 4] {
    [
        entry.source.to_string(),
        entry.platforms.to_string(),
        entry.target.to_string(),
        clean(&entry.origin.to_string()),
    ]
}
