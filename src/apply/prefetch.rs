//! Small blobs are asked for while their upload is opened, which saves a round trip each, and sent as a whole:
//! in one request where the target takes that, else into that upload.
//!
//! How many are under way together is bounded, and so is how many bytes are held. What has arrived waits in
//! its connection until there is room for it.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::model::{Descriptor, Digest, Failure, Fault};
use crate::registry::{BlobStream, WholeBlobLeave, WriteRegistry};

use super::job::BlobJob;
use super::uploads::{OpenUpload, Uploads};

/// Larger blobs are streamed.
const LARGEST: u64 = 128 * 1024;
/// How many small blobs are under way at one time: each has two connections.
const AT_ONCE: usize = 96;
/// What all blobs that are held at one time may take.
const BUDGET: usize = 5 * 512 * 1024;
/// The least that one blob counts for: its buffers and its connections.
const LEAST: u64 = 16 * 1024;

/// The connections and the memory that small blobs share.
pub(super) struct Prefetch {
    places: Semaphore,
    room: Semaphore,
}

/// An upload that was opened and, if the blob is small and its source gave it, all of its bytes.
pub(super) struct Opened<'a, R: WriteRegistry> {
    /// None where the target has the blob by now.
    pub(super) upload: Option<OpenUpload<'a, R>>,
    pub(super) whole: Option<Whole<'a>>,
    /// Held until the blob was sent.
    _place: Option<SemaphorePermit<'a>>,
}

/// All bytes of a small blob, checked.
pub(super) struct Whole<'a> {
    pub(super) bytes: Bytes,
    /// Held as long as they are.
    _room: Option<SemaphorePermit<'a>>,
}

impl Default for Prefetch {
    fn default() -> Self {
        Self {
            places: Semaphore::new(AT_ONCE),
            room: Semaphore::new(BUDGET),
        }
    }
}

impl Prefetch {
    /// Opens an upload, and reads the blob if it is small; sends it, too, where one request does both.
    ///
    /// A source that does not give the bytes is no error here: the stream says it better.
    pub(super) async fn open<'a, R: WriteRegistry>(
        &'a self,
        uploads: &'a Uploads<'_, R>,
        job: &BlobJob<'_, R>,
    ) -> Result<Opened<'a, R>, Failure> {
        // Where no request opens an upload nothing is saved, and what waited for room here would keep its connection from
        // who has the only turn to write a tar.
        if job.blob.size > LARGEST || job.registry.answers_at_once(job.target) {
            let upload = uploads.open(job, None).await?;
            return Ok(Opened {
                upload,
                whole: None,
                _place: None,
            });
        }
        let place = self.places.acquire().await.ok();
        let reading = job.registry.open_blob(job.source, job.blob, 0);
        let (upload, whole) = if let Some(leave) = job.registry.whole_blob_leave(job.target) {
            let whole = self.hold(reading.await, job).await;
            (push(uploads, job, whole.as_ref(), leave).await?, whole)
        } else {
            let (upload, stream) = tokio::join!(uploads.open(job, None), reading);
            (upload?, self.hold(stream, job).await)
        };
        Ok(Opened {
            upload,
            whole,
            _place: place,
        })
    }

    /// Reads a blob that is on its way, when there is room for it.
    async fn hold<R: WriteRegistry>(
        &self,
        stream: Result<BlobStream, Failure>,
        job: &BlobJob<'_, R>,
    ) -> Option<Whole<'_>> {
        let (stream, blob) = (stream.ok()?, job.blob);
        // Whoever has room waits for requests alone, never for somebody else's room.
        let room = u32::try_from(blob.size.max(LEAST)).unwrap_or(u32::MAX);
        let room = self.room.acquire_many(room).await.ok();
        let givers = [stream.givers().clone()];
        let collected = collect(stream, blob).await?;
        if let Err(fault) = &collected {
            job.registry.disown(job.source, blob, &givers, fault);
        }
        let bytes = collected.ok()?;
        Some(Whole { bytes, _room: room })
    }
}

/// Sends a blob in one request; where that is not taken, the upload that it goes into is open then.
async fn push<'a, R: WriteRegistry>(
    uploads: &'a Uploads<'_, R>,
    job: &BlobJob<'_, R>,
    whole: Option<&Whole<'_>>,
    leave: WholeBlobLeave,
) -> Result<Option<OpenUpload<'a, R>>, Failure> {
    if let Some(whole) = whole {
        match uploads.push(job, whole.bytes.clone(), leave).await {
            Err(failure) => tracing::debug!("{failure}; sending the blob into an upload"),
            Ok(None) => {
                job.tally.sending(job.blob.size);
                return Ok(None);
            }
            opened => return opened,
        }
    }
    uploads.open(job, None).await
}

/// Reads a blob as a whole, if it comes to its end; an error if it is not what it should be.
async fn collect(mut stream: BlobStream, blob: &Descriptor) -> Option<Result<Bytes, Fault>> {
    let size = usize::try_from(blob.size).ok()?;
    let mut bytes = BytesMut::with_capacity(size);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.ok()?;
        if bytes.len() + chunk.len() > size {
            let size = blob.size;
            return Some(Err(Fault::TooLong { size }));
        }
        bytes.extend_from_slice(&chunk);
    }
    if blob.digest.matches(&bytes) {
        return Some(Ok(bytes.freeze()));
    }
    let found = Digest::of(blob.digest.algorithm(), &bytes);
    Some(Err(Fault::OtherBytes { found }))
}
