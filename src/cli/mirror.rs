//! What the files declare, with everything there is to say about it said.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::import::{Imported, Imports, import};
use crate::config::{
    self, Diagnostic, FileKind, Files, Input, Loaded, PruneSettings, Registries, Severity,
};
use crate::disk;
use crate::model::{Digest, listed};
use crate::plan::{
    Desired, Entry, Family, FileDigest, Lock, LockState, LockedImage, Target, TargetName,
};
use crate::render::{Format, PartOf, github, human, words};

use super::args::GlobalArgs;
use super::clock;
use super::context::Context;
use super::error::{CliError, CommandError, Mistakes};
use super::files::{self, TextFile};
use super::lock_file::LockFile;
use super::outputs::Outputs;
use super::part::Chosen;
use super::purpose::Purpose;

/// The desired set of a target, which can be worked on, and how to talk to its registries.
pub struct Mirror {
    /// What the target should hold.
    pub desired: Desired,
    /// How to talk to the registries.
    pub registries: Registries,
    /// All targets that the files name, those too that are left alone this time.
    pub targets: Arc<[Target]>,
    /// What the files say about deleting.
    pub prune: PruneSettings,
    /// The files that were read, as a saved plan knows them.
    pub files: Vec<FileDigest>,
    /// The lock, which [`Desired::lock`] has been taken from where that is wanted.
    pub lock: LockFile,
    /// The part of it that was asked for; none where that is the whole.
    chosen: Option<Chosen>,
    /// What other machines see to.
    elsewhere: Vec<Entry>,
    /// The repositories of that which is there in the end.
    repositories_elsewhere: BTreeSet<String>,
}

impl Mirror {
    /// Returns every file that was read for it, or will be.
    fn inputs(&self) -> impl Iterator<Item = &Path> {
        let files = self.files.iter().map(|file| Path::new(&file.path));
        let settings = self.registries.values();
        let certificates = settings.filter_map(|settings| settings.ca_file.as_deref());
        files
            .chain(self.lock.places())
            .chain(certificates.map(Path::new))
    }

    /// Tells whether what is no longer declared has to be deleted.
    pub fn prunes(&self, asked: bool) -> bool {
        asked || self.prune.wanted
    }

    /// Leaves only what the patterns name; all of it where there are none.
    ///
    /// With `prunes`, a pattern may as well name what is recorded and no longer declared.
    pub fn keep_only(&mut self, patterns: &[String], prunes: bool) {
        if !patterns.is_empty() {
            // Whether there may be any is asked later, where they go.
            let undeclared = prunes.then(|| self.lock.prunable(&self.desired));
            let undeclared = undeclared.and_then(Result::ok).unwrap_or_default();
            self.chosen = Some(Chosen::of(patterns, &mut self.desired, undeclared));
        }
    }

    /// Leaves of what rules have chosen since only what the patterns name.
    pub fn keep_chosen(&mut self) {
        if let Some(chosen) = &mut self.chosen {
            chosen.keep(&mut self.desired);
        }
    }

    /// Leaves to other machines what is not wanted of this one; `is_there` tells what of it will be in the target.
    pub fn leave_to_others(
        &mut self,
        is_own: impl Fn(&TargetName) -> bool,
        is_there: impl Fn(&TargetName) -> bool,
    ) {
        let entries = std::mem::take(&mut self.desired.entries);
        let (own, others) = entries.into_iter().partition(|entry| is_own(&entry.target));
        self.desired.entries = own;
        let there = others
            .iter()
            .filter(|entry: &&Entry| is_there(&entry.target));
        let there = there.map(|entry| entry.target.repository.clone());
        self.repositories_elsewhere = there.collect();
        self.elsewhere = others;
    }

    /// Stops where a pattern names nothing in any of these.
    pub fn require_chosen(mirrors: &[Self]) -> Result<(), CliError> {
        let each = mirrors.iter().filter_map(|mirror| {
            let chosen = mirror.chosen.as_ref()?;
            Some((chosen, &mirror.desired))
        });
        Chosen::require_something(each)
    }

    /// Returns what is said of a part; none where it is the whole.
    pub fn part(&self) -> Option<&PartOf> {
        self.chosen.as_ref().map(Chosen::said)
    }

    /// Returns the repositories in the target of what is declared and outside of the part.
    pub fn repositories_outside(&self) -> BTreeSet<&str> {
        let chosen = self.chosen.as_ref();
        let target = &self.desired.target;
        let outside = chosen.map(|chosen| chosen.repositories_outside(target));
        let elsewhere = self.repositories_elsewhere.iter().map(String::as_str);
        outside.into_iter().flatten().chain(elsewhere).collect()
    }

