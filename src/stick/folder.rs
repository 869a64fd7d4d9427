//! A layout that is a folder.
//!
//! Names are made of digests alone, which are checked, and a link is never followed: so nothing outside of the folder is
//! read or written.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::disk;
use crate::model::{Algorithm, Digest};

use super::fault::StickError;
use super::layout;
use super::section::{Found, Lock, Section, TEXT_LIMIT, name_of};

/// How what is not finished is called: no other file of a layout is.
const UNFINISHED: &str = ".pusher-";

/// A layout that is a folder.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    folder: PathBuf,
}

impl Folder {
    pub(super) fn at(folder: &Path) -> Self {
        let folder = folder.to_owned();
        Self { folder }
    }

    /// Finds out what is there.
    pub(super) fn look(&self) -> Result<Found, StickError> {
        match fs::read_dir(&self.folder) {
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(why) if why.kind() == ErrorKind::NotADirectory => return Err(StickError::Foreign),
            Err(why) => return Err(StickError::disk(self.shown(), why)),
            Ok(mut entries) => {
                if entries.next().is_none() {
                    return Ok(Found::Nothing);
                }
            }
        }
        for name in ["oci-layout", "index.json", "blobs"] {
            self.require_no_link(name)?;
        }
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            self.require_no_link(&format!("blobs/{}", algorithm.as_str()))?;
        }
        let version = self.read_text("oci-layout")?;
        match version {
            // A run that broke off has made the file, and locked it, and nothing more.
            Some(text) if text.is_empty() || layout::is_layout(&text) => Ok(Found::Layout),
            Some(_) => Err(StickError::Malformed {
                file: "oci-layout".to_owned(),
                why: text!("it is of no known version", "版本不认识"),
            }),
            None => Err(StickError::Foreign),
        }
    }

    /// Reads `index.json`; none where there is none.
    pub(super) fn index(&self) -> Result<Option<Vec<u8>>, StickError> {
        self.read_text("index.json")
    }

    fn read_text(&self, name: &str) -> Result<Option<Vec<u8>>, StickError> {
        let path = self.folder.join(name);
        // To open a pipe is to wait for who writes into it.
        if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(StickError::Foreign);
        }
        let file = match File::open(path) {
            Ok(file) => file,
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(StickError::disk(name, why)),
        };
        let mut text = vec![];
        let read = file.take(TEXT_LIMIT + 1).read_to_end(&mut text);
        read.map_err(|why| StickError::disk(name, why))?;
        if text.len() as u64 > TEXT_LIMIT {
            return Err(StickError::disk(name, ErrorKind::FileTooLarge.into()));
        }
        Ok(Some(text))
    }

    fn require_no_link(&self, name: &str) -> Result<(), StickError> {
        match fs::symlink_metadata(self.folder.join(name)) {
            Ok(found) if found.is_symlink() => Err(StickError::Link(name.to_owned())),
            _ => Ok(()),
        }
    }

    pub(super) fn shown(&self) -> String {
        self.folder.display().to_string()
    }

    /// Returns how many bytes a blob has; none where it is not there, or is no file.
    pub(super) fn size(&self, digest: &Digest) -> Option<u64> {
        let found = fs::symlink_metadata(self.folder.join(name_of(digest))).ok()?;
        found.is_file().then_some(found.len())
    }

    /// Opens a blob from byte `offset` on; none where it is not there, or is no file.
    pub(super) fn open(&self, digest: &Digest, offset: u64) -> io::Result<Option<Section>> {
        let path = self.folder.join(name_of(digest));
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => {}
            Ok(_) => return Ok(None),
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(why),
        }
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        file.seek(SeekFrom::Start(offset))?;
        let reader = Box::new(file);
        Ok(Some(Section { size, reader }))
    }

    /// Reads a blob that has no more than so many bytes.
    pub(super) fn read_at_most(&self, digest: &Digest, most: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(Section { size, reader }) = self.open(digest, 0)? else {
            return Ok(None);
        };
        if size > most {
            return Ok(None);
        }
        let mut bytes = vec![];
        reader.take(most + 1).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Stops where another process writes to it.
    pub(super) fn require_free(&self) -> Result<(), StickError> {
        Lock::require_free(&self.folder.join("oci-layout"), &self.shown())
    }

    /// Makes the folders of a layout, and says that it is one; stops where another process writes to it.
    pub(super) fn begin(&self) -> Result<Lock, StickError> {
        let blobs = self.folder.join("blobs/sha256");
        let made = fs::create_dir_all(&blobs);
        made.map_err(|why| StickError::disk("blobs/sha256", why))?;
        let path = self.folder.join("oci-layout");
        let mut lock = Lock::take(&path, &self.shown())?;
        let told = |why| StickError::disk("oci-layout", why);
        let size = fs::metadata(&path).map_err(told)?.len();
        // The file that is locked must stay the one of this name, so it is no new one that gets it.
        match &mut lock.file {
            _ if size > 0 => {}
            Some(file) => {
                let written = file.write_all(layout::VERSION.as_bytes());
                written.and_then(|()| file.sync_all()).map_err(told)?;
            }
            None => self.write_text("oci-layout", layout::VERSION)?,
        }
        self.sweep();
        Ok(lock)
    }

    /// Takes away what an earlier run did not finish.
    fn sweep(&self) {
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            let folder = self.folder.join("blobs").join(algorithm.as_str());
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }

    /// Writes a text of the layout, whole or not at all.
    pub(super) fn write_text(&self, name: &str, text: &str) -> Result<(), StickError> {
        let written = disk::write(&self.folder.join(name), text.as_bytes());
        written.map_err(|why| StickError::disk(name, why))
    }

    /// Begins a blob that has no name yet that anybody knows.
    pub(super) fn begin_blob(&self, algorithm: Algorithm) -> io::Result<NamedTempFile> {
        let folder = self.folder.join("blobs").join(algorithm.as_str());
        fs::create_dir_all(&folder)?;
        let mut builder = Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // Others read the stick as well; what the process may not give away it does not.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        builder.prefix(UNFINISHED).tempfile_in(folder)
    }

    /// Gives a blob its name; it is whole on the disk then.
    pub(super) fn end_blob(&self, mut file: NamedTempFile, digest: &Digest) -> io::Result<()> {
        file.flush()?;
        file.as_file().sync_all()?;
        let path = self.folder.join(name_of(digest));
        file.persist(&path).map_err(|error| error.error)?;
        if cfg!(unix)
            && let Some(folder) = path.parent()
        {
            // Not every file system syncs folders.
            drop(File::open(folder).and_then(|folder| folder.sync_all()));
        }
        Ok(())
    }

    /// Takes a blob away that nothing names any more.
    pub(super) fn remove(&self, digest: &Digest) {
        let _ = fs::remove_file(self.folder.join(name_of(digest)));
    }

    /// Returns how many bytes all blobs have.
    pub(super) fn bytes(&self) -> u64 {
        let mut sum = 0;
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            let folder = self.folder.join("blobs").join(algorithm.as_str());
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let files = entries.filter_map(|entry| entry.metadata().ok());
            sum += files.map(|found| found.len()).sum::<u64>();
        }
        sum
    }
}
