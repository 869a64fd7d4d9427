//! The words of the page, which its script puts where they belong: `{…}` is what it fills in.

use std::collections::BTreeMap;

use crate::model::Phrase;

/// A browser without scripts shows this alone.
pub(super) const NO_SCRIPT: Phrase = phrase!(
    "This page needs JavaScript to show its images: all of it is in this file, and it asks for nothing else. `pusher list` and `pusher drift` tell the same.",
    "这个页面要用 JavaScript 显示镜像：全部内容都在这个文件里，不会去取别的。`pusher list` 和 `pusher drift` 说的是同样的内容。"
);

/// What the page is called.
pub(super) const TITLE: Phrase = phrase!("Image mirror", "镜像同步");

/// What the page says, by the name that the script knows it by.
const WORDS: &[(&str, Phrase)] = &[
    ("title", TITLE),
    ("skip", phrase!("Skip to the images", "跳到镜像列表")),
    (
        "intro",
        phrase!(
            "What this mirror holds, where it comes from, and what to type to pull it.",
            "这里有哪些镜像、来自哪里、怎样拉取。"
        ),
    ),
    ("made", phrase!("As of {time}", "截至 {time}")),
    ("language", phrase!("中文", "English")),
    (
        "language-label",
        phrase!("Show this page in Chinese", "用英文显示这个页面"),
    ),
    (
        "theme-auto",
        phrase!("Theme: as the system", "外观：跟随系统"),
    ),
    ("theme-light", phrase!("Theme: light", "外观：浅色")),
    ("theme-dark", phrase!("Theme: dark", "外观：深色")),
    ("search", phrase!("Search images", "搜索镜像")),
    (
        "search-hint",
        phrase!("Name, source or digest", "名字、源或摘要"),
    ),
    ("states", phrase!("Show images that are", "只看这些镜像")),
    ("all", phrase!("All", "全部")),
    ("in-place", phrase!("In place", "就位")),
    ("missing", phrase!("Not there yet", "还没有")),
    ("drifted", phrase!("Drifted", "有漂移")),
    ("held", phrase!("Held back", "暂缓")),
    ("blocked", phrase!("Blocked", "拦下")),
    ("unknown", phrase!("Not known", "不清楚")),
    ("upstream-moved", phrase!("Moved upstream", "上游变了")),
    ("target-changed", phrase!("Changed here", "目标里被改了")),
    ("differs", phrase!("Differs", "两边不同")),
    (
        "source-missing",
        phrase!("Gone at the source", "源里没有了"),
    ),
    ("not-declared", phrase!("No longer declared", "已不再声明")),
    ("target", phrase!("Registry", "仓库")),
    ("every-target", phrase!("All registries", "所有仓库")),
    ("network", phrase!("Pull from", "从哪里拉取")),
    ("public", phrase!("Internet", "公网")),
    ("vpc", phrase!("VPC", "VPC 内网")),
    ("sort", phrase!("Sort by", "排序")),
    ("sort-file", phrase!("Order of the files", "文件里的顺序")),
    ("sort-name", phrase!("Name", "名字")),
    ("sort-state", phrase!("State", "状态")),
    ("sort-size", phrase!("Size", "大小")),
    ("sort-built", phrase!("Built", "构建时间")),
    ("sort-copied", phrase!("Last copied", "最近拷贝")),
    ("descending", phrase!("Reverse the order", "倒序")),
    ("reset", phrase!("Clear", "清除")),
    ("images", phrase!("Images", "镜像")),
    (
        "count",
        phrase!("{shown} of {all} images", "{all} 个镜像中的 {shown} 个"),
    ),
    ("count-all", phrase!("{all} images", "{all} 个镜像")),
    (
        "none",
        phrase!(
            "No image fits. Clear the search or choose other states.",
            "没有符合的镜像。清除搜索，或换一个状态。"
        ),
    ),
    (
        "empty",
        phrase!("No images are declared yet.", "还没有声明任何镜像。"),
    ),
    ("more", phrase!("Show more", "显示更多")),
    ("image", phrase!("Image", "镜像")),
    ("state", phrase!("State", "状态")),
    ("platforms", phrase!("Platforms", "平台")),
    ("size", phrase!("Size", "大小")),
    ("digest", phrase!("Digest", "摘要")),
    ("built", phrase!("Built", "构建于")),
    ("copied", phrase!("Last copied", "最近拷贝")),
    ("pull", phrase!("Pull", "拉取")),
    ("copy-pull", phrase!("Copy", "复制")),
    (
        "copy-pull-label",
        phrase!(
            "Copy the command that pulls {name}",
            "复制拉取 {name} 的命令"
        ),
    ),
    (
        "copy-digest-label",
        phrase!("Copy the digest of {name}", "复制 {name} 的摘要"),
    ),
    ("copied-now", phrase!("Copied", "已复制")),
    ("copied-said", phrase!("Copied: {text}", "已复制：{text}")),
    (
        "copy-failed",
        phrase!(
            "The browser did not let it be copied: {text}",
            "浏览器不让复制：{text}"
        ),
    ),
    (
        "details-label",
        phrase!("Details of {name}", "{name} 的详情"),
    ),
    ("by-tag", phrase!("By tag", "按标签")),
    (
        "by-digest",
        phrase!("By digest, which never changes", "按摘要，内容不会变"),
    ),
    ("source", phrase!("Source", "源")),
    ("should-be", phrase!("Should be", "应该是")),
    ("seen", phrase!("First seen", "第一次看到")),
    ("signed", phrase!("Signed", "签名")),
    ("overridden", phrase!("Taken before its time", "提前采用")),
    ("origin", phrase!("Declared in", "声明在")),
    (
        "held-until",
        phrase!(
            "{digest} is newer, and waits until {time} ({left})",
            "{digest} 更新，要等到 {time}（{left}）"
        ),
    ),
    (
        "held-open",
        phrase!(
            "{digest} is newer, and waits until the lock has known it long enough",
            "{digest} 更新，要等锁文件知道它足够久"
        ),
    ),
    (
        "not-pulled",
        phrase!("Not there yet: nothing to pull", "还没有，拉取不到"),
    ),
    ("copies", phrase!("Copied", "拷贝记录")),
    ("more-platforms", phrase!("{count} more", "另外 {count} 个")),
    (
        "changes",
        phrase!("What earlier runs changed", "以往运行改了什么"),
    ),
    (
        "no-changes",
        phrase!(
            "No earlier run left a record here.",
            "还没有以往运行的记录。"
        ),
    ),
    ("run-count", phrase!("{count} images", "{count} 个镜像")),
    ("run-one", phrase!("1 image", "1 个镜像")),
    (
        "run-more",
        phrase!("and {count} more", "另外还有 {count} 个"),
    ),
    (
        "run-older",
        phrase!(
            "{count} older runs are not shown.",
            "更早的 {count} 次运行没有列出。"
        ),
    ),
    ("new", phrase!("new", "新增")),
    (
        "source-was",
        phrase!("source {before} → {after}", "源 {before} → {after}"),
    ),
    ("commit", phrase!("commit {commit}", "提交 {commit}")),
    ("told", phrase!("About this page", "关于这个页面")),
    (
        "made-by",
        phrase!(
            "Made by `pusher page`. Nothing on this page was loaded from elsewhere.",
            "由 `pusher page` 生成。页面上没有任何内容取自别处。"
        ),
    ),
    ("now", phrase!("just now", "刚才")),
];