    /// Returns what may be deleted: what is recorded and no longer declared, and in the part.
    pub fn prunable(&self) -> Result<Vec<(TargetName, LockedImage)>, CliError> {
        let mut whole = Cow::Borrowed(&self.desired);
        if !self.elsewhere.is_empty() {
            whole
                .to_mut()
                .entries
                .extend(self.elsewhere.iter().cloned());
        }
        let Some(chosen) = &self.chosen else {
            return self.lock.prunable(&whole);
        };
        let mut undeclared = self.lock.prunable(&chosen.whole(&whole))?;
        chosen.retain(&mut undeclared);
        Ok(undeclared)
    }

    /// Stops if the lock leaves the digest of an image open.
    pub fn require_locked(&self) -> Result<(), CliError> {
        let state = |entry: &Entry| words::unlocked(self.desired.lock_state(entry));
        let named = |entry: &Entry| {
            let (target, state) = (&entry.target, state(entry)?);
            Some(tr!("`{target}` ({state})", "`{target}`（{state}）"))
        };
        let open = |family: &Family| {
            let state = words::unlocked(self.desired.family_state(family))?;
            let target = family.name();
            Some(tr!("`{target}` ({state})", "`{target}`（{state}）"))
        };
        let unlocked = || -> Vec<_> {
            let families = self.desired.families.iter().filter_map(open);
            families
                .chain(self.desired.entries.iter().filter_map(named))
                .collect()
        };
        let file = self.lock.read_from().display();
        let message = match &self.desired.lock {
            Some(_) if unlocked().is_empty() => return Ok(()),
            None => text!(
                "there is no `{file}`, and `--locked` asks for one",
                "没有 `{file}`，而 `--locked` 需要它"
            ),
            Some(_) => text!(
                "`{file}` does not settle {}",
                "`{file}` 没有锁定 {}",
                listed(unlocked())
            ),
        };
        let command = self.lock.command("");
        Err(CliError::new(message).hint(text!(
            "run `{command}`, and commit what it wrote",
            "运行 `{command}`，并提交它写下的文件"
        )))
    }
}

/// Reads the files.
pub fn load(context: &Context, global: &GlobalArgs) -> Result<Loaded, CliError> {
    Ok(gather(context, global)?.0)
}

/// Reads how to talk to the registries, if a file says that; what else it says does not matter.
pub fn settings(context: &Context, global: &GlobalArgs) -> Result<Option<Loaded>, CliError> {
    let named = global.file.is_some();
    if !named && files::find_main(&context.folder, None).is_err() {
        return Ok(None);
    }
    load(context, global).map(Some)
}

/// Reads the files, and notes which that were.
fn gather(context: &Context, global: &GlobalArgs) -> Result<(Loaded, Vec<FileDigest>), CliError> {
    let file = files::read_main(&context.folder, global.file.as_deref())?;
    let (mut loaded, files) = understand(context, &file);
    left_aside(context, global, &mut loaded, &file.name);
    Ok((loaded, files))
}

/// Reads the files and says what is to be said about them; stops if that stands in the way, or if one
/// of them would be written over. What of each lock there is to keep to, `keep_to` tells.
///
/// There is one for each target, or for those that are named `to`.
pub fn require(
    context: &Context,
    global: &GlobalArgs,
    to: &[String],
    outputs: &Outputs<'_>,
    keep_to: impl Fn(&LockFile, &Desired) -> Result<Option<Lock>, CliError>,
) -> Result<Vec<Mirror>, CommandError> {
    let (loaded, files) = gather(context, global)?;
    let tell = || tell_remarks(context, global, &loaded);
    settle(
        context,
        global,
        (to, outputs),
        keep_to,
        (&loaded, &files),
        tell,
    )
}

/// Reads them again, after they were edited, and says nothing twice.
pub fn require_again(
    context: &Context,
    global: &GlobalArgs,
    to: &[String],
    outputs: &Outputs<'_>,
    keep_to: impl Fn(&LockFile, &Desired) -> Result<Option<Lock>, CliError>,
) -> Result<Vec<Mirror>, CommandError> {
    let (loaded, files) = gather(context, global)?;
    settle(
        context,
        global,
        (to, outputs),
        keep_to,
        (&loaded, &files),
        || Ok(()),
    )
}

/// Says what is to be said about the files.
fn tell_remarks(context: &Context, global: &GlobalArgs, loaded: &Loaded) -> Result<(), CliError> {
    // What is about one image is not told here: the plan shows it.
    let is_remark =
        |told: &&Diagnostic| told.severity < Severity::Error && !told.kind.is_of_one_image();
    let remarks: Vec<_> = loaded
        .diagnostics
        .iter()
        .filter(is_remark)
        .cloned()
        .collect();
    if global.format() == Format::Github {
        context
            .printer
            .answer(|to| github::diagnostics(&remarks, &loaded.files, to))?;
    }
    context
        .printer
        .say(|to| write(context, &loaded.files, &remarks, to));
    Ok(())
}

