//! The lock of a mirror file or image list: where it lies, and what may be made of it.

mod words;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::lock::{self, Continued, LockError, Owner, Stranger};
use crate::plan::{DeclaredAt, Desired, Lock, LockedImage, Target, TargetLabel, TargetName};

use super::context::Context;
use super::error::CliError;
use super::files::{self, DEFAULT_FILES};
use super::purpose::Purpose;

/// The lock of the files that are looked for; that of another is named after it.
const DEFAULT_LOCK: &str = "mirror.lock";

/// The lock of a mirror file or image list.
pub struct LockFile {
    /// Where it lies, whether there is one or not.
    pub path: PathBuf,
    /// Where every file in the folder once had its lock.
    shared: PathBuf,
    /// Whose it is or will be.
    owner: Owner,
    /// What it is the lock of, as it was typed.
    typed: Option<PathBuf>,
    target: String,
    label: Option<TargetLabel>,
    found: Option<Found>,
}

/// A lock that was read.
struct Found {
    path: PathBuf,
    text: String,
    contents: lock::LockContents,
}

impl LockFile {
    /// Reads the lock of the file `main`, `typed` if it was.
    ///
    /// Every file in a folder once had the same lock. Where that does not say whose it is, it goes on to
    /// settle what each of them declares, until that has a lock of its own. Each of several targets has a lock; one that
    /// was alone, or had another name, goes on with the lock that it had.
    ///
    /// # Errors
    ///
    /// A lock cannot be read, or two are of this file in this target.
    pub fn read(
        context: &Context,
        main: &Path,
        typed: Option<&Path>,
        desired: &Desired,
    ) -> Result<Self, CliError> {
        let Target { label, .. } = &desired.target;
        let name = main.file_name().unwrap_or_default();
        let own = lock_name(Path::new(name));
        let path = main.with_file_name(match label {
            Some(label) => of_target(&own, label),
            None => own.clone(),
        });
        let shared = main.with_file_name(DEFAULT_LOCK);
        let owner = Owner::new(&name.to_string_lossy(), &desired.target);
        // What comes from standard input is no file's: it has no lock.
        let has_one = !files::is_standard_input(main);
        let mut found = has_one
            .then(|| Found::read(context, &path))
            .transpose()?
            .flatten();
        if has_one {
            for other in others(context, main, &own).filter(|other| *other != path) {
                let Some(other) = Found::of_owner(context, &other, &owner) else {
                    continue;
                };
                if let Some(first) = &found {
                    return Err(Self::two_locks(&first.path, &other.path));
                }
                found = Some(other);
            }
        }
        if has_one && found.is_none() && path != shared && label.is_none() {
            found = Found::read(context, &shared)?.filter(|found| found.contents.owner.is_none());
        }
        Ok(Self {
            path,
            shared,
            owner,
            typed: typed.map(ToOwned::to_owned),
            target: desired.target.to_string(),
            label: label.clone(),
            found,
        })
    }

    /// Returns the lock's text, if there is one.
    pub fn text(&self) -> Option<&str> {
        self.found.as_ref().map(|found| found.text.as_str())
    }

    /// Returns where it was read, or would have been; what is written goes to [`Self::path`].
    pub fn read_from(&self) -> &Path {
        self.found.as_ref().map_or(&self.path, |found| &found.path)
    }

    /// Returns where it lies, if that is the place of this target's lock under another name, and of no other's: what is
    /// written goes to [`Self::path`] in its place.
    pub fn moved_from(&self) -> Option<&Path> {
        let found = self.found.as_ref()?;
        let is_moved = found.path != self.path && found.is_owned_by(&self.owner);
        is_moved.then_some(&*found.path)
    }

    /// Returns every place where it lies or may.
    pub fn places(&self) -> impl Iterator<Item = &Path> {
        [&*self.path, &self.shared, self.read_from()].into_iter()
    }

    /// Returns what there is to keep to.
    ///
    /// # Errors
    ///
    /// It is another's, or says several things of one image.
    pub fn settled(&self, desired: &Desired) -> Result<Option<Lock>, CliError> {
        self.require_ours()?;
        self.settled_anywhere(desired)
    }

