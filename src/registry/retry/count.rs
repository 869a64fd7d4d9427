//! How often what somebody asked for had to be tried again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts what had to be tried again; clones share the count.
#[derive(Debug, Clone, Default)]
pub struct RetryCount(Arc<AtomicU64>);

impl RetryCount {
    /// Counts one more try.
    pub(in crate::registry) fn add_one(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// Returns how many were counted.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}
