//! Why a saved plan is refused as a whole.

use std::fmt;

use crate::model::Digest;

use super::RuleVersions;

/// Why a saved plan is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// Other rules are in force now.
    RuleVersions {
        /// The plan's.
        planned: RuleVersions,
        /// This version's.
        current: RuleVersions,
    },
    /// The files name another target.
    Target {
        /// The plan's.
        planned: String,
        /// The files'.
        current: String,
    },
    /// A file has another content.
    FileChanged(String),
    /// A file was not there.
    FileAdded(String),
    /// A file is no longer read.
    FileGone(String),
    /// The plan has a target that the files do not declare.
    UnknownTarget(String),
    /// The files declare a target that the plan has not.
    LacksTarget(String),
    /// The plan has other tags of a family than its rules choose.
    OtherTags(String),
    /// Nobody asked what has to be deleted when the plan was made, and now somebody does.
    WithoutPrune,
    /// The plan deletes what the files declare.
    DeletesDeclared(String),
    /// The plan deletes what the lock does not know.
    DeletesUnrecorded(String),
    /// The plan deletes a tag for another digest than the lock has.
    DeletesOther {
        /// The target.
        target: String,
        /// The plan's.
        planned: Digest,
        /// The lock's.
        locked: Digest,
    },
    /// The files or the lock pin another digest.
    OtherSource {
        /// The target.
        target: String,
        /// The plan's.
        planned: Digest,
        /// The files' or the lock's.
        declared: Digest,
    },
    /// The source does not resolve to what the plan expects.
    OtherResult {
        /// The target.
        target: String,
        /// The plan's.
        planned: Digest,
        /// What the source, the platforms and the profile give.
        resolved: Digest,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RuleVersions { planned, current } => write_tr!(
                f,
                "it was made by rules {}.{}, and this version has rules {}.{}",
                "它按规则 {}.{} 做的，而这个版本的规则是 {}.{}",
                planned.selection,
                planned.rewrite,
                current.selection,
                current.rewrite
            ),
            Self::Target { planned, current } => write_tr!(
                f,
                "it is for {planned}, and the files say {current}",
                "它的目标是 {planned}，而文件里写的是 {current}"
            ),
            Self::FileChanged(file) => write_tr!(
                f,
                "`{file}` has changed since the plan was made",
                "做计划之后，`{file}` 改过了"
            ),
            Self::FileAdded(file) => write_tr!(
                f,
                "`{file}` is not among the files that the plan was made from",
                "做计划用的文件里没有 `{file}`"
            ),
            Self::FileGone(file) => write_tr!(
                f,
                "the plan was made from `{file}`, which is not read now",
                "计划是用 `{file}` 做的，现在没有读它"
            ),
            Self::UnknownTarget(target) => write_tr!(
                f,
                "it has the target `{target}`, which the files do not declare",
                "它有目标 `{target}`，而文件里没有声明"
            ),
            Self::LacksTarget(target) => write_tr!(
                f,
                "it lacks the target `{target}`, which the files declare",
                "它缺少目标 `{target}`，而文件里声明了"
            ),
            Self::OtherTags(target) => write_tr!(
                f,
                "it has tags of `{target}` that the rules in the files do not choose",
                "它有 `{target}` 的标签，而文件里的规则不会选中"
            ),
            Self::WithoutPrune => {
                write_tr!(
                    f,
                    "it was made without `--prune`",
                    "做计划时没有加 `--prune`"
                )
            }
            Self::DeletesDeclared(target) => write_tr!(
                f,
                "it deletes `{target}`, which the files declare",
                "它要删除 `{target}`，而文件里声明了这个目标"
            ),
            Self::DeletesUnrecorded(target) => write_tr!(
                f,
                "it deletes `{target}`, which the lock does not record",
                "它要删除 `{target}`，而锁文件里没有记着它"
            ),
            Self::DeletesOther {
                target,
                planned,
                locked,
            } => write_tr!(
                f,
                "it deletes `{target}` where that holds `{planned}`, and the lock records `{locked}`",
                "它要删除内容是 `{planned}` 的 `{target}`，而锁文件里记着的是 `{locked}`"
            ),
            Self::OtherSource {
                target,
                planned,
                declared,
            } => write_tr!(
                f,
                "for `{target}` it has the digest `{planned}`, and the files pin `{declared}`",
                "它给 `{target}` 的摘要是 `{planned}`，而文件里固定的是 `{declared}`"
            ),
            Self::OtherResult {
                target,
                planned,
                resolved,
            } => write_tr!(
                f,
                "for `{target}` it expects `{planned}`, and the planned source resolves to `{resolved}`",
                "它要 `{target}` 是 `{planned}`，而计划里的源得出的是 `{resolved}`"
            ),
        }
    }
}

impl std::error::Error for Mismatch {}
