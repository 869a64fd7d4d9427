//! Which blob goes where, and how: a blob goes over the wire once a run.
//!
//! It is in the target repository already, else another repository of the target has it and it is
//! mounted, else it is sent. While one task sends a blob, tasks that want it elsewhere wait, since a
//! mount is cheaper than a transfer. A target that refuses to mount a blob does not have it there. After
//! some refusals of blobs that it is known to have, mounts are not tried any more and nobody waits. What another
//! target of the run has comes from there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use bytes::Bytes;
use tokio::sync::{Mutex, Semaphore};

use crate::model::{Digest, Failure, Repository};
use crate::plan::{BlobRoutes, Route};
use crate::registry::{Mount, WriteRegistry};
use crate::single_flight::SingleFlight;

use super::job::{BlobJob, How};
use super::prefetch::Prefetch;
use super::relay::Seat;
use super::transfer;
use super::uploads::{OpenUpload, Uploads};

/// How many blobs of all images are under way: more than the registries' own limits let through. It
/// bounds memory, however many layers images have.
const BLOBS_AT_ONCE: usize = 1024;

/// The repository that holds a blob; locked while the blob is on its way.
type Holder = Arc<Mutex<Option<Repository>>>;

/// How many blobs that are there a registry may not mount before it is taken for one that mounts none.
const REFUSALS: usize = 3;

pub(super) struct Blobs<'a, R> {
    mounts: Mounts,
    brought: SingleFlight<(Repository, Digest), How>,
    /// What the target said to have and had not.
    brought_again: SingleFlight<(Repository, Digest), ()>,
    holders: SingleFlight<Digest, Holder>,
    routes: BlobRoutes,
    prefetch: Prefetch,
    places: Semaphore,
    uploads: Uploads<'a, R>,
    seat: Seat<'a>,
    /// Whether the target has what it was asked for before an image began.
    there: SingleFlight<(Repository, Digest), bool>,
}

/// Whether the target mounts.
struct Mounts {
    /// How many more blobs that are there it may not mount.
    left: AtomicUsize,
}

impl Mounts {
    fn new(known: Option<bool>) -> Self {
        let left = match known {
            Some(true) => usize::MAX,
            Some(false) => 0,
            None => REFUSALS,
        };
        Self { left: left.into() }
    }

    fn may_work(&self) -> bool {
        self.left.load(Relaxed) > 0
    }

    /// Tells whether it is known to mount.
    fn work(&self) -> bool {
        self.left.load(Relaxed) == usize::MAX
    }

    fn worked(&self) {
        self.left.store(usize::MAX, Relaxed);
    }

    fn refused(&self) {
        let less = |left: usize| left.checked_sub(1);
        let _ = self.left.fetch_update(Relaxed, Relaxed, less);
    }
}

impl<'a, R: WriteRegistry> Blobs<'a, R> {
    /// Begins with nothing known but what the plan tells, and what the profile says of mounts.
    pub(super) fn new(
        registry: &'a R,
        mount: Option<bool>,
        routes: BlobRoutes,
        seat: Seat<'a>,
    ) -> Self {
        Self {
            mounts: Mounts::new(mount),
            brought: SingleFlight::default(),
            brought_again: SingleFlight::default(),
            holders: SingleFlight::default(),
            routes,
            prefetch: Prefetch::default(),
            places: Semaphore::new(BLOBS_AT_ONCE),
            uploads: Uploads::new(registry),
            seat,
            there: SingleFlight::default(),
        }
    }

    /// Returns how many bytes of a blob have to be sent, as far as can be told; what is under way counts again.
    pub(super) async fn lacking(&self, job: BlobJob<'_, R>) -> u64 {
        let key = (job.target.clone(), job.blob.digest.clone());
        let is_brought = self.brought.known(&key).is_some();
        let ask = async || self.ask(&job).await;
        if is_brought || self.there.always(key, ask).await {
            return 0;
        }
        let held = self.holders.known(&job.blob.digest);
        let held = held.and_then(|holder| holder.try_lock().ok()?.clone());
        match self.route(&job, held.as_ref(), self.mounts.work()) {
            Route::Mount { .. } => 0,
            Route::Copy => job.blob.size,
        }
    }

    /// Says how a blob gets into its repository, `held` being one that it was brought to before.
    fn route(&self, job: &BlobJob<'_, R>, held: Option<&Repository>, mounts: bool) -> Route {
        // What another target in the same registry has need not be sent.
        let near = self.seat.known(&job.blob.digest);
        let near = near.filter(|near| near.registry == job.target.registry);
        let near = near.or_else(|| job.registry.known_beside(job.target, &job.blob.digest));
        let source = near.as_ref().unwrap_or(job.source);
        self.routes.route(source, job.target, held, mounts)
    }

    /// Ends the uploads that a stop left open.
    pub(super) async fn end_uploads(&self) {
        self.uploads.end_all().await;
    }

    /// Returns when the target repository holds the blob.
    pub(super) async fn bring(&self, job: BlobJob<'_, R>) -> Result<(), Failure> {
        let _place = self.places.acquire().await;
        // It is large: those that wait for their place take no memory.
        Box::pin(self.bring_now(job)).await
    }

