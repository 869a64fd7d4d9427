//! Why a lock is not kept to, and what to do about it.

use crate::cli::error::CliError;
use crate::lock::{Disputed, Stranger};
use crate::plan::{Desired, TargetName};

use super::LockFile;

/// How many images a message names.
const NAMES_TOLD: usize = 5;

impl LockFile {
    /// Says that there is none.
    pub(super) fn missing(&self) -> CliError {
        let file = self.path.display();
        let message = format!("there is no `{file}`: nothing says which tags may be deleted");
        CliError::new(message).hint(format!(
            "run `{}` and commit what it writes, before images leave the files",
            self.command("")
        ))
    }

    /// Says that what it records of these images may be another's.
    pub(super) fn nobodys<'a>(
        &self,
        images: impl ExactSizeIterator<Item = &'a TargetName>,
    ) -> CliError {
        let message = format!(
            "`{}` does not say whose it is: {} may be another file's, or in another target",
            self.read_from().display(),
            some_of(images)
        );
        CliError::new(message).hint(format!(
            "if that is of `{}` in {}, and of nothing else, run `{}`",
            self.owner.file,
            self.target,
            self.command(" --adopt")
        ))
    }

    /// Says whose it is.
    pub(super) fn anothers(&self, stranger: &Stranger) -> CliError {
        let (path, own, target) = (self.read_from().display(), &self.owner.file, &self.target);
        let adopt = self.command(" --adopt");
        let Some(other) = &stranger.file else {
            let message = format!("`{path}` is the lock of another target than {target}");
            return CliError::new(message).hint(format!(
                "set the target's registry and namespace to what they were when it was locked; if the \
                 images go to {target} now, run `{adopt}`; for two targets write a mirror file for \
                 each, which includes the same list"
            ));
        };
        let and = if stranger.target {
            " and of another target"
        } else {
            ""
        };
        let message = format!("`{path}` is the lock of `{other}`{and}, not of `{own}`");
        CliError::new(message).hint(format!(
            "if `{own}` has taken the place of `{other}`, run `{adopt}`; if both are in use, rename one \
             of them: the lock of `NAME.txt` is `NAME.lock`"
        ))
    }

    /// Says that it does not say one thing of these images.
    pub(super) fn disputed(
        &self,
        disputed: &[(&TargetName, &Disputed)],
        desired: &Desired,
    ) -> CliError {
        let told = |(name, Disputed { lines, .. }): &(&TargetName, &Disputed)| {
            let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
            let word = if lines.len() == 1 { "line" } else { "lines" };
            format!("`{name}` ({word} {})", lines.join(", "))
        };
        let is_half = |(_, disputed): &&(_, &Disputed)| disputed.versions.len() < 2;
        let (half, several): (Vec<_>, Vec<_>) = disputed.iter().partition(is_half);
        let said: Vec<_> = [
            ("says different things of", several),
            ("says only half of", half),
        ]
        .into_iter()
        .filter(|(_, images)| !images.is_empty())
        .map(|(says, images)| {
            let images: Vec<_> = images.into_iter().map(told).collect();
            format!("{says} {}", images.join(", "))
        })
        .collect();
        let message = format!("`{}` {}", self.read_from().display(), said.join(", and "));
        let declared = desired.targets();
        let names = disputed.iter().map(|(name, _)| *name);
        let names = names.filter(|name| declared.contains(name));
        let names: Vec<_> = names.map(ToString::to_string).collect();
        CliError::new(message).hint(if names.is_empty() {
            let command = self.command("");
            format!("run `{command}`: what the target holds settles it")
        } else {
            let command = self.command(&format!(" --update {}", names.join(" ")));
            format!(
                "run `{command}`, which takes what the sources hold now, or keep only the lines that \
                 are right"
            )
        })
    }

    /// Returns what is to be typed for a `lock` of this file.
    pub fn command(&self, options: &str) -> String {
        let typed = self.typed.as_ref();
        let file = typed.map(|file| format!(" -f {}", file.display()));
        format!("pusher lock{}{options}", file.unwrap_or_default())
    }
}

/// Names the first of some images, and counts the others.
fn some_of<'a>(images: impl ExactSizeIterator<Item = &'a TargetName>) -> String {
    let more = images.len().saturating_sub(NAMES_TOLD);
    let named = images.take(NAMES_TOLD).map(|name| format!("`{name}`"));
    let more = (more > 0).then(|| format!("{more} more"));
    named.chain(more).collect::<Vec<_>>().join(", ")
}
