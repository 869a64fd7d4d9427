//! What can be said in which file.

use crate::config::{FileKind, ListForm};
use crate::model::Text;

use super::outcome::Refused;
use super::wish::Keys;
use super::words::is_all;

/// Refuses what would be more than a word.
pub(super) fn require_plain(images: &[String], keys: &Keys) -> Result<(), Refused> {
    let words = images.iter().chain(&keys.platforms).chain(&keys.target);
    let mut odd = words.filter(|word| word.trim().is_empty() || word.contains(char::is_control));
    odd.next().map_or(Ok(()), |odd| {
        Err(Refused::Because {
            message: text!("`{odd}` is no word for a file", "`{odd}` 不能写进文件"),
            hint: None,
        })
    })
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
