//! The desired set: what `list` answers.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Platforms;
use crate::plan::{Desired, Entry};

/// The version of [`List`]; the minor part grows with what is added, the major with what changes.
const FORMAT_VERSION: &str = "1.0";

/// What a registry should hold.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "pusher list")]
pub struct List {
    /// The version of this format.
    pub format_version: &'static str,
    /// Where the images go.
    pub target: ListTarget,
    /// The images, in the order of the files.
    pub images: Vec<ListImage>,
}

/// Where the images go.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Target")]
pub struct ListTarget {
    /// The registry's host.
    pub registry: String,
    /// The namespace below which every image goes, if there is one.
    pub namespace: Option<String>,
    /// What the registry accepts.
    pub profile: &'static str,
}

/// An image.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Image")]
pub struct ListImage {
    /// Where it comes from, fully written out.
    pub source: String,
    /// The platforms.
    pub platforms: ListPlatforms,
    /// Where it goes: `repository:tag` below the namespace.
    pub target: String,
    /// Where it was declared.
    pub origin: ListOrigin,
}

/// A list of platforms, or `all`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Platforms")]
pub enum ListPlatforms {
    /// Every platform that the source has.
    All(All),
    /// These platforms.
    Only(Vec<String>),
}

/// The word `all`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum All {
    /// Every platform that the source has.
    All,
}

/// Where an image was declared.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Origin")]
pub struct ListOrigin {
    /// The file, as it was named.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

impl List {
    /// Makes the list of a desired set.
    pub fn of(desired: &Desired) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            target: ListTarget {
                registry: desired.target.registry.clone(),
                namespace: desired.target.namespace.clone(),
                profile: desired.target.profile.kind.as_str(),
            },
            images: desired.entries.iter().map(ListImage::of).collect(),
        }
    }
}

impl ListImage {
    fn of(entry: &Entry) -> Self {
        Self {
            source: entry.source.to_string(),
            platforms: match &entry.platforms {
                Platforms::All => ListPlatforms::All(All::All),
                Platforms::Only(patterns) => {
                    ListPlatforms::Only(patterns.iter().map(ToString::to_string).collect())
                }
            },
            target: entry.target.to_string(),
            origin: ListOrigin {
                file: entry.origin.file.clone(),
                line: entry.origin.line,
            },
        }
    }
}

/// Writes the desired set as JSON.
pub fn json(desired: &Desired, out: &mut dyn fmt::Write) -> fmt::Result {
    let text = serde_json::to_string_pretty(&List::of(desired)).map_err(|_| fmt::Error)?;
    writeln!(out, "{text}")
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
        count(desired.entries.len()),
        desired.target
    )
}

/// Writes the desired set as a markdown table.
pub fn markdown(desired: &Desired, out: &mut dyn fmt::Write) -> fmt::Result {
    writeln!(
        out,
        "{} for `{}`",
        count(desired.entries.len()),
        desired.target
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
        let declared = declared.replace('|', "\\|");
        writeln!(
            out,
            "| `{source}` | {platforms} | `{target}` | {declared} |"
        )?;
    }
    Ok(())
}

fn columns(entry: &Entry) -> [String; 4] {
    [
        entry.source.to_string(),
        entry.platforms.to_string(),
        entry.target.to_string(),
        entry.origin.to_string(),
    ]
}

fn count(images: usize) -> String {
    match images {
        1 => "1 image".to_owned(),
        images => format!("{images} images"),
    }
}
