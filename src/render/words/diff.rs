//! The words for what differs inside an image: one line that sums it up, and a block of lines.

use crate::diff::{EditKind, ImageDiff, Layers, LayersDiff, PlatformDiff, Setting, SettingChange};
use crate::model::{Digest, Failure, cut};
use crate::render::inputs::Compared;
use crate::render::sanitize::excerpt;
use crate::render::units::{bytes, counted};

/// Longer lines are cut.
const LONGEST_LINE: usize = 200;
/// More platforms are counted alone where they stand in one line.
const MOST_NAMES: usize = 8;

/// A line of a block; whatever it holds is harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which side it is about.
    pub sign: Sign,
    /// What it says.
    pub text: String,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Both sides.
    Both,
    /// What was there before alone.
    Before,
    /// What is there after alone.
    After,
}

impl Line {
    fn new(sign: Sign, text: impl AsRef<str>) -> Self {
        let text = cut(&excerpt(text.as_ref()), LONGEST_LINE).into_owned();
        Self { sign, text }
    }
}

/// Says in one line what differs: `1.27.1 → 1.27.2, +3.1 MiB, 2 of 7 layers new`.
pub fn summary(diff: &ImageDiff) -> String {
    if diff.is_same() {
        return "identical".to_owned();
    }
    let mut parts = vec![];
    if diff.version_before != diff.version_after {
        let version = |version: &Option<String>| {
            let text = version.as_deref().unwrap_or("no version");
            Line::new(Sign::Both, text.chars().take(40).collect::<String>()).text
        };
        let (before, after) = (version(&diff.version_before), version(&diff.version_after));
        parts.push(format!("{before} → {after}"));
    }
    parts.push(growth(&diff.layers));
    let LayersDiff { kept, added, .. } = &diff.layers;
    let (new, all) = (
        added.digests.len(),
        added.digests.len() + kept.digests.len(),
    );
    parts.push(format!("{new} of {} new", counted(all, "layer")));
    for (platforms, word) in [
        (&diff.platforms_gained, "gained"),
        (&diff.platforms_lost, "lost"),
    ] {
        if !platforms.is_empty() {
            parts.push(format!("{} {word}", counted(platforms.len(), "platform")));
        }
    }
    parts.join(", ")
}

fn growth(layers: &LayersDiff) -> String {
    let growth = layers.growth();
    let amount = bytes(u64::try_from(growth.unsigned_abs()).unwrap_or(u64::MAX));
    match growth.signum() {
        0 => "same size".to_owned(),
        1 => format!("+{amount}"),
        _ => format!("-{amount}"),
    }
}

/// Says that a difference could not be read.
pub fn unreadable(why: &Failure) -> String {
    format!("what differs inside cannot be read: {why}")
}

/// Returns what differs, in at most `most` lines.
pub fn lines(diff: &ImageDiff, most: usize) -> Vec<Line> {
    let mut lines = vec![];
    if diff.is_same() {
        return lines;
    }
    let platform = |sign| move |name: &String| Line::new(sign, format!("platform {name}"));
    lines.extend(diff.platforms_lost.iter().map(platform(Sign::Before)));
    lines.extend(diff.platforms_gained.iter().map(platform(Sign::After)));
    let mut groups: Vec<Vec<&PlatformDiff>> = vec![];
    for platform in &diff.platforms {
        match groups
            .iter_mut()
            .find(|group| same_settings(group[0], platform))
        {
            Some(group) => group.push(platform),
            None => groups.push(vec![platform]),
        }
    }
    for group in groups {
        lines.extend(group_lines(&group));
    }
    if diff.platforms_unchanged > 0 {
        let text = format!(
            "{} unchanged",
            counted(diff.platforms_unchanged, "platform")
        );
        lines.push(Line::new(Sign::Both, text));
    }
    if lines.len() > most {
        let more = lines.len() - (most - 1);
        lines.truncate(most - 1);
        lines.push(Line::new(
            Sign::Both,
            format!("… and {} more", counted(more, "line")),
        ));
    }
    lines
}

/// Tells whether the same settings differ in the same way, as they do for most images.
fn same_settings(one: &PlatformDiff, other: &PlatformDiff) -> bool {
    let of = |platform: &PlatformDiff| (platform.settings_compared, platform.settings_left_out);
    of(one) == of(other) && one.settings == other.settings
}

fn group_lines(group: &[&PlatformDiff]) -> Vec<Line> {
    let both = |text: String| Line::new(Sign::Both, text);
    let mut names: Vec<_> = group
        .iter()
        .map(|of| match of.platform.as_str() {
            "-" => "unknown platform",
            known => known,
        })
        .take(MOST_NAMES)
        .collect();
    let more = format!("{} more", group.len().saturating_sub(MOST_NAMES));
    if group.len() > MOST_NAMES {
        names.push(&more);
    }
    let mut lines = vec![both(format!("{}:", names.join(", ")))];
    let first = group[0];
    lines.extend(first.settings.iter().flat_map(setting_lines));
    if first.settings_left_out > 0 {
        let count = counted(first.settings_left_out, "more setting");
        lines.push(both(format!("… and {count}")));
    }
    if !first.settings_compared {
        lines.push(both(
            "settings not compared: a config is too large, or none of an image".to_owned(),
        ));
    }
    for platform in group {
        let of = if group.len() == 1 {
            String::new()
        } else {
            format!(" of {}", platform.platform)
        };
        lines.push(both(format!("layers{of}: {}", layers(&platform.layers))));
    }
    lines
}

fn setting_lines(change: &SettingChange) -> impl Iterator<Item = Line> {
    let word = setting_word(change.setting);
    change.edits.iter().map(move |edit| {
        let sign = match edit.kind {
            EditKind::Removed => Sign::Before,
            EditKind::Added => Sign::After,
        };
        Line::new(
            sign,
            match &change.name {
                Some(name) => format!("{word} {name}={}", edit.text),
                None => format!("{word} {}", edit.text),
            },
        )
    })
}

fn setting_word(setting: Setting) -> &'static str {
    match setting {
        Setting::Created => "created",
        Setting::BaseImage => "base image",
        Setting::Entrypoint => "entrypoint",
        Setting::Command => "command",
        Setting::User => "user",
        Setting::WorkingDirectory => "working directory",
        Setting::ExposedPorts => "exposed port",
        Setting::Environment => "environment",
        Setting::Label => "label",
    }
}

fn layers(layers: &LayersDiff) -> String {
    let LayersDiff {
        kept,
        added,
        removed,
    } = layers;
    let part = |layers: &Layers, word: &str| {
        let count = layers.digests.len();
        (count > 0).then(|| format!("{count} {word} ({})", bytes(layers.bytes)))
    };
    let parts = [
        part(added, "added"),
        part(removed, "removed"),
        part(kept, "kept"),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return "none".to_owned();
    }
    parts.join(", ")
}

/// Returns the two references, each with the digest that it stands for.
pub fn sides(compared: &Compared<'_>) -> [String; 2] {
    let Compared {
        before,
        after,
        diff,
    } = compared;
    let [one, other] = Digest::short_pair(&diff.before.digest, &diff.after.digest);
    [(before, one), (after, other)].map(|(reference, digest)| {
        if reference.contains('@') {
            (*reference).to_owned()
        } else {
            format!("{reference} ({digest})")
        }
    })
}