/// Makes of what the files declare, for each target that is wanted, what can be worked on.
fn settle(
    context: &Context,
    global: &GlobalArgs,
    (to, outputs): (&[String], &Outputs<'_>),
    keep_to: impl Fn(&LockFile, &Desired) -> Result<Option<Lock>, CliError>,
    (loaded, files): (&Loaded, &[FileDigest]),
    tell: impl FnOnce() -> Result<(), CliError>,
) -> Result<Vec<Mirror>, CommandError> {
    let Ok(desired) = loaded.desired() else {
        return Err(Mistakes::of(
            loaded.diagnostics.clone(),
            loaded.files.clone(),
        ));
    };
    let targets: Arc<[Target]> = loaded.known_targets().cloned().collect();
    let desired = only_to(to, desired)?;
    tell()?;
    let main = files::find_main(&context.folder, global.file.as_deref())?;
    let mut mirrors = Vec::with_capacity(desired.len());
    let now = clock::now();
    for mut desired in desired {
        let lock = LockFile::read(context, &main, global.file.as_deref(), &desired)?;
        let noted = |text| noted_as(context, &lock.read_from().display().to_string(), text);
        let mut files = files.to_vec();
        files.extend(lock.text().map(noted));
        desired.lock = keep_to(&lock, &desired)?;
        desired.now = now;
        let mirror = Mirror {
            desired,
            registries: loaded.registries.clone(),
            targets: Arc::clone(&targets),
            prune: loaded.prune,
            files,
            lock,
            chosen: None,
            elsewhere: vec![],
            repositories_elsewhere: BTreeSet::new(),
        };
        outputs.spare(mirror.inputs())?;
        mirrors.push(mirror);
    }
    Ok(mirrors)
}

/// Returns which images the locks settle, each with the number of its target.
pub fn settled(
    context: &Context,
    global: &GlobalArgs,
    loaded: &Loaded,
) -> Result<HashSet<(usize, TargetName)>, CliError> {
    let main = files::find_main(&context.folder, global.file.as_deref())?;
    let mut settled = HashSet::new();
    for (number, one) in loaded.targets.iter().enumerate() {
        let Some(mut desired) = one.desired(&loaded.policy) else {
            continue;
        };
        let lock = LockFile::read(context, &main, global.file.as_deref(), &desired)?;
        desired.lock = lock.settled_anywhere(&desired)?;
        let images = desired.entries.iter();
        let images = images.filter(|entry| desired.locked(entry).is_some());
        settled.extend(images.map(|entry| (number, entry.target.clone())));
        let families = desired.families.iter();
        let families = families.filter(|family| desired.family_state(family) == LockState::Locked);
        settled.extend(families.map(|family| (number, family.name().clone())));
    }
    Ok(settled)
}

/// Leaves the targets that are named; all where none is.
fn only_to(names: &[String], mut desired: Vec<Desired>) -> Result<Vec<Desired>, CliError> {
    if names.is_empty() {
        return Ok(desired);
    }
    let label = |desired: &Desired| desired.target.label.clone();
    let known: Vec<_> = desired.iter().filter_map(label).collect();
    let is_known = |name: &&String| known.iter().any(|known| known.as_str() == name.as_str());
    if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
        let message = text!("`{unknown}` is no target", "没有叫 `{unknown}` 的目标");
        return Err(CliError::new(message).hint(if known.is_empty() {
            text!(
                "the files have one target, and it has no name; several are written below `targets`",
                "文件里只有一个目标，它没有名字；多个目标写在 `targets` 下面"
            )
        } else {
            let known = listed(known.iter().map(|known| format!("`{known}`")));
            text!("the targets are {known}", "有这些目标：{known}")
        }));
    }
    desired.retain(|desired| {
        let label = desired.target.label.as_ref();
        label.is_some_and(|label| names.iter().any(|name| name == label.as_str()))
    });
    Ok(desired)
}

/// Stops where a lock is wanted of what has none, as it comes from standard input.
pub fn require_lockable(global: &GlobalArgs, wanted_by: &str) -> Result<(), CliError> {
    if !global.file.as_deref().is_some_and(files::is_standard_input) {
        return Ok(());
    }
    let message = text!(
        "what comes from standard input has no lock, and `{wanted_by}` needs one",
        "来自标准输入的列表没有锁文件，而 `{wanted_by}` 需要锁文件"
    );
    Err(CliError::new(message).hint(text!(
        "keep the list in a file, and name it with `--file`",
        "把列表存成文件，用 `--file` 指定"
    )))
}

