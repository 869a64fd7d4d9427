//! Why a lock is not kept to, and what to do about it.

use std::path::Path;

use crate::cli::error::CliError;
use crate::lock::{Disputed, Stranger};
use crate::model::{Text, listed};
use crate::plan::{Desired, TargetName};

use super::LockFile;

/// How many images a message names.
const NAMES_TOLD: usize = 5;

impl LockFile {
    /// Says that there is none.
    pub(super) fn missing(&self) -> CliError {
        let file = self.path.display();
        let command = self.command("");
        let message = text!(
            "there is no `{file}`: nothing says which tags may be deleted",
            "没有 `{file}`：无从知道哪些标签可以删除"
        );
        CliError::new(message).hint(text!(
            "run `{command}` and commit what it writes, before images leave the files",
            "在镜像从文件里移走之前，运行 `{command}` 并提交它写下的文件"
        ))
    }

    /// Says that what it records of these images may be another's.
    pub(super) fn nobodys<'a>(
        &self,
        images: impl ExactSizeIterator<Item = &'a TargetName>,
    ) -> CliError {
        let (path, own, target) = (self.read_from().display(), &self.owner.file, &self.target);
        let (images, adopt) = (some_of(images), self.command(" --adopt"));
        let message = text!(
            "`{path}` does not say whose it is: {images} may be another file's, or in another target",
            "`{path}` 没有写明属于哪个文件：{images} 可能属于别的文件，或在别的目标里"
        );
        CliError::new(message).hint(text!(
            "if that is of `{own}` in {target}, and of nothing else, run `{adopt}`",
            "如果它只属于 {target} 里的 `{own}`，运行 `{adopt}`"
        ))
    }

    /// Says whose it is.
    pub(super) fn anothers(&self, stranger: &Stranger) -> CliError {
        let (path, own, target) = (self.read_from().display(), &self.owner.file, &self.target);
        let adopt = self.command(" --adopt");
        let Some(other) = &stranger.file else {
            let message = text!(
                "`{path}` is the lock of another target than {target}",
                "`{path}` 是别的目标的锁文件，不是 {target} 的"
            );
            return CliError::new(message).hint(text!(
                "set the target's registry and namespace to what they were when it was locked; if the \
                 images go to {target} now, run `{adopt}`; for two targets write both below `targets` in a mirror \
                 file: each has a lock of its own",
                "把目标的仓库和命名空间设回锁定时的值；如果镜像现在去 {target}，运行 `{adopt}`；\
                 有两个目标时，在 mirror 文件的 `targets` 下面都写上：每个目标有自己的锁文件"
            ));
        };
        let message = if stranger.target {
            text!(
                "`{path}` is the lock of `{other}` and of another target, not of `{own}`",
                "`{path}` 是 `{other}` 的锁文件，目标也不同，不是 `{own}` 的"
            )
        } else {
            text!(
                "`{path}` is the lock of `{other}`, not of `{own}`",
                "`{path}` 是 `{other}` 的锁文件，不是 `{own}` 的"
            )
        };
        CliError::new(message).hint(text!(
            "if `{own}` has taken the place of `{other}`, run `{adopt}`; if both are in use, rename one \
             of them: the lock of `NAME.txt` is `NAME.lock`",
            "如果 `{own}` 取代了 `{other}`，运行 `{adopt}`；如果两个都在用，把其中一个改名：\
             `NAME.txt` 的锁文件是 `NAME.lock`"
        ))
    }

    /// Says that it does not say one thing of these images.
    pub(super) fn disputed(
        &self,
        disputed: &[(&TargetName, &Disputed)],
        desired: &Desired,
    ) -> CliError {
        let path = self.read_from().display();
        let told = |disputed: &[&(&TargetName, &Disputed)]| {
            listed(disputed.iter().copied().map(with_lines))
        };
        let is_half = |(_, disputed): &&(_, &Disputed)| disputed.versions.len() < 2;
        let (half, several): (Vec<_>, Vec<_>) = disputed.iter().partition(is_half);
        let message = match (several.as_slice(), half.as_slice()) {
            (several, []) => text!(
                "`{path}` says different things of {}",
                "`{path}` 对 {} 的记录前后不一",
                told(several)
            ),
            ([], half) => text!(
                "`{path}` says only half of {}",
                "`{path}` 对 {} 的记录不完整",
                told(half)
            ),
            (several, half) => text!(
                "`{path}` says different things of {}, and says only half of {}",
                "`{path}` 对 {} 的记录前后不一，对 {} 的记录不完整",
                told(several),
                told(half)
            ),
        };
        let declared = desired.targets();
        let names = disputed.iter().map(|(name, _)| *name);
        let names = names.filter(|name| declared.contains(name));
        let names: Vec<_> = names.map(ToString::to_string).collect();
        CliError::new(message).hint(if names.is_empty() {
            let command = self.command("");
            text!(
                "run `{command}`: what the target holds settles it",
                "运行 `{command}`：以目标里的内容为准"
            )
        } else {
            let command = self.command(&format!(" --update {}", names.join(" ")));
            text!(
                "run `{command}`, which takes what the sources hold now, or keep only the lines that \
                 are right",
                "运行 `{command}`，以源现在的内容为准；或者只留下正确的行"
            )
        })
    }

    /// Says that two locks are of one file in one target.
    pub(super) fn two_locks(one: &Path, other: &Path) -> CliError {
        let (one, other) = (one.display(), other.display());
        let message = text!(
            "`{one}` and `{other}` are both the lock of this file in this target",
            "`{one}` 和 `{other}` 都是这个文件在这个目标里的锁文件"
        );
        CliError::new(message).hint(text!(
            "delete the one that is out of date",
            "删掉过时的那一个"
        ))
    }

    /// Returns what is to be typed for a `lock` of this file.
    pub fn command(&self, options: &str) -> String {
        let typed = self.typed.as_ref();
        let file = typed.map(|file| format!(" -f {}", file.display()));
        let to = self.label.as_ref().map(|label| format!(" --to {label}"));
        let (file, to) = (file.unwrap_or_default(), to.unwrap_or_default());
        format!("pusher lock{file}{to}{options}")
    }
}

/// Names an image, and the lines that are about it.
fn with_lines(&(name, disputed): &(&TargetName, &Disputed)) -> String {
    let lines = listed(&disputed.lines);
    if disputed.lines.len() == 1 {
        tr!("`{name}` (line {lines})", "`{name}`（第 {lines} 行）")
    } else {
        tr!("`{name}` (lines {lines})", "`{name}`（第 {lines} 行）")
    }
}

/// Names the first of some images, and counts the others.
fn some_of<'a>(images: impl ExactSizeIterator<Item = &'a TargetName>) -> Text {
    let more = images.len().saturating_sub(NAMES_TOLD);
    let first: Vec<_> = images
        .take(NAMES_TOLD)
        .map(|name| format!("`{name}`"))
        .collect();
    let names = Text::of(|| listed(&first));
    if more == 0 {
        names
    } else {
        text!("{names}, {more} more", "{names} 等另外 {more} 个")
    }
}
