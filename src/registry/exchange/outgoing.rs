//! A streamed body on its way out: counted, watched for stalls, its own errors kept.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use tokio::time::Instant;

use crate::registry::endpoints::upload_session::BodyError;
use crate::registry::stats::Counters;
use crate::registry::transport::{self, RequestBody};

/// What is known about a body while it goes out.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    progress: Arc<Progress>,
    length: u64,
    /// How long nothing may move while there is something to send.
    stall: Duration,
    /// How long the answer may take once everything is sent.
    commit: Duration,
}

#[derive(Debug)]
struct Progress {
    begun: Instant,
    /// When something last moved, in milliseconds after it began.
    last_move: AtomicU64,
    is_sent: AtomicBool,
    failure: Mutex<Option<String>>,
}

impl Outgoing {
    pub(crate) fn new(length: u64, stall: Duration, commit: Duration) -> Self {
        let progress = Progress {
            begun: Instant::now(),
            last_move: AtomicU64::new(0),
            is_sent: AtomicBool::new(length == 0),
            failure: Mutex::default(),
        };
        // Whoever makes the bytes has the same patience, and is to lose it first: then it is known
        // which side is silent.
        Self {
            progress: Arc::new(progress),
            length,
            stall: stall * 2,
            commit,
        }
    }

    /// Wraps the stream, so that its moves and its end are noted.
    pub(crate) fn watch(
        &self,
        stream: BoxStream<'static, Result<Bytes, BodyError>>,
        counters: Arc<Counters>,
    ) -> RequestBody {
        let progress = self.progress.clone();
        let mut left = self.length;
        transport::stream(stream.inspect(move |chunk| {
            progress.touch();
            match chunk {
                Ok(chunk) => {
                    counters.bytes_out(chunk.len());
                    left = left.saturating_sub(chunk.len() as u64);
                    // The stream's end may never be asked for: the length is known.
                    progress.is_sent.store(left == 0, Relaxed);
                }
                Err(error) => progress.failed(error),
            }
        }))
    }

    /// Returns why the stream itself failed, if it did.
    pub(crate) fn failure(&self) -> Option<String> {
        self.progress
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until nothing has moved for too long, and returns for how long.
    pub(crate) async fn stalled(&self) -> Duration {
        loop {
            let sent = self.progress.is_sent.load(Relaxed);
            let limit = if sent { self.commit } else { self.stall };
            let since = self.progress.silence();
            if since >= limit {
                return limit;
            }
            tokio::time::sleep(limit.saturating_sub(since)).await;
        }
    }
}

impl Progress {
    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn touch(&self) {
        self.last_move.store(self.now(), Relaxed);
    }

    fn silence(&self) -> Duration {
        Duration::from_millis(self.now().saturating_sub(self.last_move.load(Relaxed)))
    }

    fn failed(&self, error: &BodyError) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
    }
}
