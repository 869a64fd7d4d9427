//! The tries of one request: how many it has, and when the next one is.

use std::time::Duration;

use tokio::time::Instant;

use crate::registry::exchange::FailedTry;
use crate::registry::options::RetryOptions;

use super::backoff;

/// How often a host is tried that never answered, where there may be none.
const FIRST_TRIES: usize = 3;

/// How often a request is sent to a host that takes it and says nothing, or next to nothing: each time costs
/// a minute.
const SILENT_TRIES: usize = 2;

/// The tries of one request.
pub(crate) struct RequestTries {
    /// How many were made.
    pub(crate) made: usize,
    /// When the first was made.
    pub(crate) begun: Instant,
    /// How long it waited for hosts that were away.
    pub(crate) waited: Duration,
    /// How many failed while the host was there.
    failed: usize,
    /// How many of these took long.
    long: usize,
    /// How many more came to no connection.
    unconnected: usize,
}

impl RequestTries {
    pub(crate) fn new() -> Self {
        Self {
            made: 1,
            begun: Instant::now(),
            waited: Duration::ZERO,
            failed: 0,
            long: 0,
            unconnected: 0,
        }
    }

    /// Tells how long to wait before the next try; none where it was tried often enough.
    pub(crate) fn next(
        &mut self,
        options: &RetryOptions,
        patience: Duration,
        failure: &FailedTry,
        may_be_a_mistake: bool,
    ) -> Option<Duration> {
        // Where some connections hang and others do not, the host was not asked yet: that is a matter of
        // time, too.
        if failure.is_unconnected() && !may_be_a_mistake {
            self.unconnected += 1;
            let goes_on = self.unconnected < options.tries || self.begun.elapsed() < patience;
            return goes_on.then(|| backoff::wait(options, self.unconnected));
        }
        self.failed += 1;
        self.long += usize::from(failure.took_long());
        let most = if may_be_a_mistake {
            FIRST_TRIES
        } else {
            usize::MAX
        };
        // The pause itself is waited for with everyone else, and as long as it is asked for.
        if failure.paused && self.begun.elapsed() < options.longest_pause {
            return Some(Duration::ZERO);
        }
        if self.long >= SILENT_TRIES || self.failed >= most.min(options.tries) {
            None
        } else if failure.paused || failure.is_unread() {
            Some(Duration::ZERO)
        } else {
            Some(backoff::wait(options, self.failed))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Fault, NoAnswer};

    const PATIENCE: Duration = Duration::from_secs(300);

    /// Returns how often something is tried that fails so each time, and how long that takes.
    async fn tried(patience: Duration, why: NoAnswer, may_be_a_mistake: bool) -> (usize, u64) {
        let options = RetryOptions::default();
        let failure = FailedTry::new(Fault::NoAnswer(why), true);
        let mut tries = RequestTries::new();
        let mut count = 1;
        while let Some(wait) = tries.next(&options, patience, &failure, may_be_a_mistake) {
            tokio::time::sleep(wait).await;
            count += 1;
        }
        (count, tries.begun.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn connections_that_hang_are_a_matter_of_time_where_there_is_a_host() {
        let hangs = || NoAnswer::Connect("no answer in time".to_owned());
        let (count, seconds) = tried(PATIENCE, hangs(), false).await;
        assert!(count > 15 && seconds >= 300, "{count} tries in {seconds} s");
        assert_eq!(tried(Duration::ZERO, hangs(), false).await.0, 5);
        assert_eq!(tried(PATIENCE, hangs(), true).await.0, FIRST_TRIES);
        let breaks = NoAnswer::Broken("reset".to_owned());
        assert_eq!(tried(PATIENCE, breaks, false).await.0, 5);
        let silence = NoAnswer::Silence(Duration::from_secs(60));
        assert_eq!(tried(PATIENCE, silence, false).await.0, SILENT_TRIES);
    }

    #[test]
    fn what_failed_at_once_does_not_count_as_silence() {
        let failed = |why| FailedTry::new(Fault::NoAnswer(why), true);
        let breaks = failed(NoAnswer::Broken("reset".to_owned()));
        let silence = failed(NoAnswer::Silence(Duration::from_secs(60)));
        let options = RetryOptions::default();
        let mut tries = RequestTries::new();
        let mut goes_on = |failure| tries.next(&options, PATIENCE, failure, false).is_some();
        let went_on = [&breaks, &silence, &breaks, &silence].map(&mut goes_on);
        assert_eq!(went_on, [true, true, true, false]);
    }
}
