//! What all registries share that have a mirror in common.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

/// How often in a row a host may fail until it is taken for away.
const FAILURES: usize = 3;

/// Whether a mirror is asked any more: by its place for lies, by its host for failures.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// How often it failed since it last gave something.
    failures: AtomicUsize,
    is_out: AtomicBool,
}

impl Standing {
    pub(super) fn is_in(&self) -> bool {
        !self.is_out.load(Relaxed)
    }

    /// Notes that it gave what it was asked for.
    pub(super) fn gave(&self) {
        self.failures.store(0, Relaxed);
    }

    /// Notes a failure; tells whether it is the one after which it is not asked any more.
    pub(super) fn failed(&self) -> bool {
        self.failures.fetch_add(1, Relaxed) + 1 >= FAILURES && self.drop_out()
    }

    /// Asks it no more; tells whether it was asked until now.
    pub(super) fn drop_out(&self) -> bool {
        !self.is_out.swap(true, Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_in_a_row_count_and_the_last_is_told_once() {
        let standing = Standing::default();
        assert!(![standing.failed(), standing.failed()].contains(&true));
        standing.gave();
        assert_eq!(
            [0; 4].map(|_| standing.failed()),
            [false, false, true, false]
        );
        assert!(!standing.is_in());
        standing.gave();
        assert!(!standing.is_in(), "it is out for the rest of the run");
    }
}
