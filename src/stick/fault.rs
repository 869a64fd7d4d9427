//! Why a stick cannot be used at all.

use std::fmt;
use std::io::{self, ErrorKind};

use crate::model::{Digest, Text};

/// Why a stick cannot be used at all.
#[derive(Debug)]
pub enum StickError {
    /// There is nothing.
    Missing,
    /// There is something else: what a stick would be mixed with.
    Foreign,
    /// It leaves out what another target has.
    OtherTarget(String),
    /// It is one file, and was to be in parts.
    Whole,
    /// Another run writes to it, which is called so.
    Busy(String),
    /// Another run has written to it since this one has looked.
    Changed(String),
    /// It was not finished: it has no index.
    Unfinished,
    /// Its index, or the list beside the index, cannot be understood.
    Malformed {
        /// Which file.
        file: String,
        /// Why.
        why: Text,
    },
    /// A link, where a stick has none.
    Link(String),
    /// Something that its own index names is not there, or is another.
    Broken {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: Text,
    },
    /// The disk says no.
    Disk {
        /// The file.
        file: String,
        /// Why.
        why: io::Error,
    },
}

impl StickError {
    pub(super) fn disk(file: impl Into<String>, why: io::Error) -> Self {
        let file = file.into();
        Self::Disk { file, why }
    }
}

impl fmt::Display for StickError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write_tr!(f, "there is nothing", "什么都没有"),
            Self::Foreign => write_tr!(
                f,
                "it holds other files and is no OCI layout; nothing is mixed with them",
                "里面是别的文件，不是 OCI layout；不会和它们混在一起"
            ),
            Self::OtherTarget(target) => write_tr!(
                f,
                "it leaves out what `{target}` has, so it is for that target alone",
                "它省去了 `{target}` 已有的内容，所以只能用于这个目标"
            ),
            Self::Whole => write_tr!(
                f,
                "it is one file already, and only a new one can be written in parts",
                "它已经是一个文件，只有新写的才能分成几份"
            ),
            Self::Busy(_) => write_tr!(
                f,
                "another run is writing to it: wait for its end, or take another stick for each",
                "另一次运行正在写它：等它结束，或者各用各的离线包"
            ),
            Self::Changed(_) => write_tr!(
                f,
                "another run has written to it meanwhile: run this again",
                "另一次运行在这期间写过它：请重新运行"
            ),
            Self::Unfinished => write_tr!(
                f,
                "it is not finished: it has no `index.json`",
                "它没有写完：没有 `index.json`"
            ),
            Self::Malformed { file, why } => write_tr!(
                f,
                "its `{file}` cannot be understood: {why}",
                "看不懂它的 `{file}`：{why}"
            ),
            Self::Link(file) => write_tr!(
                f,
                "its `{file}` is a link, and may lead out of it",
                "它的 `{file}` 是链接，可能通到外面"
            ),
            Self::Broken { file, why } => write!(f, "`{file}`: {why}"),
            Self::Disk { file, why } => write!(f, "`{file}`: {}", reason(why)),
        }
    }
}

impl std::error::Error for StickError {}

/// Says that bytes are others than their name promises.
pub(super) fn other_bytes(found: &Digest) -> Text {
    text!(
        "it holds other bytes, which have {found}",
        "它的字节不符，摘要是 {found}"
    )
}

/// Says why the system does not do what was asked of a file.
pub(super) fn reason(error: &io::Error) -> Text {
    match error.kind() {
        ErrorKind::NotFound => text!("it is not there", "不在里面"),
        ErrorKind::PermissionDenied => text!("this user may not", "当前用户没有权限"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            text!("there is no room left", "空间不足")
        }
        ErrorKind::ReadOnlyFilesystem => text!("the disk is read-only", "磁盘只读"),
        ErrorKind::FileTooLarge => text!(
            "no file of that size can be there, as on FAT32",
            "这里放不下这么大的文件，如 FAT32"
        ),
        _ => Text::verbatim(error.to_string()),
    }
}
