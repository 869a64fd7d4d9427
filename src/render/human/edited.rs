//! What becomes of the files by an edit, for people.

use std::fmt;

use crate::config::edit::{Edited, Named, Names, News};
use crate::model::{Platforms, Reference};
use crate::render::style::View;

use super::difference::{Changed, difference};
use super::text::{Span, TextWriter};

/// Writes which lines change, and what that means; `command` is what would delete what is no longer declared.
pub fn edited(
    edited: &Edited,
    command: &str,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    for file in &edited.files {
        let changed = Changed {
            name: &file.name,
            before: &file.before,
            after: &file.after,
        };
        difference(&changed, view.style, out)?;
    }
    let mut text = TextWriter::new(view, out);
    if !edited.files.is_empty() {
        text.blank()?;
    }
    for news in &edited.news {
        text.flow(0, &[Span::plain(told(news))])?;
    }
    if !edited.news.iter().any(News::leaves_a_name) {
        return Ok(());
    }
    text.flow(0, &[Span::plain(staying(edited, command))])
}

/// Says what becomes of what is in the registry under names that are no longer declared.
fn staying(edited: &Edited, command: &str) -> String {
    if edited.prunes {
        return tr!(
            "What is in the registry stays there until `{command}`, which deletes the tags that the lock records, as \
             `prune` of the file says.",
            "仓库里已有的还在，直到运行 `{command}`：文件里写了 `prune`，它会删除锁文件里记着的标签。"
        );
    }
    tr!(
        "What is in the registry stays there; `{command} --prune` deletes the tags that the lock records.",
        "仓库里已有的还在；`{command} --prune` 会删除锁文件里记着的标签。"
    )
}

fn told(news: &News) -> String {
    match news {
        News::Added(image) => {
            let (source, names, platforms) = parts(image);
            tr!(
                "added `{source}` as {names}: {platforms}",
                "已添加 `{source}`，名字是 {names}：{platforms}"
            )
        }
        News::There(image) => {
            let ((source, names, _), place) = (parts(image), &image.entry.origin);
            tr!(
                "`{source}` is there already, as {names}: {place}",
                "`{source}` 已经有了，名字是 {names}：{place}"
            )
        }
        News::Removed(image) => {
            let (source, names, _) = parts(image);
            tr!(
                "removed `{source}`, which was {names}",
                "已去掉 `{source}`，名字原来是 {names}"
            )
        }
        News::Set(image) => {
            let (source, names, platforms) = parts(image);
            tr!(
                "changed `{source}`, which is {names}: {platforms}",
                "已修改 `{source}`，名字是 {names}：{platforms}"
            )
        }
        News::IsSo(image) => {
            let (source, names, platforms) = parts(image);
            tr!(
                "`{source}`, which is {names}, is so already: {platforms}",
                "`{source}`（名字是 {names}）已经是这样：{platforms}"
            )
        }
        News::Moved { image, before } => {
            let (source, names, platforms) = parts(image);
            tr!(
                "changed `{source}`, which is now {names} and no longer {before}: {platforms}",
                "已修改 `{source}`，名字现在是 {names}，不再是 {before}：{platforms}"
            )
        }
        News::Renamed { image, before } => {
            let (source, names, _) = parts(image);
            tr!(
                "`{source}` is now {names} and no longer {before}, by the rule of names",
                "按命名规则，`{source}` 现在是 {names}，不再是 {before}"
            )
        }
    }
}

fn parts(image: &Named) -> (&Reference, &Names, &Platforms) {
    let Named { entry, names } = image;
    (&entry.source, names, &entry.platforms)
}
