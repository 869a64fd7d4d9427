//! Files by what they are, however their names are spelt.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use super::place::Place;

/// A file by what it is: two names that lead to one file, by links of either kind, have the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The file's number; its folder's, while it is not there.
    number: Number,
    /// The name under which it will be made.
    not_yet: Option<OsString>,
}

/// One of the streams that this process was started with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standard {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

impl Identity {
    /// Returns what `path` leads to, if that is a file and can be told.
    pub fn of_file(path: &Path) -> Option<Self> {
        if let Ok(found) = fs::metadata(path) {
            let number = found.is_file().then(|| Number::of(path, &found))??;
            return Some(Self::there(number));
        }
        let Ok(Place::File { path, old: None }) = Place::of(path) else {
            return None;
        };
        let folder = path.parent()?;
        Some(Self {
            number: Number::of(folder, &fs::metadata(folder).ok()?)?,
            not_yet: Some(path.file_name()?.to_owned()),
        })
    }

    fn there(number: Number) -> Self {
        let not_yet = None;
        Self { number, not_yet }
    }
}

impl Standard {
    /// Returns the stream that `path` is a name of, if it is one.
    pub fn of(path: &Path) -> Option<Self> {
        let Ok(Place::Stream(path)) = Place::of(path) else {
            return None;
        };
        let number = Number::of(&path, &fs::metadata(&path).ok()?)?;
        [Self::Output, Self::Error].into_iter().find(|stream| {
            let opened = stream.metadata().ok();
            opened.is_some_and(|opened| Number::of_open(&opened) == Some(number.clone()))
        })
    }

    /// Returns the file that this stream goes to, if it goes to one.
    pub fn file(self) -> Option<Identity> {
        let opened = self.metadata().ok().filter(Metadata::is_file)?;
        Number::of_open(&opened).map(Identity::there)
    }

    #[cfg(unix)]
    fn metadata(self) -> io::Result<Metadata> {
        use std::os::fd::AsFd as _;
        let descriptor = match self {
            Self::Output => io::stdout().as_fd().try_clone_to_owned(),
            Self::Error => io::stderr().as_fd().try_clone_to_owned(),
        };
        fs::File::from(descriptor?).metadata()
    }

    #[cfg(not(unix))]
    fn metadata(self) -> io::Result<Metadata> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// What the system tells files apart by.
#[cfg(unix)]
#[derive(Debug, Clone, PartialEq, Eq)]
struct Number {
    device: u64,
    inode: u64,
}

#[cfg(unix)]
impl Number {
    fn of(_: &Path, found: &Metadata) -> Option<Self> {
        Self::of_open(found)
    }

    #[expect(clippy::unnecessary_wraps, reason = "not every system tells")]
    fn of_open(found: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        Some(Self {
            device: found.dev(),
            inode: found.ino(),
        })
    }
}

/// What files are told apart by where the system's own numbers cannot be had.
#[cfg(not(unix))]
#[derive(Debug, Clone, PartialEq, Eq)]
struct Number(std::path::PathBuf);

#[cfg(not(unix))]
impl Number {
    fn of(path: &Path, _: &Metadata) -> Option<Self> {
        fs::canonicalize(path).ok().map(Self)
    }

    fn of_open(_: &Metadata) -> Option<Self> {
        None
    }
}
