//! How often a blob may break on its way before it is given up.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::Failure;

/// How often one side may break without progress in between.
pub(super) const TRIES: usize = 5;
/// What counts as progress between two breaks: with less, one blob could have millions of tries.
pub(super) const PROGRESS: u64 = 64 * 1024;
/// For how long a target may ask for one pause after the other.
const PAUSES: Duration = Duration::from_secs(5 * 60);

/// The breaks of one blob on its way to the target.
#[derive(Debug, Default)]
pub(super) struct Breaks {
    since_progress: usize,
    /// The most bytes that the target was known to have, in this session or one before.
    furthest: u64,
    /// Since when the target asks for pauses and makes no progress.
    paused_since: Option<Instant>,
}

impl Breaks {
    /// Notes that the target has so many bytes.
    pub(super) fn reached(&mut self, bytes: u64) {
        if bytes >= self.furthest + PROGRESS {
            *self = Self {
                furthest: bytes,
                ..Self::default()
            };
        }
    }

    /// Counts a break, and returns how many there were since there was progress; too many are the error.
    /// None is counted where the target said when to come back.
    pub(super) fn count(&mut self, broken: &Failure) -> Result<usize, Failure> {
        if broken.is_paused {
            let since = self.paused_since.get_or_insert_with(Instant::now);
            if since.elapsed() < PAUSES {
                return Ok(0);
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
        let broken = Failure::for_test(Cause::Unreachable);
        let mut breaks = Breaks::default();
        let mut count = |reached| {
            breaks.reached(reached);
            breaks.count(&broken).map_err(|failure| failure.tries)
        };
        assert_eq!([count(0), count(0), count(PROGRESS)], [Ok(1), Ok(2), Ok(1)]);
        assert_eq!([count(0), count(PROGRESS + 9)], [Ok(2), Ok(3)]);
        assert_eq!([count(0), count(0)], [Ok(4), Err(TRIES)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_costs_nothing_for_some_minutes() {
        let paused = Failure::for_test(Cause::Server).paused(true);
        let mut breaks = Breaks::default();
        for _ in 0..10 {
            assert_eq!(breaks.count(&paused), Ok(0));
            tokio::time::sleep(PAUSES / 10).await;
        }
        assert_eq!(breaks.count(&paused), Ok(1));
        breaks.reached(PROGRESS);
        assert_eq!(breaks.count(&paused), Ok(0), "there was progress");
    }
}
