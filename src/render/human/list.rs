//! The desired set for people.

use std::fmt;
use std::iter;

use crate::plan::{Desired, Entry, Family, Row};
use crate::render::style::{Tone, View};
use crate::render::units::{Noun, counted};
use crate::render::words::{short_reference, unsettled_families};

use super::items::comes_from;
use super::tags::rule;
use super::text::{Pad, Span, TextWriter};

/// Writes a line for each image, in columns.
pub fn list(desired: &Desired, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut text = TextWriter::new(view, out);
    let target = &desired.target;
    let entries: Vec<_> = desired.rows().map(Row::entry).collect();
    if entries.is_empty() {
        return text.line(&[Span::plain(tr!(
            "no images for {target}",
            "{target} 没有镜像"
        ))]);
    }
    let head = [
        tr_word!("SOURCE", "源"),
        tr_word!("PLATFORMS", "平台"),
        tr_word!("TARGET", "目标"),
        tr_word!("DECLARED", "声明"),
    ]
    .map(Span::plain);
    let rows: Vec<_> = iter::once(head)
        .chain(entries.iter().map(|entry| cells(entry)))
        .collect();
    let widest = |column: usize| rows.iter().map(|row| row[column].width()).max();
    let widths = [0, 1, 2].map(|column| widest(column).unwrap_or(0) + 2);
    let [source, platforms, target_name] = widths.map(Pad::Left);
    let pads = [source, platforms, target_name, Pad::Left(0)];
    let whole: usize = widths.iter().sum::<usize>() + widest(3).unwrap_or(0);
    if whole > view.width {
        for entry in entries {
            stacked(&mut text, entry)?;
        }
    } else {
        for row in rows {
            text.row(0, &row.into_iter().zip(pads).collect::<Vec<_>>())?;
        }
    }
    text.blank()?;
    let images = counted(desired.entries.len(), Noun::Image);
    text.line(&[Span::plain(tr!(
        "{images} for {target}",
        "{images}，放到 {target}"
    ))])?;
    for line in unsettled_families(desired) {
        text.flow(0, &[Span::plain(line)])?;
    }
    for family in &desired.families {
        steps(&mut text, family)?;
    }
    Ok(())
}

/// Writes what each rule of a family took and dropped, where the registry was asked.
fn steps(text: &mut TextWriter<'_>, family: &Family) -> fmt::Result {
    let Some(account) = &family.account else {
        return Ok(());
    };
    text.blank()?;
    let (source, all) = (family.repository(), counted(account.listed, Noun::Tag));
    text.flow(0, &[Span::plain(tr!("{source}: {all}", "{source}：{all}"))])?;
    account.rules.iter().try_for_each(|told| rule(text, told))
}

/// Writes an image over several lines, as a plan does: columns would not fit.
fn stacked(text: &mut TextWriter<'_>, entry: &Entry) -> fmt::Result {
    text.line(&[Span::new(Tone::Strong, entry.target.to_string())])?;
    text.flow(
        4,
        &comes_from(&entry.source, &entry.platforms, &entry.origin),
    )
}

fn cells(entry: &Entry) -> [Span; 4] {
    let Entry {
        source,
        platforms,
        platforms_declared: _,
        target,
        origin,
        policy: _,
        immutable: _,
        min_age: _,
        verify: _,
    } = entry;
    [
        short_reference(source),
        platforms.to_string(),
        target.to_string(),
        origin.to_string(),
    ]
    .map(Span::plain)
}