    async fn bring_now(&self, job: BlobJob<'_, R>) -> Result<(), Failure> {
        let key = (job.target.clone(), job.blob.digest.clone());
        let (how, brought_here) = self
            .brought
            .get(key, async || self.bring_once(&job).await)
            .await?;
        // Whoever waited for another image's transfer sent nothing itself.
        let how = if brought_here { how } else { How::Present };
        job.tally.count(&how, job.blob.size);
        Ok(())
    }

    /// Sends a blob whatever the target says of it: some remember blobs that were deleted under them.
    pub(super) async fn bring_again(&self, job: BlobJob<'_, R>) -> Result<(), Failure> {
        let _place = self.places.acquire().await;
        let key = (job.target.clone(), job.blob.digest.clone());
        let send = async || {
            job.tally.lost(job.blob.size);
            let how = Box::pin(self.open_and_send(&job)).await?;
            job.tally.count(&how, job.blob.size);
            Ok(())
        };
        self.brought_again.get(key, send).await.map(drop)
    }

    async fn bring_once(&self, job: &BlobJob<'_, R>) -> Result<How, Failure> {
        if !self.mounts.may_work() {
            return self.bring_without_mount(job).await;
        }
        let digest = job.blob.digest.clone();
        let holder = self.holders.always(digest, async || Holder::default());
        let holder = holder.await;
        let mut held = holder.lock().await;
        let how = match self.route(job, held.as_ref(), self.mounts.may_work()) {
            Route::Copy => self.bring_without_mount(job).await?,
            Route::Mount { from } if held.is_some() => {
                // It is there for good: mounts need not wait for each other.
                drop(held);
                return self.mount(job, from, true).await;
            }
            Route::Mount { from } => self.mount(job, from, false).await?,
        };
        *held = Some(job.target.clone());
        Ok(how)
    }

    async fn mount(
        &self,
        job: &BlobJob<'_, R>,
        from: Repository,
        is_held: bool,
    ) -> Result<How, Failure> {
        if self.is_there(job).await {
            return Ok(How::Present);
        }
        let mount = Mount {
            digest: job.blob.digest.clone(),
            from,
        };
        match self.uploads.open(job, Some(&mount)).await? {
            None => {
                self.mounts.worked();
                Ok(How::Mounted)
            }
            Some(session) => {
                tracing::debug!(
                    registry = job.target.registry, blob = %job.blob.digest, "it was not mounted"
                );
                if is_held {
                    self.mounts.refused();
                }
                self.send_in_turn(job, Some(session)).await
            }
        }
    }

    async fn bring_without_mount(&self, job: &BlobJob<'_, R>) -> Result<How, Failure> {
        if self.is_there(job).await {
            return Ok(How::Present);
        }
        self.send_in_turn(job, None).await
    }

    /// Sends a blob from another target that has it, else from its source; an upload may be open.
    async fn send_in_turn(
        &self,
        job: &BlobJob<'_, R>,
        opened: Option<OpenUpload<'_, R>>,
    ) -> Result<How, Failure> {
        let turn = self.seat.turn(&job.blob.digest).await;
        let source = turn.other().unwrap_or(job.source);
        let sent = {
            let job = &BlobJob { source, ..*job };
            match opened {
                Some(session) => self.send(job, session, None).await,
                None => self.open_and_send(job).await,
            }
        };
        let sent = match sent {
            Err(why) if turn.other().is_some() && why.host == source.registry => {
                tracing::debug!(
                    registry = source.registry, blob = %job.blob.digest, %why,
                    "it did not come from there; taking it from its source"
                );
                job.registry.count_retry();
                self.open_and_send(job).await
            }
            sent => sent,
        };
        let how = sent?;
        turn.end_in(job.target);
        Ok(how)
    }

    async fn open_and_send(&self, job: &BlobJob<'_, R>) -> Result<How, Failure> {
        let mut opened = self.prefetch.open(&self.uploads, job).await?;
        match opened.upload.take() {
            None => Ok(How::Sent),
            Some(session) => {
                let bytes = opened.whole.as_ref().map(|whole| whole.bytes.clone());
                self.send(job, session, bytes).await
            }
        }
    }

    async fn send(
        &self,
        job: &BlobJob<'_, R>,
        session: OpenUpload<'_, R>,
        bytes: Option<Bytes>,
    ) -> Result<How, Failure> {
        transfer::send(&self.uploads, job, session, bytes).await?;
        Ok(How::Sent)
    }

    async fn ask(&self, job: &BlobJob<'_, R>) -> bool {
        let is_asked = self.routes.is_asked(job.target, job.blob.size)
            || job.registry.answers_at_once(job.target);
        is_asked && job.registry.has_blob(job.target, &job.blob.digest).await
    }

    async fn is_there(&self, job: &BlobJob<'_, R>) -> bool {
        let key = (job.target.clone(), job.blob.digest.clone());
        let is_there = match self.there.known(&key) {
            Some(is_there) => is_there,
            None => self.ask(job).await,
        };
        if is_there {
            self.seat.offer(&job.blob.digest, job.target).await;
        }
        is_there
    }
}
