//! The files of a layout, whatever form it has: a folder, or a tar.

use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::model::{Algorithm, Digest, MANIFEST_SIZE_LIMIT};

use super::fault::StickError;
use super::folder::Folder;
use super::section::blocking;
use super::section::{Found, Lock, Section, TEXT_LIMIT, name_of};
use super::tape::{NewFile, Tape};

/// The files of a layout.
#[derive(Clone)]
pub(super) enum Store {
    Folder(Folder),
    Tape(Tape),
}

/// Tells whether a stick of this name is a tar.
pub fn is_tar(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("tar"))
}

impl Store {
    /// Takes what is there, or will be; what `split` asks for is for a tar alone.
    pub(super) fn at(path: &Path, split: Option<u64>) -> Result<Self, StickError> {
        if is_tar(path) && !path.is_dir() {
            return Tape::at(path, split).map(Self::Tape);
        }
        Ok(Self::Folder(Folder::at(path)))
    }

    /// Finds out what is there.
    pub(super) fn look(&self) -> Result<Found, StickError> {
        match self {
            Self::Folder(folder) => folder.look(),
            Self::Tape(tape) => tape.look(),
        }
    }

    /// Finds out what is there for who reads it: it must be all there, as far as its form tells.
    pub(super) fn look_whole(&self) -> Result<Found, StickError> {
        match self {
            Self::Folder(folder) => folder.look(),
            Self::Tape(tape) => {
                tape.require_parts()?;
                let found = tape.look()?;
                tape.require_end()?;
                Ok(found)
            }
        }
    }

    pub(super) fn index(&self) -> Result<Option<Vec<u8>>, StickError> {
        match self {
            Self::Folder(folder) => folder.index(),
            Self::Tape(tape) => tape.index(),
        }
    }

    /// Returns how many bytes a blob has; none where it is not there.
    pub(super) fn size(&self, digest: &Digest) -> Option<u64> {
        match self {
            Self::Folder(folder) => folder.size(digest),
            Self::Tape(tape) => tape.size(digest),
        }
    }

    /// Opens a blob from byte `offset` on; none where it is not there.
    pub(super) fn open(&self, digest: &Digest, offset: u64) -> io::Result<Option<Section>> {
        match self {
            Self::Folder(folder) => folder.open(digest, offset),
            Self::Tape(tape) => Ok(tape.open(digest, offset)),
        }
    }

    /// Reads a small blob; none where it is not there, or is larger than any manifest.
    pub(super) fn read(&self, digest: &Digest) -> io::Result<Option<Vec<u8>>> {
        self.read_at_most(digest, MANIFEST_SIZE_LIMIT as u64)
    }

    /// Reads the list of this program.
    pub(super) fn read_list(&self, digest: &Digest) -> io::Result<Option<Vec<u8>>> {
        self.read_at_most(digest, TEXT_LIMIT)
    }

