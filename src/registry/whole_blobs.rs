//! Whether a host takes a blob with the request that would open its upload.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// Nobody has tried.
const UNKNOWN: u8 = 0;
/// The first one is under way, or it was not taken.
const NO: u8 = 1;
const YES: u8 = 2;

/// Whether a host takes blobs in one request.
#[derive(Debug, Default)]
pub(super) struct WholeBlobs(AtomicU8);

impl WholeBlobs {
    /// Tells whether a blob is to go in one request; the first time that is to find out whether it is taken.
    pub(super) fn may_push(&self) -> bool {
        let first = self.0.compare_exchange(UNKNOWN, NO, Relaxed, Relaxed);
        first.is_ok() || self.0.load(Relaxed) == YES
    }

    pub(super) fn learn(&self, takes: bool) {
        self.0.store(if takes { YES } else { NO }, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_finds_out_and_the_others_know() {
        let blobs = WholeBlobs::default();
        assert!(blobs.may_push());
        assert!(!blobs.may_push(), "while it is not known");
        blobs.learn(true);
        assert!(blobs.may_push() && blobs.may_push());
        blobs.learn(false);
        assert!(!blobs.may_push());
    }
}
