//! One blob over the wire: streamed, checked on the way, taken up again where it broke.
//!
//! The bytes never touch the disk, and only a few chunks of them are in memory: the source is read
//! as fast as the target takes them.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::model::Failure;
use crate::registry::{WriteRegistry, retries};

use super::blobs::BlobJob;
use super::feed::Feed;
use super::source::Source;
use super::uploads::{OpenUpload, Uploads};

/// How often one side may break without progress in between.
pub(super) const TRIES: usize = 5;
/// What counts as progress between two breaks: with less, one blob could have millions of tries.
pub(super) const PROGRESS: u64 = 64 * 1024;
/// For how long a target may ask for one pause after the other.
const PAUSES: Duration = Duration::from_secs(5 * 60);
/// How often it is looked how far a blob is.
const LOOK: Duration = Duration::from_millis(100);

/// Sends a blob from its source into an open upload, and closes that.
///
/// Where the blob was read already it is sent as it is; whatever breaks after that is streamed.
pub(super) async fn send<R: WriteRegistry>(
    registry: &R,
    uploads: &Uploads<'_, R>,
    job: &BlobJob<'_>,
    session: OpenUpload<'_, R>,
    whole: Option<Bytes>,
) -> Result<(), Failure> {
    let (reader, repository, blob) = (registry.clone(), job.source.clone(), job.blob.clone());
    let feed = Feed::new(move || Source::new(reader.clone(), repository.clone(), blob.clone()));
    let mut sending = Sending {
        registry,
        uploads,
        job,
        session,
        feed,
        shown: 0,
        offset: 0,
        furthest: 0,
        breaks: 0,
        paused_since: None,
    };
    let sent = sending.send(whole).await;
    if sent.is_ok() {
        sending.session.closed();
    } else {
        sending.session.end().await;
        job.tally.lost(sending.shown);
    }
    sent
}

/// A blob on its way.
struct Sending<'a, R> {
    registry: &'a R,
    uploads: &'a Uploads<'a, R>,
    job: &'a BlobJob<'a>,
    session: OpenUpload<'a, R>,
    feed: Feed<R>,
    /// How many bytes are shown as sent.
    shown: u64,
    /// How many bytes the target has, as far as is known.
    offset: u64,
    /// The most that the target was known to have, in this session or one before.
    furthest: u64,
    /// How often it broke since there was progress.
    breaks: usize,
    /// Since when the target asks for pauses and makes no progress.
    paused_since: Option<Instant>,
}

/// Why a try did not bring the blob to its target.
enum Ended {
    /// Another try may do.
    Broke(Failure),
    Failed(Failure),
}

