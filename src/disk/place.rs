//! What is written to under a name.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf, absolute};

/// How many links are followed at most; the system itself follows no more.
const LINKS: usize = 40;

/// What is written to under a name.
#[derive(Debug, Clone)]
pub enum Place {
    /// A file, which can be replaced by another.
    File {
        /// Where it is or will be, all links followed: what replaces it goes beside it.
        path: PathBuf,
        /// What is known of the file that is there already.
        old: Option<Metadata>,
    },
    /// A device or a pipe, or what is open already under a name of the system's such as `/dev/stdout`:
    /// it takes what is written, and never must be replaced.
    Stream(PathBuf),
}

impl Place {
    /// Finds out what `path` leads to; its last part need not be there.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut path = absolute(path)?;
        match fs::metadata(&path) {
            Ok(found) if found.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(found) if !found.is_file() => return Ok(Self::Stream(path)),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            // A link to nothing is followed as well: what it names is made.
            Ok(_) | Err(_) => {}
        }
        for _ in 0..LINKS {
            match fs::symlink_metadata(&path) {
                Ok(found) if found.is_symlink() => {
                    if is_of_the_system(&path) {
                        return Ok(Self::Stream(path));
                    }
                    let link = fs::read_link(&path)?;
                    path = path.parent().unwrap_or(&path).join(link);
                }
                Ok(found) => {
                    let old = Some(found);
                    return Ok(Self::File { path, old });
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    return Ok(Self::File { path, old: None });
                }
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("it is a link to a link without end"))
    }
}

/// Tells whether a link is one of those that stand for what a process has open.
fn is_of_the_system(link: &Path) -> bool {
    link.starts_with("/dev") || link.starts_with("/proc")
}
