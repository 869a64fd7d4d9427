//! Writing a file whole, or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use super::place::Place;

/// Writes a file: whoever reads it meanwhile, and whatever breaks off, finds the old one or the new.
///
/// A link stays a link: what it leads to is written so. A device or a pipe takes the bytes as they
/// come; if its reader has gone away, it has what it wanted.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match Place::of(path)? {
        Place::File { path, old } => {
            Written::new(&path, old.as_ref(), |file| file.write_all(bytes))?.put(&path)
        }
        Place::Stream(path) => pour(&path, bytes),
    }
}

/// Adds to the end of a file: whoever reads it meanwhile, and whatever breaks off, finds the old one or the new.
pub fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match Place::of(path)? {
        Place::File {
            path,
            old: Some(old),
        } => {
            let mut before = File::open(&path)?;
            let fill = |file: &mut File| {
                io::copy(&mut before, file)?;
                file.write_all(bytes)
            };
            Written::new(&path, Some(&old), fill)?.put(&path)
        }
        Place::File { .. } | Place::Stream(_) => write(path, bytes),
    }
}

/// Writes a file that is not there yet, and makes the folders that it is in; whatever is there already stays, and
/// is an error.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder(path))?;
    Written::new(path, None, |file| file.write_all(bytes))?.put_new(path)
}

/// Tells beforehand why [`write()`] would fail; changes nothing.
pub fn require_writable(path: &Path) -> io::Result<()> {
    match Place::of(path)? {
        Place::File { path, old } => beside(&path, old.as_ref()).map(drop),
        // To open a pipe and close it again would tell its reader that this was all.
        Place::Stream(_) => Ok(()),
    }
}

/// A file that is whole on the disk and has no name yet that anybody knows. There is no other way
/// to a name than through this.
pub(super) struct Written(NamedTempFile);

impl Written {
    /// Fills a file that can take the place of `path`; if that fails, nothing is left of it.
    pub(super) fn new(
        path: &Path,
        old: Option<&Metadata>,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<Self> {
        let mut new = beside(path, old)?;
        fill(new.as_file_mut())?;
        new.as_file().sync_all()?;
        Ok(Self(new))
    }

    /// Gives it its name.
    pub(super) fn put(self, path: &Path) -> io::Result<()> {
        self.0.persist(path).map_err(|error| error.error)?;
        Self::note(path);
        Ok(())
    }

    /// Gives it its name, if nothing has it yet.
    fn put_new(self, path: &Path) -> io::Result<()> {
        self.0
            .persist_noclobber(path)
            .map_err(|error| error.error)?;
        Self::note(path);
        Ok(())
    }

    /// Lets the name last through a loss of power, where that can be had.
    fn note(path: &Path) {
        // The new file is there already, and not every file system syncs folders.
        if cfg!(unix) {
            drop(File::open(folder(path)).and_then(|folder| folder.sync_all()));
        }
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Makes an empty file in the same folder, under a name that nobody can foresee, with the owner and
/// the mode of the `old` one.
fn beside(path: &Path, old: Option<&Metadata>) -> io::Result<NamedTempFile> {
    if old.is_some() {
        // A file can be replaced that must not be written to.
        OpenOptions::new().write(true).open(path)?;
    }
    let mut builder = Builder::new();
    builder.prefix(".pusher-").suffix(".tmp").rand_bytes(16);
    // Opened here, since an error is to name no file that nobody has heard of.
    let file = builder.make_in(folder(path), |name| {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            // Less what the user's mask takes away, as for any new file.
            options.mode(if old.is_some() { 0o600 } else { 0o666 });
        }
        options.open(name)
    })?;
    let Some(old) = old else {
        return Ok(file);
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        let new = file.as_file().metadata()?;
        if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
            // Only root may give a file away; who else may write to it here becomes its owner.
            drop(fchown(file.as_file(), Some(old.uid()), Some(old.gid())));
        }
    }
    fs::set_permissions(file.path(), old.permissions())?;
    Ok(file)
}

fn pour(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What is open under a number may be a file that holds something already.
    let mut stream = OpenOptions::new().append(true).open(path)?;
    match stream.write_all(bytes) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
