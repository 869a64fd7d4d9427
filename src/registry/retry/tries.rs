//! What was spent on one request, or on one blob since there last was progress.

use std::time::Duration;

use tokio::time::Instant;

use super::decide::{Allowed, Met, Next, Spent, decide, is_counted};

/// How long something waits for its turn before that is worth to be told.
const WORTH_TELLING: Duration = Duration::from_secs(10);

/// The tries of one request or blob.
#[derive(Debug)]
pub struct Tries {
    /// When the first failed.
    since: Option<Instant>,
    throttled_since: Option<Instant>,
    spent: Spent,
}

impl Tries {
    /// Begins with nothing spent.
    pub fn begin() -> Self {
        Self {
            since: None,
            throttled_since: None,
            spent: Spent::default(),
        }
    }

    /// Counts what a try met, and decides what comes next.
    pub fn after(&mut self, met: Met, allowed: &Allowed) -> Next {
        let now = Instant::now();
        if matches!(met, Met::Throttled | Met::PerhapsThrottled) {
            self.throttled_since.get_or_insert(now);
        }
        let spent = &mut self.spent;
        spent.time = now - *self.since.get_or_insert(now);
        spent.throttled = self
            .throttled_since
            .map_or(Duration::ZERO, |since| now - since);
        spent.unconnected += usize::from(met == Met::Unconnected);
        spent.perhaps_throttled += usize::from(met == Met::PerhapsThrottled);
        spent.silent += usize::from(met == Met::Silence);
        spent.counted += usize::from(is_counted(met, spent, allowed));
        decide(met, spent, allowed)
    }

    /// Notes that a server was waited for that was away.
    pub(in crate::registry) fn was_away(&mut self, time: Duration) {
        self.spent.away += time;
    }

    /// Returns since when it is refused for the rate, if it is.
    pub(in crate::registry) fn throttled_since(&self) -> Option<Instant> {
        self.throttled_since
    }

    /// Returns how many tries failed that count.
    pub fn counted(&self) -> usize {
        self.spent.counted
    }

    /// Returns how long it waited for a server that was away, and for its turn, where that was long.
    pub(in crate::registry) fn waited(&self) -> Duration {
        let Spent {
            away, throttled, ..
        } = self.spent;
        let throttled = Some(throttled).filter(|time| *time >= WORTH_TELLING);
        away + throttled.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Met::{Nobody, PerhapsThrottled, Silence, Throttled, Unconnected};

    const ALLOWED: Allowed = Allowed {
        tries: 5,
        throttled: Duration::from_secs(100),
        away: Duration::from_secs(300),
    };

    /// Returns how often something is tried that meets this each second, and what comes at the end.
    async fn tried(met: Met, allowed: Allowed) -> usize {
        let mut tries = Tries::begin();
        let mut count = 1;
        while tries.after(met, &allowed) != Next::GiveUp {
            tokio::time::sleep(Duration::from_secs(1)).await;
            count += 1;
        }
        count
    }

    #[tokio::test(start_paused = true)]
    async fn some_trouble_is_a_matter_of_tries_and_some_of_time() {
        let at_once = Allowed {
            away: Duration::ZERO,
            ..ALLOWED
        };
        assert_eq!(tried(Unconnected, ALLOWED).await, 301);
        assert_eq!(tried(Unconnected, at_once).await, 5);
        assert_eq!(tried(Nobody, ALLOWED).await, 3);
        assert_eq!(tried(Silence, ALLOWED).await, 2);
        assert_eq!(tried(Throttled, ALLOWED).await, 101);
        assert_eq!(tried(PerhapsThrottled, ALLOWED).await, 10);
    }

    #[test]
    fn what_failed_at_once_does_not_count_as_silence() {
        let mut tries = Tries::begin();
        let mut next = |met| tries.after(met, &ALLOWED);
        let went_on = [Met::BadLuck, Silence, Met::BadLuck, Silence].map(&mut next);
        assert_eq!(
            went_on,
            [Next::After(1), Next::After(2), Next::After(3), Next::GiveUp]
        );
    }
}
