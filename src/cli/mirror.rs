//! What the files declare, with everything there is to say about it said.

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::config::import::{Imported, import};
use crate::config::{self, Diagnostic, Files, Input, Loaded, PruneSettings, Registries, Severity};
use crate::disk;
use crate::lock::{self, LockError};
use crate::model::Digest;
use crate::plan::{Desired, Entry, FileDigest, Lock, LockedImage, Origin, TargetName};
use crate::render::{Style, diagnostics, github, words};

use super::args::{Format, GlobalArgs, PruneArg};
use super::context::Context;
use super::error::{CliError, Stop};
use super::exit::Exit;
use super::files::{self, TextFile};
use super::outputs::Outputs;

/// A desired set that can be worked on, and how to talk to its registries.
pub struct Mirror {
    /// What the target should hold.
    pub desired: Desired,
    /// How to talk to the registries.
    pub registries: Registries,
    /// What the files say about deleting.
    pub prune: PruneSettings,
    /// The files that were read, as a saved plan knows them.
    pub files: Vec<FileDigest>,
    /// Where the lock lies, whether there is one or not.
    pub lock_file: PathBuf,
    /// The lock as it was read; empty without one.
    lock_text: String,
}

impl Mirror {
    /// Returns every file that was read for it, or will be.
    fn inputs(&self) -> impl Iterator<Item = &Path> {
        let files = self.files.iter().map(|file| Path::new(&file.path));
        let settings = self.registries.values();
        let certificates = settings.filter_map(|settings| settings.ca_file.as_deref());
        files
            .chain([self.lock_file.as_path()])
            .chain(certificates.map(Path::new))
    }

    /// Returns where the lock records a target.
    pub fn place_in_lock(&self, target: &TargetName) -> Origin {
        Origin {
            file: self.lock_file.display().to_string(),
            line: lock::line_of(&self.lock_text, target).unwrap_or(1),
        }
    }

    /// Tells whether what is no longer declared has to be deleted.
    pub fn prunes(&self, asked: PruneArg) -> bool {
        asked.prune || self.prune.wanted
    }

    /// Returns what may be deleted: what the lock records and the files no longer declare.
    pub fn prunable(&self) -> Result<Vec<(TargetName, LockedImage)>, CliError> {
        let Some(lock) = &self.desired.lock else {
            let file = self.lock_file.display();
            let message = format!("there is no `{file}`: nothing says which tags may be deleted");
            let hint = "run `pusher lock` and commit what it writes, before images leave the files";
            return Err(CliError::new(message).hint(hint));
        };
        Ok(lock::undeclared(&self.desired, lock))
    }

    /// Stops if the lock leaves the digest of an image open.
    pub fn require_locked(&self) -> Result<(), CliError> {
        let state = |entry: &Entry| words::unlocked(self.desired.lock_state(entry));
        let named = |entry: &Entry| Some(format!("`{}` ({})", entry.target, state(entry)?));
        let unlocked: Vec<_> = self.desired.entries.iter().filter_map(named).collect();
        let file = self.lock_file.display();
        let message = match (&self.desired.lock, unlocked.as_slice()) {
            (Some(_), []) => return Ok(()),
            (None, _) => format!("there is no `{file}`, and `--locked` asks for one"),
            (Some(_), unlocked) => {
                format!("`{file}` does not settle {}", unlocked.join(", "))
            }
        };
        Err(CliError::new(message).hint("run `pusher lock`, and commit what it wrote"))
    }
}

/// Reads the files.
pub fn load(context: &Context, global: &GlobalArgs) -> Result<Loaded, CliError> {
    let file = files::read_main(&context.folder, global.file.as_deref())?;
    Ok(understand(context, &file).0)
}

