//! Every fault; those of an image and of a deletion here, the others where they belong.

use std::fmt;

use crate::model::{Fault, Need, Part, StickFault};
use crate::render::units::minutes;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(answer) => answer.fmt(f),
            Self::Paused(left) => {
                let left = minutes(*left);
                write_tr!(
                    f,
                    "it asks for a pause, come back in {left}",
                    "它要求暂停，{left}之后再来"
                )
            }
            Self::PullsSpent { allowed } => write_tr!(
                f,
                "the {allowed} pulls that `--max-pulls` allows this run were made",
                "`--max-pulls` 允许这次运行拉取的 {allowed} 次已经用完"
            ),
            Self::Login(text) | Self::Protocol(text) | Self::Damaged(text) => text.fmt(f),
            Self::SignIn(fault) => fault.fmt(f),
            Self::NoAnswer(why) => why.fmt(f),
            Self::TooLong { size } => write_tr!(
                f,
                "it sends more than the {size} bytes it should have",
                "它发来的比应有的 {size} 个字节多"
            ),
            Self::CutShort => write_tr!(f, "it ended before its last byte", "没有发完就断了"),
            Self::OtherBytes { found } => write_tr!(
                f,
                "it sent other bytes, which have {found}",
                "收到的字节不符，摘要是 {found}"
            ),
            Self::Manifest { digest, error } => {
                write_tr!(
                    f,
                    "its manifest {digest}: {error}",
                    "它的清单 {digest}：{error}"
                )
            }
            Self::Lacks(Part::Manifest(digest)) => write_tr!(
                f,
                "it names manifest {digest}, which its registry lacks",
                "它写着清单 {digest}，而仓库里没有"
            ),
            Self::Lacks(Part::Config(digest)) => write_tr!(
                f,
                "it names config {digest}, which its registry lacks",
                "它写着配置 {digest}，而仓库里没有"
            ),
            Self::Lacks(Part::NoManifest { digest, media_type }) => write_tr!(
                f,
                "its index names {digest}, which is not a manifest: its media type is `{media_type}`",
                "它的索引里写着 {digest}，但那不是清单：媒体类型是 `{media_type}`"
            ),
            Self::OtherSize {
                digest,
                size,
                announced,
            } => write_tr!(
                f,
                "its manifest {digest} has {size} bytes, {announced} are announced",
                "它的清单 {digest} 有 {size} 个字节，而写的是 {announced} 个"
            ),
            Self::TooMuch(excess) => excess.fmt(f),
            Self::Needed { tag, by } => match by {
                Need::Same => write_tr!(
                    f,
                    "the registry deletes whole manifests, not tags, and the tag `{tag}` needs this one",
                    "仓库删的是整份清单，不是标签，而标签 `{tag}` 还需要这一份"
                ),
                Need::Listed => write_tr!(
                    f,
                    "the registry deletes whole manifests, not tags, and the index behind the tag `{tag}` needs \
                     this one",
                    "仓库删的是整份清单，不是标签，而标签 `{tag}` 背后的索引还需要这一份"
                ),
                Need::Perhaps => write_tr!(
                    f,
                    "the registry deletes whole manifests, not tags, and perhaps what the tag `{tag}` points to \
                     needs this one",
                    "仓库删的是整份清单，不是标签，而标签 `{tag}` 指向的内容可能还需要这一份"
                ),
            },
            Self::TagsUnknown => write_tr!(
                f,
                "the registry deletes whole manifests, not tags, and does not list the tags of this repository: \
                 what else would go cannot be told",
                "仓库删的是整份清单，不是标签，而且不列出这个镜像仓库的标签：没法知道还会带走什么"
            ),
            Self::CannotDelete => {
                write_tr!(f, "the registry does not delete", "仓库不支持删除")
            }
            Self::Stick(fault) => fault.fmt(f),
        }
    }
}

impl fmt::Display for StickFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lacks { stick } => {
                write_tr!(f, "`{stick}` does not carry it", "`{stick}` 里没有它")
            }
            Self::Broken { file, why } => write!(f, "`{file}`: {why}"),
            Self::Unwritable { file, why } => {
                write_tr!(
                    f,
                    "cannot write `{file}`: {why}",
                    "无法写入 `{file}`：{why}"
                )
            }
        }
    }
}

/// Says what to do about what an image or a registry is, which another try will not change.
pub(super) fn advice(fault: &Fault) -> Option<String> {
    Some(match fault {
        Fault::TooLong { .. } | Fault::OtherBytes { .. } | Fault::CutShort => tr!(
            "the image is damaged at its source: choose another tag, or tell who keeps it",
            "镜像在源里就是坏的：换一个标签，或者告诉维护它的人"
        ),
        Fault::Manifest { .. }
        | Fault::OtherSize { .. }
        | Fault::Lacks(Part::Manifest(_) | Part::Config(_)) => tr!(
            "choose another tag: the image is damaged at its source",
            "换一个标签：镜像在源里就是坏的"
        ),
        Fault::Lacks(Part::NoManifest { .. }) => tr!(
            "it is no image but the cache of a build, or other data: take it out of the list",
            "它不是镜像，而是构建缓存或其他数据：从列表里去掉"
        ),
        Fault::TooMuch(excess) => excess.hint().to_string(),
        Fault::Needed { .. } => tr!(
            "leave it, or take what needs it out of the files as well and of the registry",
            "留着它，或者把需要它的也从文件和仓库里去掉"
        ),
        Fault::TagsUnknown | Fault::CannotDelete => tr!(
            "delete the tag in the registry's console, or leave it and run without `--prune`",
            "到仓库的控制台里删这个标签，或者留着它，不加 `--prune`"
        ),
        Fault::Stick(StickFault::Lacks { .. }) => tr!(
            "make the stick with the same files where the sources can be reached: `pusher apply --into STICK`",
            "在能访问源的那一边，用同样的文件重新做：`pusher apply --into STICK`"
        ),
        Fault::Stick(StickFault::Broken { .. }) => tr!(
            "copy the stick once more, or make it anew where the sources can be reached",
            "再拷贝一次，或者在能访问源的那一边重新做"
        ),
        Fault::Stick(StickFault::Unwritable { .. }) => tr!(
            "make room, or name another place, and run it again; what is there already is not written twice",
            "腾出空间，或者换个地方，再运行一次；已经写好的不会再写"
        ),
        // The registry's own words are all that is known, or whoever knows the host says more.
        Fault::Answered(_)
        | Fault::SignIn(_)
        | Fault::Paused(_)
        | Fault::PullsSpent { .. }
        | Fault::Login(_)
        | Fault::NoAnswer(_)
        | Fault::Protocol(_)
        | Fault::Damaged(_) => return None,
    })
}
