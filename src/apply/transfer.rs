//! One blob over the wire: streamed, checked on the way, taken up again where it broke.
//!
//! The bytes never touch the disk, and only a few chunks of them are in memory: the source is read
//! as fast as the target takes them.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;

use crate::model::{Cause, Failure};
use crate::registry::WriteRegistry;

use super::chunking::Chunking;
use super::download::Download;
use super::job::BlobJob;
use super::resumable_body::ResumableBody;
use super::retry_budget::RetryBudget;
use super::try_outcome::{Ended, Judge};
use super::uploads::{OpenUpload, Uploads};

/// A source that was silent for so long is why an upload ended that waited for it.
const SILENT: Duration = Duration::from_secs(15);
/// How often it is looked how far a blob is.
const LOOK: Duration = Duration::from_millis(100);

/// Sends a blob from its source into an open upload, and closes that.
///
/// Where the blob was read already it is sent as it is; whatever breaks after that is streamed.
pub(super) async fn send<R: WriteRegistry>(
    uploads: &Uploads<'_, R>,
    job: &BlobJob<'_, R>,
    session: OpenUpload<'_, R>,
    whole: Option<Bytes>,
) -> Result<(), Failure> {
    let (reader, repository, blob) = (job.registry.clone(), job.source.clone(), job.blob.clone());
    let body =
        ResumableBody::new(move || Download::new(reader.clone(), repository.clone(), blob.clone()));
    let mut sending = Sending {
        uploads,
        job,
        session,
        body,
        chunking: Chunking::Whole,
        shown: 0,
        offset: 0,
        budget: RetryBudget::begin(0),
        waits: false,
        judge: Judge::default(),
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
    uploads: &'a Uploads<'a, R>,
    job: &'a BlobJob<'a, R>,
    session: OpenUpload<'a, R>,
    body: ResumableBody<R>,
    chunking: Chunking,
    /// How many bytes are shown as sent.
    shown: u64,
    /// How many bytes the target has, as far as is known.
    offset: u64,
    budget: RetryBudget,
    /// Whether the source is to be waited for before anything is sent.
    waits: bool,
    judge: Judge,
}

impl<R: WriteRegistry> Sending<'_, R> {
    async fn send(&mut self, mut whole: Option<Bytes>) -> Result<(), Failure> {
        loop {
            let sent = match whole.take() {
                Some(bytes) => self.put_whole(bytes).await,
                None => self.send_rest().await,
            };
            let is_done = match sent {
                Ok(()) => true,
                Err(ended) => self.go_on_after(ended).await?,
            };
            if is_done {
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
    async fn send_rest(&mut self) -> Result<(), Ended> {
        if std::mem::take(&mut self.waits) {
            let ready = self.body.ready(self.offset).await;
            ready.map_err(|failure| self.judge.source_failed(failure))?;
        }
        let size = self.job.blob.size;
        let least = self.session.least_chunk;
        while let Some(chunk) = self.chunking.next(size - self.offset, least) {
            self.append(chunk).await?;
        }
        let left = size - self.offset;
        if left == 0 && size > 0 {
            return self.close(Bytes::new()).await;
        }
        // One byte more than there is of an empty blob: asked for that, the source checks it.
        let body = self.body.begin(self.offset, left.max(1));
        let digest = &self.job.blob.digest;
        let finishing = self
            .job
            .registry
            .finish_upload(&mut self.session, digest, left, body);
        let finished = watch(
            finishing,
            self.job,
            &self.body,
            self.offset,
            &mut self.shown,
        )
        .await;
        self.after(finished).await
    }

    /// Sends the last bytes, if there are any left, and closes the upload.
    async fn close(&mut self, last: Bytes) -> Result<(), Ended> {
        let (digest, length) = (&self.job.blob.digest, last.len() as u64);
        let finishing =
            self.job
                .registry
                .finish_upload(&mut self.session, digest, length, last.into());
        let finished = finishing.await;
        finished.map_err(|failure| self.target_failed(failure))
    }

    /// Sends some of the bytes that the target lacks, and leaves the upload open.
    async fn append(&mut self, chunk: u64) -> Result<(), Ended> {
        let body = self.body.begin(self.offset, chunk);
        let appending = self
            .job
            .registry
            .append_upload(&mut self.session, chunk, body);
        let appended = watch(
            appending,
            self.job,
            &self.body,
            self.offset,
            &mut self.shown,
        )
        .await;
        if appended.is_err() {
            return self.after(appended).await;
        }
        self.offset += chunk;
        self.budget.reached(self.offset);
        Ok(())
    }

    /// Ends the latest body, and tells whether it was the source or the target that failed.
    async fn after(&mut self, sent: Result<(), Failure>) -> Result<(), Ended> {
        let was_silent = self.body.waits_for() >= SILENT;
        if let Err(failure) = self.body.end().await {
            return Err(self.judge.source_failed(failure));
        }
        match sent {
            Err(failure) if was_silent => Err(Ended::Waited(failure)),
            sent => sent.map_err(|failure| self.target_failed(failure)),
        }
    }

    fn target_failed(&mut self, failure: Failure) -> Ended {
        self.judge.target_failed(failure, &mut self.chunking)
    }

    /// Gets ready for the next try; true where nothing is left to do.
    async fn go_on_after(&mut self, ended: Ended) -> Result<bool, Failure> {
        match ended {
            Ended::Failed(failure) => Err(failure),
            Ended::Broke(failure) => self.find_on(failure).await,
            Ended::Waited(failure) => {
                self.waits = true;
                self.find_on(failure).await
            }
            Ended::Spoilt(failure) => {
                self.body.renew();
                // What a mirror sent is had elsewhere, without delay.
                if !failure.is_mended {
                    self.job.registry.rest(self.budget.count(&failure)?).await;
                }
                self.begin_anew(&failure).await
            }
        }
    }

    /// Finds out where to go on after a break; true where nothing is left to do.
    async fn find_on(&mut self, broken: Failure) -> Result<bool, Failure> {
        let size = self.job.blob.size;
        let stands_at = self.job.registry.upload_offset(&mut self.session).await;
        let stands_at = stands_at.ok().flatten().filter(|at| *at <= size);
        if self.is_there(stands_at).await {
            return Ok(true);
        }
        let reached = stands_at.unwrap_or_default();
        self.budget.reached(reached);
        if !self.waits {
            if broken.cause() == Cause::Unreachable && reached <= self.offset {
                self.chunking.broke(self.body.handed());
            }
            self.job.registry.rest(self.budget.count(&broken)?).await;
        }
        // It refused what it says that it wants: of one byte and of none a registry says the same.
        let contradicts = broken.status() == Some(416) && stands_at == Some(self.offset);
        match stands_at {
            Some(at) if !contradicts && (at == size || self.body.can_begin(at)) => {
                self.go_on(&broken, at);
                Ok(false)
            }
            _ => self.begin_anew(&broken).await,
        }
    }

    /// Tells whether the target has the blob although it did not say so: where all was sent, and the upload
    /// is not known any more, it may have been closed.
    async fn is_there(&self, stands_at: Option<u64>) -> bool {
        let BlobJob { blob, target, .. } = self.job;
        stands_at.is_none()
            && self.shown == blob.size
            && self.job.registry.has_blob(target, &blob.digest).await
    }

    /// Opens another upload; true where none is needed.
    async fn begin_anew(&mut self, broken: &Failure) -> Result<bool, Failure> {
        self.session.end().await;
        match self.uploads.open(self.job, None).await? {
            Some(session) => self.session = session,
            None => return Ok(true),
        }
        self.go_on(broken, 0);
        Ok(false)
    }

    /// Goes on where the target stands.
    fn go_on(&mut self, broken: &Failure, offset: u64) {
        let blob = &self.job.blob.digest;
        tracing::debug!(error = %broken, %blob, offset, "the upload broke; going on");
        self.job.registry.count_retry();
        self.offset = offset;
        self.job.tally.lost(self.shown.saturating_sub(offset));
        self.shown = self.shown.min(offset);
    }
}

/// Sends bytes of a blob that stood at `offset` before, and shows meanwhile how far it is.
async fn watch<R: WriteRegistry>(
    sending: impl Future<Output = Result<(), Failure>>,
    job: &BlobJob<'_, R>,
    body: &ResumableBody<R>,
    offset: u64,
    shown: &mut u64,
) -> Result<(), Failure> {
    let mut sending = pin!(sending);
    loop {
        let sent = tokio::time::timeout(LOOK, &mut sending).await;
        let now = offset + body.handed();
        job.tally.sending(now.saturating_sub(*shown));
        *shown = now.max(*shown);
        if let Ok(sent) = sent {
            return sent;
        }
        body.let_go_until_read();
    }
}
