//! What a host is asked at most: so many requests at once, so many a second, none during a pause.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::concurrency::{ConcurrencyLimit, Permit};

/// The limits that are kept apart, so that a large layer does not starve small requests, and that
/// a copy inside one registry, which downloads and uploads, never waits for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Requests with small bodies or none.
    Control,
    /// Blobs that come in.
    Download,
    /// Blobs that go out.
    Upload,
    /// Tokens.
    Token,
}

/// The most requests for tokens at once, whatever cap is set: some registries take many for an attack.
pub(crate) const TOKENS: usize = 8;

/// The limits of one host.
#[derive(Debug)]
pub(crate) struct Admission {
    lanes: [Arc<ConcurrencyLimit>; 4],
    pace: Mutex<Pace>,
}

#[derive(Debug, Default)]
struct Pace {
    paused_until: Option<Instant>,
    next_start: Option<Instant>,
    interval: Duration,
}

impl Admission {
    /// Makes the limits of a host from where they start and, where there is one, their cap.
    pub(crate) fn new(start: usize, cap: Option<usize>, requests_per_second: Option<f64>) -> Self {
        let most = |usual: usize| cap.unwrap_or(usual).max(1);
        let lane = |start: usize, wide: usize, most: usize| {
            let concurrency =
                ConcurrencyLimit::new(start.clamp(1, most), wide.clamp(1, most), most);
            Arc::new(concurrency)
        };
        let lanes = [
            lane(start * 2, start * 16, most(256)),
            lane(start, start * 4, most(64)),
            lane(start, start, most(64)),
            lane(4, 4, most(TOKENS).min(TOKENS)),
        ];
        let per_second = requests_per_second.filter(|rate| *rate > 0.0);
        let interval =
            per_second.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
        Self {
            lanes,
            pace: Mutex::new(Pace {
                interval,
                ..Pace::default()
            }),
        }
    }

    /// Waits for a slot in a lane and for the host's pause, if it asked for one, to end.
    ///
    /// A pause that has more than `longest` to go is not waited for: it is the error.
    pub(crate) async fn admit(&self, lane: Lane, longest: Duration) -> Result<Permit, Duration> {
        let concurrency = &self.lanes[lane as usize];
        let mut permit = ConcurrencyLimit::acquire(concurrency).await;
        loop {
            let now = Instant::now();
            let turn = self.pace().turn(now);
            match turn {
                Turn::Start(start) => {
                    permit.started = start;
                    sleep_until(start).await;
                    return Ok(permit);
                }
                Turn::Paused(until) if until - now > longest => return Err(until - now),
                Turn::Paused(until) => sleep_until(until).await,
            }
        }
    }

    /// Notes that an answer is long on its way, and returns how many control requests there may be at once.
    pub(crate) fn is_far(&self) -> usize {
        self.lanes[Lane::Control as usize].widen()
    }

    /// Lets nothing more go to the host for some time.
    pub(crate) fn pause(&self, pause: Duration) {
        let mut pace = self.pace();
        pace.paused_until = pace.paused_until.max(Some(Instant::now() + pause));
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the next request may start.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    Start(Instant),
    Paused(Instant),
}

impl Pace {
    fn turn(&mut self, now: Instant) -> Turn {
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            return Turn::Paused(until);
        }
        let start = self.next_start.map_or(now, |next| next.max(now));
        self.next_start = Some(start + self.interval);
        Turn::Start(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pause_too_long_to_wait_for_is_an_error() {
        let limits = Admission::new(4, None, None);
        limits.pause(Duration::from_secs(600));
        limits.pause(Duration::from_secs(1));
        let left = limits
            .admit(Lane::Control, Duration::from_secs(300))
            .await
            .unwrap_err();
        assert!(
            left > Duration::from_secs(590),
            "a shorter pause does not end a longer one"
        );
    }

    #[test]
    fn more_than_eight_tokens_are_never_asked_for_at_once() {
        for (cap, most) in [(None, 8), (Some(3), 3), (Some(100), 8)] {
            let limits = Admission::new(16, cap, None);
            assert_eq!(limits.lanes[Lane::Token as usize].most, most, "{cap:?}");
        }
    }

    #[test]
    fn keeps_to_a_rate() {
        let tenth = Duration::from_millis(100);
        let mut pace = Pace {
            interval: tenth,
            ..Pace::default()
        };
        let now = Instant::now();
        assert_eq!(pace.turn(now), Turn::Start(now));
        assert_eq!(pace.turn(now), Turn::Start(now + tenth));
        assert_eq!(
            pace.turn(now + 10 * tenth),
            Turn::Start(now + 10 * tenth),
            "no debt, no credit"
        );
        assert_eq!(pace.turn(now + 10 * tenth), Turn::Start(now + 11 * tenth));
    }
}
