//! The desired set in Markdown.

use std::fmt;

use crate::plan::{Desired, Row};
use crate::render::units::{Noun, counted};
use crate::render::words::unsettled_families;

use super::escape::{code, prose};
use super::tags::rule;

/// Writes a table with a row for each image.
pub fn list(desired: &Desired, out: &mut dyn fmt::Write) -> fmt::Result {
    let images = counted(desired.entries.len(), Noun::Image);
    let target = code(&desired.target.to_string());
    write_tr!(out, "{images} for {target}\n", "{images}，放到 {target}\n")?;
    let entries: Vec<_> = desired.rows().map(Row::entry).collect();
    if entries.is_empty() {
        return Ok(());
    }
    write_tr!(
        out,
        "\n| source | platforms | target | declared |\n| --- | --- | --- | --- |\n",
        "\n| 源 | 平台 | 目标 | 声明 |\n| --- | --- | --- | --- |\n"
    )?;
    for entry in entries {
        let [source, target, declared] = [
            entry.source.to_string(),
            entry.target.to_string(),
            entry.origin.to_string(),
        ]
        .map(|cell| code(&cell));
        let platforms = &entry.platforms;
        writeln!(out, "| {source} | {platforms} | {target} | {declared} |")?;
    }
    for line in unsettled_families(desired) {
        writeln!(out, "\n{}", prose(&line))?;
    }
    for family in &desired.families {
        let Some(account) = &family.account else {
            continue;
        };
        let source = code(&family.repository().to_string());
        let all = counted(account.listed, Noun::Tag);
        write_tr!(out, "\n{source}: {all}\n", "\n{source}：{all}\n")?;
        for told in &account.rules {
            rule(told, out)?;
        }
    }
    Ok(())
}