impl<R: WriteRegistry> Sending<'_, R> {
    async fn send(&mut self, mut whole: Option<Bytes>) -> Result<(), Failure> {
        loop {
            let sent = match whole.take() {
                Some(bytes) => self.put_whole(bytes).await,
                None => self.put_rest().await,
            };
            let broken = match sent {
                Ok(()) => return Ok(()),
                Err(Ended::Failed(failure)) => return Err(failure),
                Err(Ended::Broke(failure)) => failure,
            };
            if self.find_on(broken).await? {
                return Ok(());
            }
        }
    }

    /// Sends what was read already.
    async fn put_whole(&mut self, bytes: Bytes) -> Result<(), Ended> {
        let blob = self.job.blob;
        self.shown = blob.size;
        self.job.tally.sending(blob.size);
        self.close(bytes).await
    }

    /// Sends the bytes that the target lacks, and closes the upload.
    async fn put_rest(&mut self) -> Result<(), Ended> {
        let left = self.job.blob.size - self.offset;
        if left == 0 && self.job.blob.size > 0 {
            return self.close(Bytes::new()).await;
        }
        let finished = self.stream(left).await;
        self.feed.end().await.map_err(Ended::Failed)?;
        finished.map_err(ended)
    }

    /// Sends the last bytes, if there are any left, and closes the upload.
    async fn close(&mut self, last: Bytes) -> Result<(), Ended> {
        let (digest, length) = (&self.job.blob.digest, last.len() as u64);
        let finishing = self
            .registry
            .finish_upload(&mut self.session, digest, length, last.into());
        finishing.await.map_err(ended)
    }

    /// Sends the last bytes of the blob, and shows meanwhile how far that is.
    async fn stream(&mut self, left: u64) -> Result<(), Failure> {
        let digest = &self.job.blob.digest;
        let body = self.feed.begin(self.offset);
        let finishing = self
            .registry
            .finish_upload(&mut self.session, digest, left, body);
        let mut finishing = pin!(finishing);
        loop {
            let finished = tokio::time::timeout(LOOK, &mut finishing).await;
            let now = self.offset + self.feed.handed();
            self.job.tally.sending(now.saturating_sub(self.shown));
            self.shown = now.max(self.shown);
            if let Ok(finished) = finished {
                return finished;
            }
        }
    }

    /// Finds out where to go on after a break; true where nothing is left to do.
    async fn find_on(&mut self, broken: Failure) -> Result<bool, Failure> {
        let size = self.job.blob.size;
        let stands_at = self.registry.upload_offset(&mut self.session).await;
        let stands_at = stands_at.ok().flatten().filter(|at| *at <= size);
        if self.is_there(stands_at).await {
            return Ok(true);
        }
        let reached = stands_at.unwrap_or_default();
        if reached >= self.furthest + PROGRESS {
            self.furthest = reached;
            self.breaks = 0;
            self.paused_since = None;
        }
        if !self.is_paused(&broken) {
            self.breaks += 1;
            if self.breaks >= TRIES {
                return Err(broken.after(self.breaks));
            }
            self.registry.rest(self.breaks).await;
        }
        match stands_at {
            Some(at) if at == size || self.feed.can_begin(at) => self.offset = at,
            _ => {
                if self.begin_anew().await? {
                    return Ok(true);
                }
            }
        }
        let (error, offset) = (broken, self.offset);
        tracing::debug!(%error, blob = %self.job.blob.digest, offset, "the upload broke; going on");
        retries::note();
        self.job.tally.lost(self.shown.saturating_sub(self.offset));
        self.shown = self.shown.min(self.offset);
        Ok(false)
    }

    /// Tells whether the target said when to come back, which costs no try.
    fn is_paused(&mut self, broken: &Failure) -> bool {
        broken.is_paused && self.paused_since.get_or_insert_with(Instant::now).elapsed() < PAUSES
    }

    /// Tells whether the target has the blob although it did not say so: where all was sent, and the upload
    /// is not known any more, it may have been closed.
    async fn is_there(&self, stands_at: Option<u64>) -> bool {
        let BlobJob { blob, target, .. } = self.job;
        stands_at.is_none()
            && self.shown == blob.size
            && self.registry.has_blob(target, &blob.digest).await
    }

    /// Opens another upload; true where none is needed.
    async fn begin_anew(&mut self) -> Result<bool, Failure> {
        self.session.end().await;
        self.offset = 0;
        let opened = self.uploads.open(self.job.target, None).await?;
        let is_needed = opened.is_some();
        if let Some(session) = opened {
            self.session = session;
        }
        Ok(!is_needed)
    }
}

fn ended(failure: Failure) -> Ended {
    if failure.cause().may_pass() || failure.is_mended || is_session_lost(&failure) {
        Ended::Broke(failure)
    } else {
        Ended::Failed(failure)
    }
}

/// Tells whether a registry says that it knows the upload no more, or that it stands elsewhere.
fn is_session_lost(failure: &Failure) -> bool {
    matches!(failure.status(), Some(404 | 410 | 416))
        || matches!(
            failure.code(),
            Some("BLOB_UPLOAD_UNKNOWN" | "BLOB_UPLOAD_INVALID")
        )
}
