//! A mirror's names in Markdown.

use std::fmt;

use crate::render::inputs::Mapped;
use crate::render::words::map as words;
use crate::render::words::platforms;

use super::escape::{code, prose};

/// Writes a table with a row for each image.
pub fn map(mapped: &Mapped<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let map = mapped.map;
    writeln!(out, "{}", prose(&words::map_summary(map, mapped.found)))?;
    let lines = [words::other_hosts(map), words::unsettled(map)];
    for line in lines.into_iter().flatten() {
        writeln!(out, "\n{}", prose(&line))?;
    }
    if map.images.is_empty() {
        return Ok(());
    }
    write_tr!(
        out,
        "\n| source | platforms | in the mirror | locked |",
        "\n| 源 | 平台 | 在目标里 | 锁定 |"
    )?;
    if mapped.found.is_some() {
        write_tr!(out, " found |", " 实际 |")?;
    }
    let columns = if mapped.found.is_some() { 5 } else { 4 };
    writeln!(out, "\n|{}", " --- |".repeat(columns))?;
    for (number, image) in map.images.iter().enumerate() {
        let [source, target] = [&image.source, &image.target].map(|name| code(&name.to_string()));
        let platforms = platforms(&image.platforms);
        let held = prose(&words::held(image));
        write!(out, "| {source} | {platforms} | {target} | {held} |")?;
        if let Some(found) = mapped.found(number) {
            let word = words::found_word(found);
            match words::found_reason(image, found) {
                Some(reason) => {
                    let reason = prose(&reason);
                    write_tr!(out, " {word}: {reason} |", " {word}：{reason} |")?;
                }
                None => write!(out, " {word} |")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