    /// Returns what there is to keep to, whatever target it is in: where no registry is asked, the
    /// target may be but a stand-in for one whose name is a secret.
    pub fn settled_anywhere(&self, desired: &Desired) -> Result<Option<Lock>, CliError> {
        let Some(found) = &self.found else {
            return Ok(None);
        };
        if let Some(Stranger { file: Some(_), .. }) = found.contents.stranger(&self.owner) {
            self.require_ours()?;
        }
        let contents = self.contents(found, desired, false);
        self.require_undisputed(&contents, desired, |_| false)?;
        Ok(Some(contents.lock))
    }

    /// Returns what goes on in the next lock.
    ///
    /// # Errors
    ///
    /// It is another's and nobody wants to `adopt` it, or says several things of one image that is not
    /// to move to what its source holds.
    pub fn continued(
        &self,
        desired: &Desired,
        adopt: bool,
        is_moved: impl Fn(&TargetName) -> bool,
    ) -> Result<Continued, CliError> {
        let Some(found) = &self.found else {
            return Ok(Continued {
                owner: Some(self.owner.clone()),
                ..Continued::default()
            });
        };
        let contents = self.contents(found, desired, adopt);
        // What is not declared, the target will settle.
        let declared = desired.targets();
        let is_settled = |name: &TargetName| is_moved(name) || !declared.contains(name);
        self.require_undisputed(&contents, desired, is_settled)?;
        let continued = contents.continued(desired, &self.owner, adopt);
        continued.map_err(|stranger| self.anothers(&stranger))
    }

    /// Tells whether the file holds exactly this.
    pub fn holds(&self, lock: &Lock, owner: Option<&Owner>) -> bool {
        self.found.as_ref().is_some_and(|found| {
            let contents = &found.contents;
            let is_same = contents.lock == *lock && contents.owner.as_ref() == owner;
            is_same
                && !contents.is_untidy
                && contents.disputed.is_empty()
                && found.path == self.path
        })
    }

    /// Returns what may be deleted: what is recorded and no longer declared.
    pub fn prunable(&self, desired: &Desired) -> Result<Vec<(TargetName, LockedImage)>, CliError> {
        let is_own = |found: &&Found| found.path == self.path || found.is_owned_by(&self.owner);
        let own = self.found.as_ref().filter(is_own);
        let (Some(found), Some(lock)) = (own, &desired.lock) else {
            return Err(self.missing());
        };
        let undeclared = lock::undeclared(desired, lock);
        if found.contents.owner.is_some() || undeclared.is_empty() {
            return Ok(undeclared);
        }
        Err(self.nobodys(undeclared.iter().map(|(name, _)| name)))
    }

    /// Tells whether the file records that an image was seen in the target.
    pub fn saw(&self, name: &TargetName) -> bool {
        let found = self.found.as_ref();
        found.is_some_and(|found| found.contents.lock.in_target.contains(name))
    }

    /// Returns what tells where a target is recorded.
    pub fn origins(&self) -> impl Fn(&TargetName) -> DeclaredAt {
        let lines = self.text().map(lock::target_lines).unwrap_or_default();
        let file: Arc<str> = self.read_from().display().to_string().into();
        move |target| DeclaredAt {
            file: Arc::clone(&file),
            line: lines.get(&*target.to_string()).copied().unwrap_or(1),
        }
    }

    /// Stops if it is the lock of another file or another target.
    fn require_ours(&self) -> Result<(), CliError> {
        let Some(found) = &self.found else {
            return Ok(());
        };
        let stranger = found.contents.stranger(&self.owner);
        stranger.map_or(Ok(()), |stranger| Err(self.anothers(&stranger)))
    }

    /// Returns what was read, as far as it is this file's.
    fn contents(&self, found: &Found, desired: &Desired, adopt: bool) -> lock::LockContents {
        let mut contents = found.contents.clone();
        if found.path != self.path && !adopt && !found.is_owned_by(&self.owner) {
            contents.retain_declared(desired);
        }
        contents
    }

