//! What can be said in which file.

use crate::config::{FileKind, ListForm};
use crate::model::Text;

use super::outcome::Refused;
use super::wish::Keys;
use super::words::is_all;

/// Refuses what would be more than a word, or nothing.
pub(super) fn require_plain(images: &[String], keys: &Keys) -> Result<(), Refused> {
    require_names(images)?;
    let (platforms, target) = (&keys.platforms, &keys.target);
    require_some(platforms, || {
        text!("an empty text is no platform", "空字符串不是平台")
    })?;
    require_some(target, || {
        text!("an empty text is no name", "空字符串不是名字")
    })?;
    let words = images.iter().chain(&keys.platforms).chain(&keys.target);
    let mut odd = words.filter(|word| word.contains(char::is_control));
    odd.next().map_or(Ok(()), |odd| {
        Err(Refused::Because {
            message: text!("`{odd}` is no word for a file", "`{odd}` 不能写进文件"),
            hint: None,
        })
    })
}

/// Refuses images that are called nothing.
pub(super) fn require_names(names: &[String]) -> Result<(), Refused> {
    require_some(names, || {
        text!("an empty text is no image", "空字符串不是镜像")
    })
}

fn require_some<'w>(
    words: impl IntoIterator<Item = &'w String>,
    told: impl FnOnce() -> Text,
) -> Result<(), Refused> {
    if words.into_iter().all(|word| !word.trim().is_empty()) {
        return Ok(());
    }
    let hint = text!(
        "perhaps a variable of the shell is empty",
        "可能是 shell 变量为空"
    );
    Err(Refused::because(told(), hint))
}

/// Refuses what an image list cannot say; `elsewhere` says how to say it.
pub(super) fn fits(
    kind: FileKind,
    keys: &Keys,
    elsewhere: impl Fn() -> Text,
) -> Result<(), Refused> {
    let FileKind::List(form) = kind else {
        return Ok(());
    };
    let message = if keys.platforms.len() > 1 || is_all(&keys.platforms) {
        text!(
            "a line of an image list has one platform",
            "镜像列表的一行只有一个平台"
        )
    } else if keys.target.is_some() && form == ListForm::Lines {
        text!(
            "an image list has no names of its own",
            "镜像列表里不能写名字"
        )
    } else {
        return Ok(());
    };
    Err(Refused::because(message, elsewhere()))
}

/// Says how a list becomes a file that can say more.
pub(super) fn imported(list: &str) -> Text {
    text!(
        "`pusher import {list}` writes it as a mirror file, which can say that",
        "`pusher import {list}` 会把它写成 mirror 文件，那里可以写"
    )
}
