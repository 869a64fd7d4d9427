//! The desired set in Markdown.

use std::fmt;

use crate::plan::Desired;
use crate::render::units::counted;

use super::escape::code;

/// Writes a table with a row for each image.
pub fn list(desired: &Desired, out: &mut dyn fmt::Write) -> fmt::Result {
    let images = counted(desired.entries.len(), "image");
    writeln!(out, "{images} for {}", code(&desired.target.to_string()))?;
    if desired.entries.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n| source | platforms | target | declared |\n| --- | --- | --- | --- |"
    )?;
    for entry in &desired.entries {
        let [source, target, declared] = [
            entry.source.to_string(),
            entry.target.to_string(),
            entry.origin.to_string(),
        ]
        .map(|cell| code(&cell));
        let platforms = &entry.platforms;
        writeln!(out, "| {source} | {platforms} | {target} | {declared} |")?;
    }
    Ok(())
}