    /// Stops if several things are said of an image, unless that does not matter.
    fn require_undisputed(
        &self,
        contents: &lock::LockContents,
        desired: &Desired,
        no_matter: impl Fn(&TargetName) -> bool,
    ) -> Result<(), CliError> {
        let disputed = contents.disputed.iter();
        let disputed: Vec<_> = disputed.filter(|(name, _)| !no_matter(name)).collect();
        if disputed.is_empty() {
            return Ok(());
        }
        Err(self.disputed(&disputed, desired))
    }
}

impl Found {
    /// Tells whether it says that it is the lock of this file in this target.
    fn is_owned_by(&self, owner: &Owner) -> bool {
        self.contents.owner.as_ref() == Some(owner)
    }

    /// Reads a lock that may be another's; what is wrong with that is for whoever goes by it to tell.
    fn of_owner(context: &Context, path: &Path, owner: &Owner) -> Option<Self> {
        let text = files::read_if_there(&context.folder, path, Purpose::Lock);
        let text = text.ok().flatten()?;
        // A lock says of which target it is: what does not name this one need not be understood.
        if !text.contains(&owner.target.to_string()) {
            return None;
        }
        let found = Self::of_text(path, text).ok();
        found.filter(|found| found.is_owned_by(owner))
    }

    fn read(context: &Context, path: &Path) -> Result<Option<Self>, CliError> {
        let text = files::read_if_there(&context.folder, path, Purpose::Lock)?;
        text.map(|text| Self::of_text(path, text)).transpose()
    }

    fn of_text(path: &Path, text: String) -> Result<Self, CliError> {
        let refused = |error: LockError| {
            let place = format!("{}:{}", path.display(), error.line);
            let LockError { message, hint, .. } = error;
            CliError::new(text!("{place}: {message}", "{place}：{message}")).hint(hint)
        };
        let contents = lock::read(&text).map_err(refused)?;
        let path = path.to_owned();
        Ok(Self {
            path,
            text,
            contents,
        })
    }
}

/// Returns the name of the lock of a file, which lies beside it.
fn lock_name(main: &Path) -> PathBuf {
    if DEFAULT_FILES.iter().any(|name| main == Path::new(name)) {
        return DEFAULT_LOCK.into();
    }
    let usual = ["txt", "dockerfile", "yaml", "yml", "toml"];
    if usual
        .iter()
        .any(|usual| main.extension() == Some(OsStr::new(usual)))
    {
        return main.with_extension("lock");
    }
    let mut name = main.to_owned().into_os_string();
    name.push(".lock");
    name.into()
}

/// Returns where the lock of a file was while it had another target, or more or fewer of them.
fn others(context: &Context, main: &Path, own: &Path) -> impl Iterator<Item = PathBuf> {
    let folder = main.parent().unwrap_or(Path::new("")).to_owned();
    let stem = own.file_stem().unwrap_or_default().to_string_lossy();
    let (own, before) = (own.to_string_lossy().into_owned(), format!("{stem}."));
    let mut names = files::names(&context.folder, &folder);
    names.sort();
    let is_one = move |name: &String| {
        let label = name.strip_prefix(&before);
        let label = label.and_then(|rest| rest.strip_suffix(".lock"));
        let label = label.map(|label| TargetLabel::try_from(label.to_owned()));
        *name == own || label.is_some_and(|label| label.is_ok())
    };
    let names = names.into_iter().filter(is_one);
    names.map(move |name| folder.join(name))
}

/// Returns the name of the lock of one of several targets.
fn of_target(lock: &Path, label: &TargetLabel) -> PathBuf {
    lock.with_extension(format!("{label}.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_has_a_lock_of_its_own() {
        for (main, lock) in [
            ("images.txt", "mirror.lock"),
            ("mirror.yaml", "mirror.lock"),
            ("mirror.toml", "mirror.lock"),
            ("images.dockerfile", "mirror.lock"),
            ("web.txt", "web.lock"),
            ("web.dockerfile", "web.lock"),
            ("Dockerfile", "Dockerfile.lock"),
            ("web.yml", "web.lock"),
            ("web", "web.lock"),
            ("web.v2", "web.v2.lock"),
            ("web.lock", "web.lock.lock"),
            (".txt", ".txt.lock"),
        ] {
            assert_eq!(lock_name(Path::new(main)), Path::new(lock), "{main}");
        }
    }
}
