//! How often a blob may break on its way before it is given up: retries without progress.

use std::time::Duration;

use crate::model::Failure;
use crate::registry::{Allowed, Met, Next, Tries};

/// What counts as progress between two breaks: with less, one blob could have millions of tries.
pub(super) const PROGRESS: u64 = 64 * 1024;

/// How often one side may break without progress in between.
pub(super) const TRIES: usize = 5;

/// What one side may spend without progress in between.
const ALLOWED: Allowed = Allowed {
    tries: TRIES,
    throttled: Duration::from_secs(5 * 60),
    away: Duration::from_secs(5 * 60),
};

/// The breaks of one blob on its way, at one side.
#[derive(Debug)]
pub(super) struct RetryBudget {
    tries: Tries,
    /// The most bytes that are known to be there, in this session or one before.
    furthest: u64,
}

impl RetryBudget {
    /// Begins with so many bytes.
    pub(super) fn begin(bytes: u64) -> Self {
        Self {
            tries: Tries::begin(),
            furthest: bytes,
        }
    }

    /// Notes that so many bytes are there.
    pub(super) fn reached(&mut self, bytes: u64) {
        if bytes >= self.furthest + PROGRESS {
            *self = Self::begin(bytes);
        }
    }

    /// Counts a break of a transfer, and returns the number of breaks to wait for; too many without progress are
    /// the error.
    pub(super) fn count(&mut self, broken: &Failure) -> Result<usize, Failure> {
        match self.tries.after(Met::of_break(broken), &ALLOWED) {
            Next::After(breaks) => Ok(breaks),
            // The turn is waited for by whatever is sent next.
            Next::Now | Next::InTurn => Ok(0),
            Next::WhenBack | Next::GiveUp => {
                let tries = broken.tries.max(self.tries.counted());
                Err(broken.clone().after(tries))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cause, Throttled};

    #[test]
    fn only_progress_makes_up_for_breaks() {
        let broken = Failure::for_test(Cause::Server);
        let mut budget = RetryBudget::begin(0);
        let mut count = |reached| {
            budget.reached(reached);
            budget.count(&broken).map_err(|failure| failure.tries)
        };
        assert_eq!([count(0), count(0), count(PROGRESS)], [Ok(1), Ok(2), Ok(1)]);
        assert_eq!([count(0), count(PROGRESS + 9)], [Ok(2), Ok(3)]);
        assert_eq!([count(0), count(0)], [Ok(4), Err(TRIES)]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_says_nothing_about_the_blob_costs_nothing_for_some_minutes() {
        let throttled = Failure::for_test(Cause::Server).throttled(Throttled::Yes);
        let hung = Failure::for_test(Cause::Unreachable);
        for (broken, waits) in [
            (throttled, [0; 10]),
            (hung, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ] {
            let mut budget = RetryBudget::begin(0);
            for after in waits {
                assert_eq!(budget.count(&broken), Ok(after));
                tokio::time::sleep(ALLOWED.away / 10).await;
            }
            assert!(budget.count(&broken).is_err());
            budget.reached(PROGRESS);
            assert_eq!(budget.count(&broken), Ok(waits[0]), "there was progress");
        }
    }
}
