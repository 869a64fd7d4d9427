//! The files that earlier runs left, as they are named to `page`.

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
    /// What of it could not be read.
    pub(super) told: Vec<Text>,
}

/// Reads files, and those of folders that end in `.json` or `.jsonl`. What is damaged keeps nothing else back.
///
/// # Errors
///
/// Something that was named is not there.
pub(super) fn kept(context: &Context, named: &[PathBuf]) -> Result<Kept, CliError> {
    let mut paths = vec![];
    for name in named {
        find(context, name, &mut paths)?;
    }
    let mut kept = Kept {
        records: vec![],
        told: vec![],
    };
    if paths.len() > FILES {
        let more = paths.len() - FILES;
        kept.told.push(text!(
            "{more} files of earlier runs were not read: {FILES} are read at most",
            "有 {more} 个以往运行的文件没有读：最多读 {FILES} 个"
        ));
        paths.truncate(FILES);
    }
    for path in paths {
        // The page is for everyone, and where a file lies here is not.
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = excerpt(&name.display().to_string());
        match files::read_text(&context.folder, &path, Purpose::History) {
            Ok(text) => {
                let (records, told) = read(&name, &text);
                kept.records.extend(records);
                kept.told.extend(told);
            }
            Err(why) => kept.told.push(text!(
                "cannot read `{name}`: {why}",
                "无法读取 `{name}`：{why}"
            )),
        }
    }
    Ok(kept)
}

fn find(context: &Context, named: &Path, found: &mut Vec<PathBuf>) -> Result<(), CliError> {
    let here = context.folder.join(named);
    let is_folder = fs::metadata(&here).map_err(|error| unreadable(named, &error))?;
    if is_folder.is_dir() {
        below(context, named, 1, found).map_err(|error| unreadable(named, &error))
    } else {
        found.push(named.to_owned());
        Ok(())
    }
}

/// Finds the files of a folder, each run in the same order. No link is followed: it may lead back.
fn below(
    context: &Context,
    folder: &Path,
    level: usize,
    found: &mut Vec<PathBuf>,
) -> io::Result<()> {
    let mut entries = fs::read_dir(context.folder.join(folder))?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = folder.join(entry.file_name());
        let kind = entry.file_type()?;
        let is_kept = || {
            let end = path.extension();
            end.is_some_and(|end| end == "json" || end == "jsonl")
        };
        if kind.is_dir() && level < LEVELS {
            below(context, &path, level + 1, found)?;
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
