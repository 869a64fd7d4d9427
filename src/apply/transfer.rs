//! One blob over the wire: streamed, checked on the way, taken up again where it broke.
//!
//! The bytes never touch the disk, and only a few chunks of them are in memory: the source is read
//! as fast as the target takes them.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;

use crate::model::Failure;
use crate::registry::{Upload, UploadBody, UploadSession, WriteRegistry, retries};

use super::blobs::BlobJob;
use super::feed::Feed;
use super::source::Source;

/// How often one side may break without a byte of progress in between.
pub(super) const TRIES: usize = 5;
/// How often it is looked how far a blob is.
const LOOK: Duration = Duration::from_millis(100);

/// Sends a blob from its source into an upload session, and closes that.
///
/// Where the blob was read already it is sent as it is; whatever breaks after that is streamed.
pub(super) async fn send<R: WriteRegistry>(
    registry: &R,
    job: &BlobJob<'_>,
    mut session: UploadSession,
    mut whole: Option<Bytes>,
) -> Result<(), Failure> {
    let (reader, repository, blob) = (registry.clone(), job.source.clone(), job.blob.clone());
    let feed = Feed::new(move || Source::new(reader.clone(), repository.clone(), blob.clone()));
    let mut shown = 0;
    let mut offset = 0;
    let mut breaks = 0;
    loop {
        let (read, finished) = if let Some(bytes) = whole.take() {
            shown = job.blob.size;
            job.tally.sending(shown);
            let body = UploadBody::from(bytes);
            let digest = &job.blob.digest;
            let finished = registry.finish_upload(&session, digest, shown, body).await;
            (Ok(()), finished)
        } else {
            let finished = stream(registry, job, &session, &feed, offset, &mut shown).await;
            (feed.end().await, finished)
        };
        let error = match (read, finished) {
            (Ok(()), Ok(())) => return Ok(()),
            (Ok(()), Err(error)) if error.cause().may_pass() => error,
            (read, finished) => {
                // The target need not keep what will never be finished.
                let _ = registry.cancel_upload(&session).await;
                job.tally.lost(shown);
                return read.and(finished);
            }
        };
        let stands_at = registry.upload_offset(&mut session).await.ok().flatten();
        breaks = if stands_at.is_some_and(|at| at > offset) {
            1
        } else {
            breaks + 1
        };
        if breaks >= TRIES {
            let _ = registry.cancel_upload(&session).await;
            job.tally.lost(shown);
            return Err(error.after(breaks));
        }
        offset = match stands_at {
            Some(at) if at < job.blob.size && feed.can_begin(at) => at,
            _ => {
                let _ = registry.cancel_upload(&session).await;
                session = match registry.start_upload(job.target, None).await {
                    Ok(Upload::Session(session)) => session,
                    Ok(Upload::Mounted) => return Ok(()),
                    Err(error) => {
                        job.tally.lost(shown);
                        return Err(error);
                    }
                };
                0
            }
        };
        tracing::debug!(%error, blob = %job.blob.digest, offset, "the upload broke; going on");
        retries::note();
        job.tally.lost(shown.saturating_sub(offset));
        shown = shown.min(offset);
    }
}

/// Sends the bytes of a blob from `offset` on, and shows meanwhile how far that is.
async fn stream<R: WriteRegistry>(
    registry: &R,
    job: &BlobJob<'_>,
    session: &UploadSession,
    feed: &Feed<R>,
    offset: u64,
    shown: &mut u64,
) -> Result<(), Failure> {
    let (digest, left) = (&job.blob.digest, job.blob.size - offset);
    let body = feed.begin(offset);
    let mut finishing = pin!(registry.finish_upload(session, digest, left, body));
    loop {
        let finished = tokio::time::timeout(LOOK, &mut finishing).await;
        let now = offset + feed.handed();
        job.tally.sending(now.saturating_sub(*shown));
        *shown = now.max(*shown);
        if let Ok(finished) = finished {
            return finished;
        }
    }
}
