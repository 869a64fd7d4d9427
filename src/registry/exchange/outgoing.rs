//! A streamed body on its way out: counted, watched for stalls, its own errors kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use tokio::time::Instant;

use crate::model::Text;
use crate::registry::endpoints::BodyError;
use crate::registry::stats::Counters;
use crate::registry::transport::{self, RequestBody};

/// What is known about a body while it goes out.
#[derive(Debug)]
pub(crate) struct Outgoing {
    progress: Arc<Mutex<Progress>>,
    /// How long nothing may move while there is something to send.
    stall: Duration,
    /// How long the answer may take once everything is sent.
    commit: Duration,
}

#[derive(Debug)]
struct Progress {
    last_move: Instant,
    /// How many bytes are still to be sent. The stream's end may never be asked for: the length is known.
    left: u64,
    failure: Option<Text>,
}

impl Outgoing {
    pub(crate) fn new(length: u64, stall: Duration, commit: Duration) -> Self {
        let progress = Progress {
            last_move: Instant::now(),
            left: length,
            failure: None,
        };
        // Whoever makes the bytes has the same patience, and is to lose it first: then it is known
        // which side is silent.
        Self {
            progress: Arc::new(Mutex::new(progress)),
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
        transport::stream(stream.inspect(move |chunk| {
            let mut progress = lock(&progress);
            progress.last_move = Instant::now();
            match chunk {
                Ok(chunk) => {
                    counters.bytes_out(chunk.len());
                    progress.left = progress.left.saturating_sub(chunk.len() as u64);
                }
                Err(error) => progress.failure = Some(Text::of(|| error.to_string())),
            }
        }))
    }

    /// Returns why the stream itself failed, if it did.
    pub(crate) fn failure(&self) -> Option<Text> {
        lock(&self.progress).failure.clone()
    }

    /// Waits until nothing has moved for too long, and returns for how long.
    pub(crate) async fn stalled(&self) -> Duration {
        loop {
            let (limit, silence) = self.silence();
            if silence >= limit {
                return limit;
            }
            tokio::time::sleep(limit.saturating_sub(silence)).await;
        }
    }

    /// Returns how long nothing may move now, and how long nothing has.
    fn silence(&self) -> (Duration, Duration) {
        let progress = lock(&self.progress);
        let limit = if progress.left == 0 {
            self.commit
        } else {
            self.stall
        };
        (limit, progress.last_move.elapsed())
    }
}

fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}
