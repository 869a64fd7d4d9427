//! Blobs on their way onto a stick: each into a file that has no name yet, taken up again where it broke.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::model::{Algorithm, Digest, Hasher};
use crate::registry::UploadBody;

use super::section::blocking;
use super::store::{NewBlob, Store};

/// How many chunks wait for the disk.
const WAITING: usize = 16;

/// Blobs that are not whole yet, by number.
#[derive(Default)]
pub(super) struct Uploads {
    next: AtomicU64,
    open: Mutex<HashMap<u64, Partial>>,
}

/// A blob that is not whole yet.
pub(super) struct Partial {
    file: NewBlob,
    hasher: Hasher,
    length: u64,
}

/// Why bytes did not get where they should.
pub(super) enum Stopped {
    /// Whoever gives them broke off.
    Source,
    /// The disk says no.
    Disk(io::Error),
    /// It takes no pieces.
    Pieces,
    /// They are others.
    Other(Digest),
}

impl Uploads {
    /// Returns the number of a new one.
    pub(super) fn begin(&self) -> u64 {
        self.next.fetch_add(1, Relaxed)
    }

    /// Returns how many bytes there are of one.
    pub(super) fn length(&self, number: u64) -> u64 {
        self.open().get(&number).map_or(0, |partial| partial.length)
    }

    /// Gives one up.
    pub(super) fn cancel(&self, number: u64) {
        self.open().remove(&number);
    }

    /// Adds bytes to one. What came before it broke is kept.
    pub(super) async fn add(
        &self,
        number: u64,
        store: &Store,
        algorithm: Algorithm,
        body: UploadBody,
    ) -> Result<(), Stopped> {
        let (partial, added) = self.pour(number, store, algorithm, body).await?;
        if !partial.file.can_wait() {
            return Err(Stopped::Pieces);
        }
        self.open().insert(number, partial);
        added
    }

    /// Adds the last bytes to one, which must be this blob then; returns how many it has.
    pub(super) async fn end(
        &self,
        number: u64,
        store: &Store,
        digest: &Digest,
        body: UploadBody,
    ) -> Result<u64, Stopped> {
        let algorithm = digest.algorithm();
        let (partial, added) = self.pour(number, store, algorithm, body).await?;
        if added.is_err() {
            if partial.file.can_wait() {
                self.open().insert(number, partial);
            }
            return added.map(|()| 0);
        }
        let Partial {
            file,
            hasher,
            length,
        } = partial;
        let found = hasher.finish();
        if found != *digest {
            return Err(Stopped::Other(found));
        }
        let store = store.clone();
        let ended = blocking(move || store.end_blob(file, &found)).await;
        ended.map_err(Stopped::Disk)?;
        Ok(length)
    }

    /// Writes what comes, in a thread that may wait for the disk.
    async fn pour(
        &self,
        number: u64,
        store: &Store,
        algorithm: Algorithm,
        body: UploadBody,
    ) -> Result<(Partial, Result<(), Stopped>), Stopped> {
        let begun = self.open().remove(&number);
        let mut partial = match begun {
            Some(partial) => partial,
            None => Partial {
                file: store.begin_blob(algorithm).await.map_err(Stopped::Disk)?,
                hasher: Hasher::new(algorithm),
                length: 0,
            },
        };
        let (give, take) = mpsc::channel::<Bytes>(WAITING);
        let writing = spawn_blocking(move || {
            let written = write_all(&mut partial, take);
            (partial, written)
        });
        let mut stream = body.into_stream();
        let mut has_broken = false;
        while let Some(chunk) = stream.next().await {
            let Ok(chunk) = chunk else {
                has_broken = true;
                break;
            };
            if give.send(chunk).await.is_err() {
                break;
            }
        }
        drop(give);
        let written = writing.await;
        let (partial, written) = written.map_err(|why| Stopped::Disk(io::Error::other(why)))?;
        // After half a chunk nobody knows where it stands.
        written.map_err(Stopped::Disk)?;
        let added = if has_broken {
            Err(Stopped::Source)
        } else {
            Ok(())
        };
        Ok((partial, added))
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Partial>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write_all(partial: &mut Partial, mut take: mpsc::Receiver<Bytes>) -> io::Result<()> {
    while let Some(chunk) = take.blocking_recv() {
        partial.file.write(&chunk)?;
        partial.hasher.update(&chunk);
        partial.length += chunk.len() as u64;
    }
    Ok(())
}
