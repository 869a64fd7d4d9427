//! The tries of one request: how many it has, and when the next one is.

use std::time::Duration;

use tokio::time::Instant;

use super::call::FailedTry;
use super::options::RetryOptions;
use super::retry;

/// How often a host is tried that never answered, where there may be none.
const FIRST_TRIES: usize = 3;

/// How often a request is sent to a host that takes it and says nothing, or next to nothing: each time costs
/// a minute.
const SILENT_TRIES: usize = 2;

/// The tries of one request.
pub(super) struct Tries {
    /// How many were made.
    pub(super) made: usize,
    /// When the first was made.
    pub(super) begun: Instant,
    /// How long it waited for hosts that were away.
    pub(super) waited: Duration,
    /// How many failed while the host was there.
    failed: usize,
}

impl Tries {
    pub(super) fn new() -> Self {
        Self {
            made: 1,
            begun: Instant::now(),
            waited: Duration::ZERO,
            failed: 0,
        }
    }

    /// Tells how long to wait before the next try; none where it was tried often enough.
    pub(super) fn next(
        &mut self,
        options: &RetryOptions,
        failure: &FailedTry,
        may_be_a_mistake: bool,
    ) -> Option<Duration> {
        self.failed += 1;
        let most = if failure.took_long() {
            SILENT_TRIES
        } else if may_be_a_mistake {
            FIRST_TRIES
        } else {
            usize::MAX
        };
        // The pause itself is waited for with everyone else, and as long as it is asked for.
        if failure.paused && self.begun.elapsed() < options.longest_pause {
            return Some(Duration::ZERO);
        }
        if self.failed >= most.min(options.tries) {
            None
        } else if failure.paused || failure.is_unread() {
            Some(Duration::ZERO)
        } else {
            Some(retry::wait(options, self.failed))
        }
    }
}
