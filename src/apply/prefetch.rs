//! Small blobs are read as a whole while their upload is opened: that saves a round trip each.
//!
//! How many bytes are held this way together is bounded, so memory does not grow with the plan.

use bytes::Bytes;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::model::Failure;
use crate::registry::WriteRegistry;

use super::job::BlobJob;
use super::uploads::{OpenUpload, Uploads};

/// Larger blobs are streamed.
const LARGEST: u64 = 128 * 1024;
/// What all blobs that are held at one time may take.
const BUDGET: usize = 5 * 512 * 1024;
/// The least that one blob counts for: its buffers and its connections.
const LEAST: u64 = 16 * 1024;

/// The memory that small blobs share.
pub(super) struct Prefetch(Semaphore);

/// An upload that was opened and, if the blob is small and its source gave it, all of its bytes.
pub(super) struct Opened<'a, R: WriteRegistry> {
    /// None where the blob was mounted.
    pub(super) upload: Option<OpenUpload<'a, R>>,
    pub(super) bytes: Option<Bytes>,
    /// Held until the bytes were sent.
    pub(super) _room: Option<SemaphorePermit<'a>>,
}

impl Default for Prefetch {
    fn default() -> Self {
        Self(Semaphore::new(BUDGET))
    }
}

impl Prefetch {
    /// Opens an upload, and reads the blob meanwhile if it is small.
    ///
    /// A source that does not give the bytes is no error here: the stream says it better.
    pub(super) async fn open<'a, R: WriteRegistry>(
        &'a self,
        uploads: &'a Uploads<'_, R>,
        job: &BlobJob<'_, R>,
    ) -> Result<Opened<'a, R>, Failure> {
        if job.blob.size > LARGEST {
            let upload = uploads.open(job, None).await?;
            return Ok(Opened {
                upload,
                bytes: None,
                _room: None,
            });
        }
        // Whoever has room waits for requests alone, never for somebody else's room.
        let room = u32::try_from(job.blob.size.max(LEAST)).unwrap_or(u32::MAX);
        let room = self.0.acquire_many(room).await.ok();
        let (upload, bytes) = tokio::join!(
            uploads.open(job, None),
            job.registry.get_blob(job.source, job.blob),
        );
        Ok(Opened {
            upload: upload?,
            bytes: bytes.ok().flatten(),
            _room: room,
        })
    }
}