/// Returns the target that the environment names, if it does.
pub fn of_environment(context: &Context) -> Option<Target> {
    let environment = context.environment.variables();
    let loaded = config::load(&Input {
        path: "images.txt",
        text: "",
        environment,
        read: &|_| Ok(String::new()),
        names: &|_| vec![],
    });
    loaded.known_targets().next().cloned()
}

/// Reads files that belong together and writes them as a mirror file; stops if there are mistakes in them.
pub fn import_files(context: &Context, paths: &[PathBuf]) -> Result<String, CommandError> {
    let read = |path: &PathBuf| files::read_main(&context.folder, Some(path));
    let read: Vec<TextFile> = paths.iter().map(read).collect::<Result<_, _>>()?;
    let imports = read
        .iter()
        .map(|TextFile { name, text }| Imports { path: name, text });
    written(context, import(&imports.collect::<Vec<_>>()))
}

/// Says what there is to say of what was imported, and returns the mirror file.
pub fn written(context: &Context, imported: Imported) -> Result<String, CommandError> {
    let Imported {
        text,
        diagnostics: told,
        files,
    } = imported;
    let Some(text) = text else {
        return Err(Mistakes::of(told, files));
    };
    context.printer.say(|to| write(context, &files, &told, to));
    Ok(text)
}

/// Reads what the main file declares, and notes which files that took.
fn understand(context: &Context, file: &TextFile) -> (Loaded, Vec<FileDigest>) {
    let noted = RefCell::new(vec![noted_as(context, &file.name, &file.text)]);
    let note = |included: &str, text: &str| {
        noted.borrow_mut().push(noted_as(context, included, text));
    };
    let loaded = with_input(context, file, note, config::load);
    (loaded, noted.into_inner())
}

/// Does something with a main file, whose includes are read from the disk; `note` is told of each.
pub fn with_input<T>(
    context: &Context,
    file: &TextFile,
    note: impl Fn(&str, &str),
    something: impl FnOnce(&Input<'_>) -> T,
) -> T {
    let room = Cell::new(Purpose::List.limit().saturating_sub(file.text.len() as u64));
    let read = |included: &str| {
        let text = files::read_text(&context.folder, Path::new(included), Purpose::List)?;
        let left = room.get().checked_sub(text.len() as u64);
        room.set(left.ok_or_else(|| Purpose::List.too_much())?);
        note(included, &text);
        Ok(text)
    };
    something(&Input {
        path: &file.name,
        text: &file.text,
        environment: context.environment.variables(),
        read: &read,
        names: &|path| files::names(&context.folder, Path::new(path)),
    })
}

/// Says which image lists of this folder are not read, as another file goes before them and does not include them.
fn left_aside(context: &Context, global: &GlobalArgs, loaded: &mut Loaded, main: &str) {
    let is_list = matches!(FileKind::named(main), Some(FileKind::List(_)));
    for list in files::USUAL_LISTS {
        let is_there = || context.folder.join(list).is_file();
        if global.file.is_some() || main == list || loaded.files.contains(list) || !is_there() {
            continue;
        }
        let message = text!(
            "`{list}` is here as well and is not read: `{main}` does not include it",
            "这里还有 `{list}`，没有读它：`{main}` 没有包含它"
        );
        let help = if is_list {
            text!(
                "a `mirror.yaml` with `include: [{main}, {list}]` reads both; `--file {list}` reads it alone",
                "`mirror.yaml` 里写 `include: [{main}, {list}]` 就两个都读；`--file {list}` 只读这一个"
            )
        } else {
            text!(
                "write `include: [{list}]` into `{main}`, or read the list alone with `--file {list}`",
                "在 `{main}` 里写 `include: [{list}]`，或者用 `--file {list}` 只读这个列表"
            )
        };
        let note = Diagnostic::note("list-left-aside", message);
        loaded.diagnostics.push(note.help(help));
    }
}

fn noted_as(context: &Context, path: &str, text: &str) -> FileDigest {
    FileDigest {
        path: disk::called(&context.folder, Path::new(path)),
        digest: Digest::sha256(text.as_bytes()),
    }
}

fn write(
    context: &Context,
    files: &Files,
    told: &[Diagnostic],
    to: &mut dyn fmt::Write,
) -> fmt::Result {
    human::diagnostics(told, files, context.printer.talk_style(), to)
}

/// Reads a file that a setting names.
pub fn read_setting(context: &Context, path: &str) -> Result<Vec<u8>, CliError> {
    files::read_bytes(&context.folder, Path::new(path), Purpose::Certificates)
}