/// Returns what a group of images is called.
pub(super) fn group(name: &str) -> &'static str {
    let known = WORDS.iter().find(|(known, _)| *known == name);
    known.map_or("", |(_, phrase)| phrase.as_str())
}

/// Returns the words in English and in Chinese, by their names.
pub(super) fn all() -> BTreeMap<&'static str, [&'static str; 2]> {
    let both = |(name, phrase): &(&'static str, Phrase)| (*name, [phrase.english, phrase.chinese]);
    WORDS.iter().map(both).collect()
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::super::state::GROUPS;
    use super::*;

    /// Returns what stands between two texts, wherever it does.
    fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
        let pieces = text.split(before).skip(1);
        pieces
            .filter_map(|piece| piece.split(after).next())
            .collect()
    }

    #[test]
    fn the_script_groups_images_as_the_command_does() {
        let script = include_str!("page.js");
        let written = GROUPS.map(|(group, of)| {
            let of: Vec<_> = of
                .iter()
                .map(|state| format!("\"{}\"", state.as_str()))
                .collect();
            format!("{{ group: \"{group}\", of: [{}] }},", of.join(", "))
        });
        let lines = between(script, "const groups = [\n", "\n  ];");
        let lines: Vec<_> = lines[0].lines().map(str::trim).collect();
        assert_eq!(lines, written);
    }

    #[test]
    fn the_page_says_nothing_that_has_no_words_and_no_words_are_left_over() {
        let (page, script) = (include_str!("page.html"), include_str!("page.js"));
        let words = all();
        let named = between(page, "data-word=\"", "\"");
        let labelled = between(page, "data-label=\"", "\"");
        let hinted = between(page, "data-hint=\"", "\"");
        let said = between(script, "say(\"", "\"");
        let states = State::ALL.map(State::as_str);
        let groups = between(script, "group: \"", "\"");
        let used: Vec<&str> = [named, labelled, hinted, said, states.to_vec(), groups].concat();
        let missing: Vec<_> = used
            .iter()
            .filter(|name| !words.contains_key(*name))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        let is_idle = |name: &&&str| {
            let is_made = ["theme-", "sort-"]
                .iter()
                .any(|begin| name.starts_with(begin));
            !is_made && !used.contains(*name)
        };
        let idle: Vec<_> = words.keys().filter(is_idle).collect();
        assert!(idle.is_empty(), "{idle:?}");
    }
}
