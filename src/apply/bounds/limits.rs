//! How far whoever began a run lets it go.

use tokio::time::Instant;

/// How far a run may go, as whoever began it said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// When it is to be over.
    pub deadline: Option<Instant>,
    /// The most bytes of blobs that go over the wire.
    pub max_bytes: Option<u64>,
}
