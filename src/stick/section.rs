//! What the files of a layout are called, and their bytes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use tokio::task::spawn_blocking;

use crate::model::Digest;

use super::fault::StickError;

/// How large `index.json` may be, and the list beside it.
pub(super) const TEXT_LIMIT: u64 = 256 * 1024 * 1024;

/// What was found where a stick is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, or an empty folder.
    Nothing,
    /// A layout, with or without an index.
    Layout,
}

/// Held by the one process that writes to a stick, as long as it runs.
pub(super) struct Lock {
    /// None where the file system knows no locks.
    pub(super) file: Option<File>,
}

impl Lock {
    /// Takes it on a file of the stick, which is made if it is not there; never waits.
    pub(super) fn take(path: &Path, stick: &str) -> Result<Self, StickError> {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path).or_else(|why| match why.kind() {
            // Somebody else's file can be locked as well.
            ErrorKind::PermissionDenied => File::open(path),
            _ => Err(why),
        });
        let file = file.map_err(|why| StickError::disk(stick, why))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(StickError::Busy(stick.to_owned())),
            Err(TryLockError::Error(why)) => {
                tracing::debug!(%why, "the stick cannot be locked");
                Ok(Self { file: None })
            }
        }
    }

    /// Stops where somebody else has it.
    pub(super) fn require_free(path: &Path, stick: &str) -> Result<(), StickError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(()),
            Err(why) => return Err(StickError::disk(stick, why)),
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Err(StickError::Busy(stick.to_owned())),
            Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
        }
    }
}

/// The bytes of a blob.
pub(super) struct Section {
    /// How many the blob has.
    pub(super) size: u64,
    pub(super) reader: Box<dyn Read + Send>,
}

/// Returns what a blob is called in a layout.
pub(super) fn name_of(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm().as_str(), digest.hex())
}

/// Does what waits for the disk.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let done = spawn_blocking(work).await;
    done.unwrap_or_else(|why| Err(io::Error::other(why)))
}
