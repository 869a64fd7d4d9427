//! Uploads that are open at the target: each is closed, or ended there, also where a run is stopped in
//! the middle of one.

use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::time::timeout;

use crate::model::Failure;
use crate::registry::{Mount, Upload, UploadSession, WholeBlobLeave, WriteRegistry};

use super::job::BlobJob;

/// How long it may take to end what was left open: that is tidiness, nothing that anybody waits for.
const TIDYING: Duration = Duration::from_millis(1500);

/// The uploads of a run.
pub(super) struct Uploads<'a, R> {
    registry: &'a R,
    left: Mutex<Vec<Left>>,
}

/// An upload that nobody works on any more.
enum Left {
    /// The request may be under way: only its answer tells where the upload is.
    Opening(Opening),
    Open(UploadSession),
}

type Opening = Pin<Box<dyn Future<Output = Result<Upload, Failure>> + Send>>;

impl<'a, R: WriteRegistry> Uploads<'a, R> {
    pub(super) fn new(registry: &'a R) -> Self {
        let left = Mutex::default();
        Self { registry, left }
    }

    /// Opens an upload; none where nothing is left to send, since `mount` was done.
    pub(super) async fn open(
        &self,
        job: &BlobJob<'_, R>,
        mount: Option<&Mount>,
    ) -> Result<Option<OpenUpload<'_, R>>, Failure> {
        let (registry, target, mount) = (job.registry.clone(), job.target.clone(), mount.cloned());
        let opening = async move { registry.start_upload(&target, mount.as_ref()).await };
        self.ask(Box::pin(opening)).await
    }

    /// Sends a whole blob in one request; returns an upload where that was all that came of it.
    pub(super) async fn push(
        &self,
        job: &BlobJob<'_, R>,
        bytes: Bytes,
        leave: WholeBlobLeave,
    ) -> Result<Option<OpenUpload<'_, R>>, Failure> {
        let (registry, target) = (job.registry.clone(), job.target.clone());
        let digest = job.blob.digest.clone();
        let opening = async move { registry.push_blob(&target, &digest, bytes, leave).await };
        self.ask(Box::pin(opening)).await
    }

    async fn ask(&self, opening: Opening) -> Result<Option<OpenUpload<'_, R>>, Failure> {
        let asked = Asked {
            uploads: self,
            opening: Some(opening),
        };
        Ok(match asked.answer().await? {
            Upload::Done => None,
            Upload::Session(session) => Some(OpenUpload {
                uploads: self,
                session,
                is_over: false,
            }),
        })
    }

    /// Ends whatever is open still.
    pub(super) async fn end_all(&self) {
        let left = std::mem::take(&mut *self.left());
        let end = async |left| {
            let session = match left {
                Left::Open(session) => Some(session),
                Left::Opening(opening) => match opening.await {
                    Ok(Upload::Session(session)) => Some(session),
                    Ok(Upload::Done) | Err(_) => None,
                },
            };
            if let Some(session) = session {
                // The registry forgets it in the end, this way or another.
                let _ = self.registry.cancel_upload(&session).await;
            }
        };
        let _ = timeout(TIDYING, join_all(left.into_iter().map(end))).await;
    }
}

impl<R> Uploads<'_, R> {
    fn keep(&self, left: Left) {
        self.left().push(left);
    }

    fn left(&self) -> MutexGuard<'_, Vec<Left>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request to open an upload. It is kept when nobody waits for it any more: its answer tells where
/// there is something to end.
struct Asked<'u, R> {
    uploads: &'u Uploads<'u, R>,
    opening: Option<Opening>,
}

impl<R> Asked<'_, R> {
    async fn answer(mut self) -> Result<Upload, Failure> {
        let answer = match &mut self.opening {
            Some(opening) => opening.await,
            None => std::future::pending().await,
        };
        self.opening = None;
        answer
    }
}

impl<R> Drop for Asked<'_, R> {
    fn drop(&mut self) {
        if let Some(opening) = self.opening.take() {
            self.uploads.keep(Left::Opening(opening));
        }
    }
}

/// An upload that is open until it is told to be closed; whoever drops it before leaves it to be ended.
pub(super) struct OpenUpload<'u, R> {
    uploads: &'u Uploads<'u, R>,
    session: UploadSession,
    is_over: bool,
}

impl<R: WriteRegistry> OpenUpload<'_, R> {
    /// Ends it without its blob: the registry need not keep what will never be finished.
    pub(super) async fn end(&mut self) {
        if !self.is_over {
            let _ = self.uploads.registry.cancel_upload(&self.session).await;
            self.is_over = true;
        }
    }
}

impl<R> OpenUpload<'_, R> {
    /// Notes that the registry has closed it.
    pub(super) fn closed(&mut self) {
        self.is_over = true;
    }
}

impl<R> Deref for OpenUpload<'_, R> {
    type Target = UploadSession;

    fn deref(&self) -> &UploadSession {
        &self.session
    }
}

impl<R> DerefMut for OpenUpload<'_, R> {
    fn deref_mut(&mut self) -> &mut UploadSession {
        &mut self.session
    }
}

impl<R> Drop for OpenUpload<'_, R> {
    fn drop(&mut self) {
        if !self.is_over {
            self.uploads.keep(Left::Open(self.session.clone()));
        }
    }
}
