//! What a file is read for, and how large it may be for that.

use crate::config::FileKind;
use crate::model::Text;
use crate::render::units::bytes;

const MIB: u64 = 1024 * 1024;

/// What a file is read as: that decides how large it may be, since it decides what reading it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An image list, or what may be one.
    List,
    /// A mirror file.
    Mirror,
    /// A lock.
    Lock,
    /// A saved plan.
    Plan,
    /// A report of a shard.
    Shard,
    /// Certificates.
    Certificates,
    /// A scanner's report.
    Report,
    /// What an earlier run kept of what it copied.
    History,
    /// A file that uses images.
    Use,
}

impl Purpose {
    /// Returns what a file that says what to mirror is read as.
    pub fn of(kind: FileKind) -> Self {
        match kind {
            FileKind::List(_) => Self::List,
            FileKind::Yaml | FileKind::Toml => Self::Mirror,
        }
    }

    /// Returns how many bytes it may have. A device may go on for ever.
    pub const fn limit(self) -> u64 {
        match self {
            Self::List | Self::Lock | Self::Plan | Self::Shard => 128 * MIB,
            Self::Mirror => 16 * MIB,
            Self::Certificates => 4 * MIB,
            Self::Report | Self::History | Self::Use => 64 * MIB,
        }
    }

    /// Says what is wrong with a file of so many bytes, where that is known, and what to do about it.
    pub fn too_large(self, size: Option<u64>) -> Text {
        let (what, advice) = match self {
            Self::List => (
                text!("an image list", "镜像列表"),
                text!(
                    "divide it, and let each part be a mirror file's of its own",
                    "把它拆开，每一份由一个 mirror 文件引用"
                ),
            ),
            Self::Mirror => (
                text!("a mirror file", "mirror 文件"),
                text!(
                    "move its images to image lists, and `include` those",
                    "把镜像移到镜像列表里，再 `include` 它们"
                ),
            ),
            Self::Lock => (
                text!("a lock", "锁文件"),
                text!(
                    "divide the list that it is the lock of, and lock each part",
                    "把它对应的列表拆开，分别锁定"
                ),
            ),
            Self::Plan => (
                text!("a saved plan", "保存的计划"),
                text!(
                    "divide the list that it was made from",
                    "把生成它的列表拆开"
                ),
            ),
            Self::Shard => (
                text!("a report of a shard", "分片的报告"),
                text!("part the plan into more shards", "把计划分成更多分片"),
            ),
            Self::Certificates => (
                text!("a file of certificates", "证书文件"),
                text!(
                    "keep only those of who signs for this registry",
                    "只留下给这个仓库签发证书的机构"
                ),
            ),
            Self::Report => (
                text!("a scan report", "扫描报告"),
                text!(
                    "let it have vulnerabilities alone, as with `--scanners vuln` of Trivy",
                    "让它只写漏洞，如 Trivy 的 `--scanners vuln`"
                ),
            ),
            Self::History => (
                text!("what a run kept", "一次运行留下的文件"),
                text!(
                    "let later runs keep theirs in another file",
                    "让以后的运行写到另一个文件"
                ),
            ),
            Self::Use => (
                text!("a file that uses images", "使用镜像的文件"),
                text!("divide it", "把它拆开"),
            ),
        };
        let limit = bytes(self.limit());
        match size.map(bytes).filter(|size| *size != limit) {
            Some(size) => text!(
                "it has {size}, and {what} has {limit} at most; {advice}",
                "它有 {size}，而{what}最多 {limit}；{advice}"
            ),
            None => text!(
                "it has more than {limit}, and {what} has {limit} at most; {advice}",
                "它超过 {limit}，而{what}最多 {limit}；{advice}"
            ),
        }
    }

    /// Says that several files have more together than one of their kind may have.
    pub fn too_much(self) -> Text {
        let limit = bytes(self.limit());
        text!(
            "with those before it, it has more than {limit}; divide them between several mirror files",
            "连同前面的一共超过 {limit}；分到几个 mirror 文件里"
        )
    }
}