/// Reads the files and says what is to be said about them; stops if that stands in the way, or if one
/// of them would be written over.
pub fn require(
    context: &Context,
    global: &GlobalArgs,
    outputs: &Outputs<'_>,
) -> Result<Mirror, Stop> {
    let file = files::read_main(&context.folder, global.file.as_deref())?;
    let (loaded, mut files) = understand(context, &file);
    let annotate = |told: &[Diagnostic]| match global.format() {
        Format::Github => context
            .printer
            .answer(|to| github::check(told, &loaded.files, to)),
        Format::Human | Format::Json | Format::Markdown => Ok(()),
    };
    let Ok(mut desired) = loaded.desired() else {
        annotate(&loaded.diagnostics)?;
        return Err(refuse(context, &loaded.files, &loaded.diagnostics));
    };
    // Names that the target refuses are not told here: the plan shows them as blocked.
    let is_remark = |told: &&Diagnostic| told.severity < Severity::Error;
    let remarks: Vec<_> = loaded
        .diagnostics
        .iter()
        .filter(is_remark)
        .cloned()
        .collect();
    annotate(&remarks)?;
    context
        .printer
        .say(|to| write(context, &loaded.files, &remarks, to));
    let main = files::find_main(&context.folder, global.file.as_deref())?;
    let lock_file = main.with_file_name(lock::FILE_NAME);
    let lock_text = files::read_if_there(&context.folder, &lock_file)?;
    let lock = lock_text.as_deref().map(|text| read_lock(text, &lock_file));
    desired.lock = lock.transpose()?;
    let noted = lock_text.as_deref();
    let lock_name = lock_file.display().to_string();
    files.extend(noted.map(|text| noted_as(context, &lock_name, text)));
    let mirror = Mirror {
        desired,
        registries: loaded.registries,
        prune: loaded.prune,
        files,
        lock_file,
        lock_text: lock_text.unwrap_or_default(),
    };
    outputs.spare(mirror.inputs())?;
    Ok(mirror)
}

fn read_lock(text: &str, path: &Path) -> Result<Lock, CliError> {
    let refused = |error: LockError| {
        let place = format!("{}:{}", path.display(), error.line);
        CliError::new(format!("{place}: {}", error.message)).hint(error.hint)
    };
    lock::read(text).map_err(refused)
}

/// Reads an image list and writes it as a mirror file; stops if there are mistakes in it.
pub fn import_list(context: &Context, path: &Path) -> Result<String, Stop> {
    if path.extension().is_none_or(|extension| extension != "txt") {
        let message = format!("`{}` is not an image list", path.display());
        return Err(CliError::new(message)
            .hint("the name of an image list ends in `.txt`")
            .into());
    }
    let file = files::read_main(&context.folder, Some(path))?;
    let Imported {
        text,
        diagnostics: told,
        files,
    } = import(&file.name, &file.text);
    let text = text.ok_or_else(|| refuse(context, &files, &told))?;
    context.printer.say(|to| write(context, &files, &told, to));
    Ok(text)
}

/// Reads what the main file declares, and notes which files that took.
fn understand(context: &Context, file: &TextFile) -> (Loaded, Vec<FileDigest>) {
    let noted = RefCell::new(vec![noted_as(context, &file.name, &file.text)]);
    let read = |included: &str| {
        let text = files::read_text(&context.folder, Path::new(included))?;
        noted.borrow_mut().push(noted_as(context, included, &text));
        Ok(text)
    };
    let loaded = config::load(&Input {
        path: &file.name,
        text: &file.text,
        environment: context.environment.variables(),
        read: &read,
    });
    (loaded, noted.into_inner())
}

fn noted_as(context: &Context, path: &str, text: &str) -> FileDigest {
    FileDigest {
        path: disk::called(&context.folder, Path::new(path)),
        digest: Digest::sha256(text.as_bytes()),
    }
}

/// Says why nothing is done.
fn refuse(context: &Context, files: &Files, told: &[Diagnostic]) -> Stop {
    context.printer.insist(|to| {
        write(context, files, told, to)?;
        writeln!(to, "{}: nothing was done", diagnostics::summary(told))
    });
    Stop::Said(Exit::Failed)
}

fn write(
    context: &Context,
    files: &Files,
    told: &[Diagnostic],
    to: &mut dyn fmt::Write,
) -> fmt::Result {
    let coloured = context.printer.talk_style() == Style::COLOURED;
    diagnostics::write(told, files, coloured, to)
}

/// Reads a file that a setting names.
pub fn read_setting(context: &Context, path: &str) -> Result<Vec<u8>, CliError> {
    files::read_bytes(&context.folder, Path::new(path))
}