    fn read_at_most(&self, digest: &Digest, most: u64) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Folder(folder) => folder.read_at_most(digest, most),
            Self::Tape(tape) => tape.read(&name_of(digest), most),
        }
    }

    /// Stops where another process writes to it.
    pub(super) fn require_free(&self) -> Result<(), StickError> {
        match self {
            Self::Folder(folder) => folder.require_free(),
            Self::Tape(tape) => tape.require_free(),
        }
    }

    /// Finds out what is there for who goes on with it.
    pub(super) fn look_to_write(&self) -> Result<Found, StickError> {
        if let Self::Tape(tape) = self {
            tape.require_writable()?;
        }
        self.look()
    }

    /// Tells what is there from what is there after another run has written to it.
    pub(super) fn stamp(&self) -> Result<Stamp, StickError> {
        Ok(match self {
            Self::Folder(folder) => Stamp::Index(folder.index()?.map(|text| Digest::sha256(&text))),
            Self::Tape(tape) => Stamp::Length(tape.length()?),
        })
    }

    /// Begins to write, if what is there still is what was `seen`: says that it is a layout. Nobody else writes to it while
    /// the lock is held.
    pub(super) async fn begin(&self, seen: Option<&Stamp>) -> Result<Lock, StickError> {
        let lock = match self {
            Self::Folder(folder) => {
                let folder = folder.clone();
                let begun = blocking(move || Ok(folder.begin())).await;
                begun.map_err(|why| StickError::disk("oci-layout", why))??
            }
            Self::Tape(tape) => tape.lock()?,
        };
        if seen.is_some_and(|seen| self.stamp().is_ok_and(|now| now != *seen)) {
            return Err(StickError::Changed(match self {
                Self::Folder(folder) => folder.shown(),
                Self::Tape(tape) => tape.shown(),
            }));
        }
        if let Self::Tape(tape) = self {
            let is_new = tape.look()? == Found::Nothing;
            let turn = tape.turn().await;
            let tape = tape.clone();
            let write = move || {
                tape.begin_table()?;
                if is_new {
                    turn.put("oci-layout", super::layout::VERSION.as_bytes())?;
                }
                Ok(())
            };
            let begun = blocking(write).await;
            begun.map_err(|why| StickError::disk("oci-layout", why))?;
        }
        Ok(lock)
    }

    /// Writes the index, which ends what was begun.
    pub(super) async fn write_index(&self, text: String) -> Result<(), StickError> {
        let written = match self {
            Self::Folder(folder) => {
                let folder = folder.clone();
                blocking(move || Ok(folder.write_text("index.json", &text))).await
            }
            Self::Tape(tape) => {
                let turn = tape.turn().await;
                let put = move || turn.put("index.json", text.as_bytes())?.close();
                blocking(put).await.map(Ok)
            }
        };
        written.map_err(|why| StickError::disk("index.json", why))?
    }

    /// Begins a blob that has no name yet that anybody knows; waits where there is but one place for it.
    pub(super) async fn begin_blob(&self, algorithm: Algorithm) -> io::Result<NewBlob> {
        Ok(match self {
            Self::Folder(folder) => {
                let folder = folder.clone();
                let file = blocking(move || folder.begin_blob(algorithm)).await?;
                NewBlob::Folder(file)
            }
            Self::Tape(tape) => {
                let turn = tape.turn().await;
                let file = blocking(move || turn.begin()).await?;
                NewBlob::Tape(file, algorithm)
            }
        })
    }

    /// Gives a blob its name; it is whole on the disk then.
    pub(super) fn end_blob(&self, blob: NewBlob, digest: &Digest) -> io::Result<()> {
        match (self, blob) {
            (Self::Folder(folder), NewBlob::Folder(file)) => folder.end_blob(file, digest),
            (_, NewBlob::Tape(file, _)) => file.end(&name_of(digest)).map(drop),
            (Self::Tape(_), NewBlob::Folder(_)) => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    /// Writes a small blob, if it is not there; returns how many bytes that took.
    pub(super) async fn put(&self, digest: &Digest, bytes: &bytes::Bytes) -> io::Result<u64> {
        if self.size(digest) == Some(bytes.len() as u64) {
            return Ok(0);
        }
        self.put_anew(digest, bytes).await
    }

    /// Writes a small blob, whatever is there.
    pub(super) async fn put_anew(&self, digest: &Digest, bytes: &bytes::Bytes) -> io::Result<u64> {
        let mut blob = self.begin_blob(digest.algorithm()).await?;
        let (store, digest, bytes) = (self.clone(), digest.clone(), bytes.clone());
        blocking(move || {
            blob.write(&bytes)?;
            store.end_blob(blob, &digest)?;
            Ok(bytes.len() as u64)
        })
        .await
    }

    /// Tells whether nothing is missing after what was written last, as it is where a tar broke off.
    pub(super) fn is_ended(&self) -> bool {
        match self {
            Self::Folder(_) => true,
            Self::Tape(tape) => {
                let is_begun = matches!(tape.look(), Ok(Found::Layout));
                !is_begun || (tape.require_parts().is_ok() && tape.require_end().is_ok())
            }
        }
    }

    /// Takes a blob away that nothing names any more; in a tar it stays where it is.
    pub(super) fn remove(&self, digest: &Digest) {
        if let Self::Folder(folder) = self {
            folder.remove(digest);
        }
    }

    /// Returns how many bytes all blobs have.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Folder(folder) => folder.bytes(),
            Self::Tape(tape) => tape.bytes(),
        }
    }
}

/// What a stick was when it was looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// The digest of a folder's index.
    Index(Option<Digest>),
    /// How long a tar is.
    Length(u64),
}

/// A blob that has no name yet.
pub(super) enum NewBlob {
    Folder(NamedTempFile),
    Tape(NewFile, Algorithm),
}

impl NewBlob {
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Folder(file) => io::Write::write_all(file, bytes),
            Self::Tape(file, algorithm) => file.write(*algorithm, bytes),
        }
    }

    /// Tells whether it can be put aside and gone on with: in a tar nobody else could write meanwhile.
    pub(super) fn can_wait(&self) -> bool {
        matches!(self, Self::Folder(_))
    }
}
