//! One blob over the wire: streamed, checked on the way, taken up again where it broke.
//!
//! The bytes never touch the disk, and only a few chunks of them are in memory: the source is read
//! as fast as the target takes them.

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc;

use crate::registry::{
    BodyError, ReadRegistry, Upload, UploadBody, UploadSession, WriteRegistry, retries,
};

use super::blobs::BlobJob;
use super::source::Source;

/// How often one side may break without a byte of progress in between.
pub(super) const TRIES: u32 = 5;
/// Chunks between the source and the target.
const CHUNKS_BETWEEN: usize = 4;

/// Sends a blob from its source into an upload session, and closes that.
///
/// Where the blob was read already it is sent as it is; whatever breaks after that is streamed.
pub(super) async fn send<R: WriteRegistry>(
    registry: &R,
    job: &BlobJob<'_>,
    mut session: UploadSession,
    mut whole: Option<Bytes>,
) -> Result<(), String> {
    let mut source = Source::new(registry, job.source, job.blob);
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
            let (sender, receiver) = mpsc::channel(CHUNKS_BETWEEN);
            let body = UploadBody::stream(received(receiver));
            tokio::join!(
                feed(&mut source, job, offset, &mut shown, sender),
                registry.finish_upload(&session, &job.blob.digest, job.blob.size - offset, body),
            )
        };
        let error = match (read, finished) {
            (Ok(()), Ok(())) => return Ok(()),
            (Ok(()), Err(error)) if error.cause().may_pass() => error,
            (read, finished) => {
                // The target need not keep what will never be finished.
                let _ = registry.cancel_upload(&session).await;
                job.tally.lost(shown);
                let why = finished.map_err(|error| error.to_string());
                return read.and(why);
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
            return Err(format!("{error} (the upload broke {breaks} times)"));
        }
        offset = match stands_at {
            Some(at) if at < job.blob.size && source.can_rewind(at) => at,
            _ => {
                let _ = registry.cancel_upload(&session).await;
                session = match registry.start_upload(job.target, None).await {
                    Ok(Upload::Session(session)) => session,
                    Ok(Upload::Mounted) => return Ok(()),
                    Err(error) => {
                        job.tally.lost(shown);
                        return Err(error.to_string());
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

/// Hands a blob's bytes from `offset` on to an upload. An error is the source's; what the target
/// has against the bytes, its own answer says.
async fn feed<R: ReadRegistry>(
    source: &mut Source<'_, R>,
    job: &BlobJob<'_>,
    offset: u64,
    shown: &mut u64,
    upload: mpsc::Sender<Result<Bytes, BodyError>>,
) -> Result<(), String> {
    let mut position = source.rewind(offset);
    loop {
        let mut chunk = match source.next().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Ok(()),
            Err(message) => {
                // Ends the request before its last byte, so that the target keeps nothing.
                let _ = upload.send(Err(message.clone().into())).await;
                return Err(message);
            }
        };
        // What lies between the checkpoint and the offset is hashed again, not sent again.
        let known = usize::try_from(offset.saturating_sub(position)).unwrap_or(usize::MAX);
        position += chunk.len() as u64;
        let chunk = chunk.split_off(known.min(chunk.len()));
        if chunk.is_empty() {
            continue;
        }
        let length = chunk.len() as u64;
        if upload.send(Ok(chunk)).await.is_err() {
            return Ok(());
        }
        *shown += length;
        job.tally.sending(length);
    }
}

fn received(
    receiver: mpsc::Receiver<Result<Bytes, BodyError>>,
) -> impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static {
    futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    })
}
