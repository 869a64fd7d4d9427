//! Files of a folder by name: how one is called from there, and what is read under a name that a
//! stranger wrote.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, absolute};

/// Why nothing is read under a name.
#[derive(Debug)]
pub enum Astray {
    /// It leads out of the folder, by itself or by a link.
    Outside,
    /// There is no such file.
    Missing,
    /// It is a folder, a device or a pipe.
    NoFile,
    /// The system does not let it be read.
    Unreadable(io::Error),
}

/// Returns what a file is called from `folder`, the same however its path was written: of what lies
/// in the folder or below, the way from there.
pub fn called(folder: &Path, path: &Path) -> String {
    let here = absolute(folder.join("."));
    let there = absolute(folder.join(path));
    let below = match (&here, &there) {
        (Ok(here), Ok(there)) => there.strip_prefix(here).ok(),
        _ => None,
    };
    let path = below.unwrap_or(path);
    if path.is_absolute() {
        return path.display().to_string();
    }
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let words: Vec<_> = parts
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    words.join("/")
}

/// Reads a file that lies in `folder` or below, and has no more than `most` bytes; never one that its name leads
/// to elsewhere.
pub fn read_below(folder: &Path, name: &str, most: u64) -> Result<Vec<u8>, Astray> {
    let is_way_down = |part: Component<'_>| matches!(part, Component::Normal(_));
    if name.is_empty() {
        return Err(Astray::NoFile);
    }
    if !Path::new(name).components().all(is_way_down) {
        return Err(Astray::Outside);
    }
    // Links are followed as long as they stay inside.
    let folder = fs::canonicalize(folder.join(".")).map_err(Astray::of)?;
    let file = fs::canonicalize(folder.join(name)).map_err(Astray::of)?;
    if !file.starts_with(&folder) {
        return Err(Astray::Outside);
    }
    let found = fs::metadata(&file).map_err(Astray::of)?;
    if !found.is_file() {
        return Err(Astray::NoFile);
    }
    if found.len() > most {
        return Err(Astray::Unreadable(ErrorKind::FileTooLarge.into()));
    }
    fs::read(&file).map_err(Astray::of)
}

impl Astray {
    fn of(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Missing,
            _ => Self::Unreadable(error),
        }
    }
}
