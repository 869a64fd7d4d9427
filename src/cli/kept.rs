//! The files that earlier runs left, as they are named to `page`.

use std::fmt::Display;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::model::Text;
use crate::page::{Record, read};
use crate::render::sanitize::excerpt;

use super::context::Context;
use super::error::CliError;
use super::files::{self, reason};
use super::purpose::Purpose;

/// How deep folders are looked into: what artifacts are downloaded to has one for each.
const LEVELS: usize = 4;
/// How many files are read at most.
const FILES: usize = 10_000;

/// What earlier runs left.
pub(super) struct Kept {
    /// What they copied.
    pub(super) records: Vec<Record>,
    /// What of it could not be read, for everyone: by the names of files alone.
    pub(super) told: Vec<Text>,
    /// The same for who runs this: with the folders in which they lie.
    pub(super) said: Vec<Text>,
}

impl Kept {
    /// Takes what could not be read, as it is told of a name.
    fn tell(&mut self, path: &Path, told: impl Fn(&str) -> Option<Text>) {
        // The page is for everyone, and where a file lies here is not.
        let name = path.file_name().unwrap_or(path.as_os_str());
        self.told
            .extend(told(&excerpt(&name.display().to_string())));
        self.said
            .extend(told(&excerpt(&path.display().to_string())));
    }

    fn tell_unread(&mut self, path: &Path, why: impl Display) {
        self.tell(path, |name| {
            Some(text!(
                "cannot read `{name}`: {why}",
                "无法读取 `{name}`：{why}"
            ))
        });
    }
}

/// Reads files, and those of folders that end in `.json` or `.jsonl`. What is damaged keeps nothing else back.
///
/// # Errors
///
/// Something that was named is not there.
pub(super) fn kept(context: &Context, named: &[PathBuf]) -> Result<Kept, CliError> {
    let mut kept = Kept {
        records: vec![],
        told: vec![],
        said: vec![],
    };
    let mut paths = vec![];
    for name in named {
        find(context, name, &mut paths, &mut kept)?;
    }
    if paths.len() > FILES {
        let more = paths.len() - FILES;
        let told = text!(
            "{more} files of earlier runs were not read: {FILES} are read at most",
            "有 {more} 个以往运行的文件没有读：最多读 {FILES} 个"
        );
        kept.said.push(told.clone());
        kept.told.push(told);
        paths.truncate(FILES);
    }
    for path in paths {
        match files::read_text(&context.folder, &path, Purpose::History) {
            Ok(text) => {
                let (records, told) = read("", &text);
                kept.records.extend(records);
                if told.is_some() {
                    kept.tell(&path, |name| read(name, &text).1);
                }
            }
            Err(why) => kept.tell_unread(&path, why),
        }
    }
    Ok(kept)
}

fn find(
    context: &Context,
    named: &Path,
    found: &mut Vec<PathBuf>,
    kept: &mut Kept,
) -> Result<(), CliError> {
    let here = context.folder.join(named);
    let is_folder = fs::metadata(&here).map_err(|error| unreadable(named, &error))?;
    if is_folder.is_dir() {
        below(context, named, 1, found, kept).map_err(|error| unreadable(named, &error))
    } else {
        found.push(named.to_owned());
        Ok(())
    }
}

/// Finds the files of a folder, each run in the same order. No link is followed: it may lead back. What can't be looked
/// into below it is told of.
fn below(
    context: &Context,
    folder: &Path,
    level: usize,
    found: &mut Vec<PathBuf>,
    kept: &mut Kept,
) -> io::Result<()> {
    let mut entries = fs::read_dir(context.folder.join(folder))?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = folder.join(entry.file_name());
        let kind = match entry.file_type() {
            Ok(kind) => kind,
            Err(error) => {
                kept.tell_unread(&path, reason(&error));
                continue;
            }
        };
        let is_kept = || {
            let end = path.extension();
            end.is_some_and(|end| end == "json" || end == "jsonl")
        };
        if kind.is_dir() && level < LEVELS {
            if let Err(error) = below(context, &path, level + 1, found, kept) {
                kept.tell_unread(&path, reason(&error));
            }
        } else if kind.is_dir() {
            kept.tell(&path, |name| {
                Some(text!(
                    "`{name}` was not looked into: folders are, {LEVELS} deep",
                    "没有看 `{name}` 里面：目录最多看 {LEVELS} 层"
                ))
            });
        } else if kind.is_file() && is_kept() {
            found.push(path);
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &io::Error) -> CliError {
    let (file, why) = (path.display(), reason(error));
    let told = CliError::new(text!(
        "cannot read `{file}`: {why}",
        "无法读取 `{file}`：{why}"
    ));
    told.hint(text!(
        "`--history` names what `pusher apply --records FILE` or `--report FILE` wrote, or a folder of such files; leave it \
         out where there is none yet",
        "`--history` 后面写 `pusher apply --records FILE` 或 `--report FILE` 写的文件，或者放它们的目录；还没有就不写"
    ))
}
