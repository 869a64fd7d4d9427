//! What can be said in which file.

use crate::config::{FileKind, ListForm};

use super::outcome::Refused;
use super::wish::Keys;
use super::words::is_all;

/// Refuses what an image list cannot say.
pub(super) fn fits(file: &str, kind: FileKind, keys: &Keys) -> Result<(), Refused> {
    let FileKind::List(form) = kind else {
        return Ok(());
    };
    let one = text!(
        "a line of an image list has one platform",
        "镜像列表的一行只有一个平台"
    );
    let none = text!(
        "an image list has no names of its own",
        "镜像列表里不能写名字"
    );
    let message = if keys.platforms.len() > 1 || is_all(&keys.platforms) {
        one
    } else if keys.target.is_some() && form == ListForm::Lines {
        none
    } else {
        return Ok(());
    };
    Err(Refused::because(
        message,
        text!(
            "`pusher import {file}` writes it as a mirror file, which can say that",
            "`pusher import {file}` 会把它写成 mirror 文件，那里可以写"
        ),
    ))
}
