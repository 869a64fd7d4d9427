//! How often a blob may break on its way before it is given up: retries without progress.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Failure, Fault, NoAnswer};

/// How often one side may break without progress in between.
pub(super) const TRIES: usize = 5;
/// What counts as progress between two breaks: with less, one blob could have millions of tries.
pub(super) const PROGRESS: u64 = 64 * 1024;
/// For how long a target may ask for one pause after the other, or connections to it may hang.
const EXCUSED: Duration = Duration::from_secs(5 * 60);

/// The breaks of one blob on its way to the target.
#[derive(Debug, Default)]
pub(super) struct RetryBudget {
    since_progress: usize,
    /// The most bytes that the target was known to have, in this session or one before.
    furthest: u64,
    /// Since when there is no progress for a reason that says nothing about the blob, and how often.
    excused: Option<(Instant, usize)>,
}

impl RetryBudget {
    /// Notes that the target has so many bytes.
    pub(super) fn reached(&mut self, bytes: u64) {
        if bytes >= self.furthest + PROGRESS {
            *self = Self {
                furthest: bytes,
                ..Self::default()
            };
        }
    }

    /// Counts a break of a transfer, and returns the number of breaks to wait for; too many without progress are
    /// the error.
    ///
    /// A break is not counted, for some time, where the target said when to come back, or where no connection
    /// came about.
    pub(super) fn count(&mut self, broken: &Failure) -> Result<usize, Failure> {
        let is_unconnected = matches!(broken.fault, Fault::NoAnswer(NoAnswer::Connect(_)));
        if broken.is_paused || is_unconnected {
            let (since, times) = self.excused.get_or_insert_with(|| (Instant::now(), 0));
            if since.elapsed() < EXCUSED {
                *times += 1;
                // The pause itself is waited for by whatever is sent next.
                return Ok(if broken.is_paused { 0 } else { *times });
            }
        }
        self.since_progress += 1;
        if self.since_progress >= TRIES {
            return Err(broken.clone().after(self.since_progress));
        }
        Ok(self.since_progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Cause;

    #[test]
    fn only_progress_makes_up_for_breaks() {
        let broken = Failure::for_test(Cause::Server);
        let mut budget = RetryBudget::default();
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
        let paused = Failure::for_test(Cause::Server).paused(true);
        let hung = Failure::for_test(Cause::Unreachable);
        for (broken, waits) in [(paused, [0; 10]), (hung, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])] {
            let mut budget = RetryBudget::default();
            for after in waits {
                assert_eq!(budget.count(&broken), Ok(after));
                tokio::time::sleep(EXCUSED / 10).await;
            }
            for counted in 1..TRIES {
                assert_eq!(budget.count(&broken), Ok(counted));
            }
            assert!(budget.count(&broken).is_err());
            budget.reached(PROGRESS);
            assert_eq!(budget.count(&broken), Ok(waits[0]), "there was progress");
        }
    }
}
