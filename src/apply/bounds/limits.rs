//! How far whoever began a run lets it go.

use tokio::time::{Instant, sleep_until};

/// How far a run may go, as whoever began it said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// When it is to be over.
    pub deadline: Option<Instant>,
    /// The most bytes of blobs that go over the wire.
    pub max_bytes: Option<u64>,
}

impl Limits {
    /// Tells whether the time of the run is over.
    pub fn is_over(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }

    /// Returns when it is; never, if nobody set it one.
    pub async fn over(&self) {
        match self.deadline {
            Some(deadline) => sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    }
}
