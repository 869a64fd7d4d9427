//! How fast a run is.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// What was done in a shorter time says little about the speed.
const LEAST: Duration = Duration::from_secs(2);
/// How far back it is measured: what was long ago says little about what will be.
const WINDOW: Duration = Duration::from_secs(60);
/// How far apart the measured moments are.
const APART: Duration = Duration::from_secs(1);

/// How much was done until when.
#[derive(Debug, Default)]
pub(super) struct Speed {
    done: u64,
    measured: VecDeque<(Instant, u64)>,
    best: u64,
}

impl Speed {
    /// Counts work that is done.
    pub(super) fn add(&mut self, work: u64) {
        self.done = self.done.saturating_add(work);
    }

    /// Returns how much is done in a second; none before that can be told.
    pub(super) fn a_second(&mut self, now: Instant) -> Option<u64> {
        let is_due = |(last, _): &(Instant, u64)| now.duration_since(*last) >= APART;
        if self.measured.back().is_none_or(is_due) {
            self.measured.push_back((now, self.done));
        }
        let is_old = |(at, _): &(Instant, u64)| now.duration_since(*at) >= WINDOW;
        while self.measured.get(1).is_some_and(is_old) {
            self.measured.pop_front();
        }
        let (since, before) = self.measured.front()?;
        let time = now.duration_since(*since);
        let done = self.done - before;
        if time < LEAST || done == 0 {
            return None;
        }
        let a_second = u128::from(done) * 1000 / time.as_millis();
        let a_second = u64::try_from(a_second).unwrap_or(u64::MAX);
        self.best = self.best.max(a_second);
        Some(a_second)
    }

    /// Returns the most that was done in a second so far: few small images may be slower than the way is.
    pub(super) fn best(&self) -> u64 {
        self.best
    }
}

/// Returns how long so much work takes.
pub(super) fn takes(work: u64, a_second: u64) -> Duration {
    Duration::from_secs(work.div_ceil(a_second.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_that_of_the_last_minute_and_unknown_before_two_seconds() {
        let (begin, mut speed) = (Instant::now(), Speed::default());
        let mut at = |seconds, work| {
            speed.add(work);
            speed.a_second(begin + Duration::from_secs(seconds))
        };
        assert_eq!([at(0, 0), at(1, 500), at(2, 500)], [None, None, Some(500)]);
        for second in 3..=61 {
            at(second, 100);
        }
        // Of the first two seconds one half is too long ago.
        assert_eq!(at(62, 100), Some(100));
        assert_eq!(at(200, 0), None, "nothing was done for long");
        assert_eq!(speed.best(), 500);
    }

    #[test]
    fn what_takes_a_part_of_a_second_takes_one() {
        let seconds =
            [(0, 5), (1, 5), (6, 5), (1, 0)].map(|(work, speed)| takes(work, speed).as_secs());
        assert_eq!(seconds, [0, 1, 2, 1]);
    }
}
