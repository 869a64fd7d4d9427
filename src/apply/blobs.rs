//! Which blob goes where, and how: a blob goes over the wire once a run.
//!
//! It is in the target repository already, else another repository of the target has it and it is
//! mounted, else it is sent. While one task sends a blob, tasks that want it elsewhere wait, since a
//! mount is cheaper than a transfer; once the registry has refused a mount nobody waits any more.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use tokio::sync::Mutex;

use crate::model::{Descriptor, Digest, Failure, Repository};
use crate::once::OncePerKey;
use crate::plan::cost::WORTH_ASKING;
use crate::registry::{Mount, Upload, UploadSession, WriteRegistry};

use super::image::Tally;
use super::small::{Opened, SmallBlobs};
use super::transfer;

/// A blob that a repository must hold.
pub(super) struct BlobJob<'a> {
    pub(super) blob: &'a Descriptor,
    pub(super) source: &'a Repository,
    pub(super) target: &'a Repository,
    pub(super) tally: &'a Tally<'a>,
}

/// How a blob came to be in the target repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum How {
    Present,
    Mounted,
    Sent,
}

/// The repository that holds a blob; locked while the blob is on its way.
type Holder = Arc<Mutex<Option<Repository>>>;

pub(super) struct Blobs<'a, R> {
    registry: &'a R,
    mounts: AtomicBool,
    brought: OncePerKey<(Repository, Digest), How>,
    holders: OncePerKey<Digest, Holder>,
    /// The repositories that hold images of the plan already, and so may hold blobs of others.
    existing: HashSet<Repository>,
    /// The repositories that held the images of a new one under their old names.
    renamed: HashMap<Repository, Repository>,
    small: SmallBlobs,
}

impl<'a, R: WriteRegistry> Blobs<'a, R> {
    /// Begins with nothing known but the repositories that hold images of the plan already.
    pub(super) fn new(registry: &'a R, mount: Option<bool>, existing: HashSet<Repository>) -> Self {
        Self {
            registry,
            mounts: AtomicBool::new(mount.unwrap_or(true)),
            brought: OncePerKey::default(),
            holders: OncePerKey::default(),
            existing,
            renamed: HashMap::new(),
            small: SmallBlobs::default(),
        }
    }

    /// Tells that images of `old` go to `new` as well, so that their blobs can be mounted.
    pub(super) fn renamed(&mut self, new: Repository, old: Repository) {
        if new != old {
            self.renamed.insert(new, old);
        }
    }

    /// Returns when the target repository holds the blob.
    pub(super) async fn bring(&self, job: BlobJob<'_>) -> Result<(), Failure> {
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

    async fn bring_once(&self, job: &BlobJob<'_>) -> Result<How, Failure> {
        if !self.mounts.load(Ordering::Relaxed) {
            return self.bring_without_mount(job).await;
        }
        let digest = job.blob.digest.clone();
        let holder = self.holders.always(digest, async || Holder::default());
        let holder = holder.await;
        let mut held = holder.lock().await;
        let same_registry = job.source.registry == job.target.registry;
        let from = held
            .clone()
            .or_else(|| self.renamed.get(job.target).cloned())
            .or_else(|| same_registry.then(|| job.source.clone()));
        let Some(from) = from.filter(|_| self.mounts.load(Ordering::Relaxed)) else {
            let how = self.bring_without_mount(job).await?;
            *held = Some(job.target.clone());
            return Ok(how);
        };
        if held.is_some() {
            // It is there for good: mounts need not wait for each other.
            drop(held);
        }
        self.mount(job, from).await
    }

    async fn mount(&self, job: &BlobJob<'_>, from: Repository) -> Result<How, Failure> {
        if self.is_there(job).await? {
            return Ok(How::Present);
        }
        let mount = Mount {
            digest: job.blob.digest.clone(),
            from,
        };
        match self.registry.start_upload(job.target, Some(&mount)).await? {
            Upload::Mounted => Ok(How::Mounted),
            Upload::Session(session) => {
                tracing::debug!(
                    registry = job.target.registry,
                    "the registry does not mount"
                );
                self.mounts.store(false, Ordering::Relaxed);
                self.send(job, session, None).await
            }
        }
    }

    async fn bring_without_mount(&self, job: &BlobJob<'_>) -> Result<How, Failure> {
        if self.is_there(job).await? {
            return Ok(How::Present);
        }
        let Opened {
            upload,
            bytes,
            _room,
        } = self.small.open(self.registry, job).await?;
        match upload {
            Upload::Mounted => Ok(How::Mounted),
            Upload::Session(session) => self.send(job, session, bytes).await,
        }
    }

    async fn send(
        &self,
        job: &BlobJob<'_>,
        session: UploadSession,
        bytes: Option<Bytes>,
    ) -> Result<How, Failure> {
        transfer::send(self.registry, job, session, bytes).await?;
        Ok(How::Sent)
    }

    async fn is_there(&self, job: &BlobJob<'_>) -> Result<bool, Failure> {
        if job.blob.size < WORTH_ASKING && !self.existing.contains(job.target) {
            return Ok(false);
        }
        self.registry.has_blob(job.target, &job.blob.digest).await
    }
}
