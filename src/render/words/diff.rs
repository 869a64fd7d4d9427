//! The words for what differs inside an image: one line that sums it up, and a block of lines.

use crate::diff::{EditKind, ImageDiff, Layers, LayersDiff, PlatformDiff, Setting, SettingChange};
use crate::model::{Digest, Failure, cut, listed};
use crate::render::inputs::Compared;
use crate::render::sanitize::excerpt;
use crate::render::units::{Noun, bytes, clauses, counted};

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
    /// Whether it belongs below the platforms that a line before it names.
    pub is_below: bool,
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
        Self {
            sign,
            text,
            is_below: false,
        }
    }
}

/// Says in one line what differs: `1.27.1 → 1.27.2, +3.1 MiB, 2 of 7 layers new`.
pub fn summary(diff: &ImageDiff) -> String {
    if diff.is_same() {
        return tr!("identical", "完全相同");
    }
    let mut parts = vec![];
    if diff.version_before != diff.version_after {
        let version = |version: &Option<String>| {
            let text = version
                .as_deref()
                .unwrap_or(tr_word!("no version", "没写版本"));
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
    let all = counted(all, Noun::Layer);
    parts.push(tr!("{new} of {all} new", "{all}里 {new} 层是新的"));
    let platforms = |of: &[String]| counted(of.len(), Noun::Platform);
    let (gained, lost) = (&diff.platforms_gained, &diff.platforms_lost);
    if !gained.is_empty() {
        parts.push(tr!("{} gained", "多了 {}", platforms(gained)));
    }
    if !lost.is_empty() {
        parts.push(tr!("{} lost", "少了 {}", platforms(lost)));
    }
    clauses(&parts)
}

fn growth(layers: &LayersDiff) -> String {
    let growth = layers.growth();
    let amount = bytes(u64::try_from(growth.unsigned_abs()).unwrap_or(u64::MAX));
    match growth.signum() {
        0 => tr!("same size", "大小不变"),
        1 => format!("+{amount}"),
        _ => format!("-{amount}"),
    }
}

/// Says that a difference could not be read.
pub fn unreadable(why: &Failure) -> String {
    tr!(
        "what differs inside cannot be read: {why}",
        "读不到里面有什么不同：{why}"
    )
}

/// Returns what differs, in at most `most` lines.
pub fn lines(diff: &ImageDiff, most: usize) -> Vec<Line> {
    let mut lines = vec![];
    if diff.is_same() {
        return lines;
    }
    let platform =
        |sign| move |name: &String| Line::new(sign, tr!("platform {name}", "平台 {name}"));
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
        let mut of_group = group_lines(&group);
        let below = of_group.iter_mut().skip(1);
        below.for_each(|line| line.is_below = true);
        lines.extend(of_group);
    }
    if diff.platforms_unchanged > 0 {
        let unchanged = counted(diff.platforms_unchanged, Noun::Platform);
        let text = tr!("{unchanged} unchanged", "{unchanged}没有变化");
        lines.push(Line::new(Sign::Both, text));
    }
    if lines.len() > most {
        let more = lines.len() - (most - 1);
        lines.truncate(most - 1);
        let more = counted(more, Noun::Line);
        lines.push(Line::new(
            Sign::Both,
            tr!("… and {more} more", "……还有 {more}"),
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
    let mut platforms: Vec<_> = group
        .iter()
        .map(|of| match of.platform.as_str() {
            "-" => tr!("unknown platform", "不明平台"),
            known => known.to_owned(),
        })
        .take(MOST_NAMES)
        .collect();
    let more = group.len().saturating_sub(MOST_NAMES);
    platforms.extend((more > 0).then(|| tr!("{more} more", "另外 {more} 个")));
    let mut lines = vec![both(tr!("{}:", "{}：", listed(platforms)))];
    let first = group[0];
    lines.extend(first.settings.iter().flat_map(setting_lines));
    if first.settings_left_out > 0 {
        let left_out = counted(first.settings_left_out, Noun::MoreSetting);
        lines.push(both(tr!("… and {left_out}", "……还有 {left_out}")));
    }
    if !first.settings_compared {
        lines.push(both(tr!(
            "settings not compared: a config is too large, or none of an image",
            "没有比较设置：有一份配置太大，或者不是镜像的"
        )));
    }
    for platform in group {
        let (name, layers) = (&platform.platform, layers(&platform.layers));
        lines.push(both(if group.len() == 1 {
            tr!("layers: {layers}", "层：{layers}")
        } else {
            tr!("layers of {name}: {layers}", "{name} 的层：{layers}")
        }));
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
        Setting::Created => tr_word!("created", "创建时间"),
        Setting::BaseImage => tr_word!("base image", "基础镜像"),
        Setting::Entrypoint => "entrypoint",
        Setting::Command => "command",
        Setting::User => tr_word!("user", "用户"),
        Setting::WorkingDirectory => tr_word!("working directory", "工作目录"),
        Setting::ExposedPorts => tr_word!("exposed port", "暴露的端口"),
        Setting::Environment => tr_word!("environment", "环境变量"),
        Setting::Label => "label",
    }
}

fn layers(layers: &LayersDiff) -> String {
    let LayersDiff {
        kept,
        added,
        removed,
    } = layers;
    let of = |layers: &Layers| {
        let count = layers.digests.len();
        (count > 0).then(|| (count, bytes(layers.bytes)))
    };
    let parts = [
        of(added).map(|(count, size)| tr!("{count} added ({size})", "新增 {count}（{size}）")),
        of(removed).map(|(count, size)| tr!("{count} removed ({size})", "去掉 {count}（{size}）")),
        of(kept).map(|(count, size)| tr!("{count} kept ({size})", "保留 {count}（{size}）")),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return tr!("none", "没有");
    }
    clauses(&parts)
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
