//! How many requests a host gets at once, found out by trying: additive increase, halved when the
//! host says that it is too much.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The limits that are kept apart, so that a large layer does not starve small requests, and that
/// a copy inside one registry, which downloads and uploads, never waits for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Requests with small bodies or none.
    Control,
    /// Blobs that come in.
    Download,
    /// Blobs that go out.
    Upload,
    /// Tokens: few at a time, for some registries take many for an attack.
    Token,
}

/// Answers that come faster than this need no more of them at once.
const NO_WAIT: Duration = Duration::from_millis(10);

/// The limits of one host.
#[derive(Debug)]
pub(super) struct Limits {
    lanes: [Arc<Limiter>; 4],
    pace: Mutex<Pace>,
}

#[derive(Debug, Default)]
struct Pace {
    paused_until: Option<Instant>,
    next_start: Option<Instant>,
    interval: Duration,
}

impl Limits {
    /// Makes the limits of a host from where they start and, where there is one, their cap.
    pub(super) fn new(start: usize, cap: Option<usize>, requests_per_second: Option<f64>) -> Self {
        let lane = |start: usize, most: usize| {
            let most = cap.unwrap_or(most).max(1);
            Arc::new(Limiter::new(start.clamp(1, most), most))
        };
        let lanes = [
            lane(start * 4, 256),
            lane(start, 64),
            lane(start, 64),
            lane(4, 8),
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

    /// Waits for a place in a lane and for the host's pause, if it asked for one, to end.
    ///
    /// A pause that has more than `longest` to go is not waited for: it is the error.
    pub(super) async fn admit(&self, lane: Lane, longest: Duration) -> Result<Permit, Duration> {
        let limiter = &self.lanes[lane as usize];
        let mut permit = Limiter::acquire(limiter).await;
        loop {
            let now = Instant::now();
            let turn = self.pace().turn(now);
            match turn {
                Turn::Start(start) => {
                    permit.started = start;
                    tokio::time::sleep_until(start.into()).await;
                    return Ok(permit);
                }
                Turn::Paused(until) if until - now > longest => return Err(until - now),
                Turn::Paused(until) => tokio::time::sleep_until(until.into()).await,
            }
        }
    }

    /// Lets nothing more go to the host for some time.
    pub(super) fn pause(&self, pause: Duration) {
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

/// One lane's limit.
#[derive(Debug)]
struct Limiter {
    places: Arc<Semaphore>,
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The limit; its whole part counts.
    limit: f64,
    /// How many places there are now, taken ones included; more than the limit after a cut, until
    /// requests end.
    places: usize,
    /// When the limit was last cut; until then it grows by one with each success.
    last_cut: Option<Instant>,
    /// The shortest time that an answer took.
    fastest: Duration,
}

impl Limiter {
    fn new(start: usize, most: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "limits are small numbers")]
        let limit = start as f64;
        let state = Mutex::new(State {
            limit,
            places: start,
            last_cut: None,
            fastest: Duration::MAX / 4,
        });
        Self {
            places: Arc::new(Semaphore::new(start)),
            most,
            state,
        }
    }

    async fn acquire(limiter: &Arc<Self>) -> Permit {
        let place = limiter.places.clone().acquire_owned().await.ok();
        Permit {
            limiter: limiter.clone(),
            place,
            started: Instant::now(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether more requests at once would get more done: not where answers come at once,
    /// nor where they take much longer than the fastest, for then they stand in line already.
    fn is_worth_growing(&self, elapsed: Duration) -> bool {
        let mut state = self.state();
        state.fastest = state.fastest.min(elapsed);
        elapsed >= NO_WAIT && elapsed <= 2 * state.fastest + NO_WAIT
    }

    /// Grows by one a round trip; before the first cut by one a success, which doubles it.
    fn grow(&self) {
        // A limit that nobody waits for would grow without being tried.
        if self.places.available_permits() > 0 {
            return;
        }
        let mut state = self.state();
        let step = if state.last_cut.is_some() {
            1.0 / state.limit
        } else {
            1.0
        };
        #[expect(clippy::cast_precision_loss, reason = "limits are small numbers")]
        let most = self.most as f64;
        state.limit = (state.limit + step).min(most);
        let more = whole(state.limit).saturating_sub(state.places);
        state.places += more;
        self.places.add_permits(more);
    }

    /// Halves, but only once for all requests that were under way together.
    fn cut(&self, started: Instant) {
        let mut state = self.state();
        if state.last_cut.is_some_and(|cut| started <= cut) {
            return;
        }
        state.limit = (state.limit / 2.0).max(1.0);
        state.last_cut = Some(Instant::now());
        let fewer = state.places.saturating_sub(whole(state.limit));
        state.places -= self.places.forget_permits(fewer);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1 and `most`"
)]
fn whole(limit: f64) -> usize {
    limit as usize
}

/// A place in a lane, held while a request is under way.
#[derive(Debug)]
pub(super) struct Permit {
    limiter: Arc<Limiter>,
    place: Option<OwnedSemaphorePermit>,
    started: Instant,
}

impl Permit {
    /// Says that the host did what it was asked.
    pub(super) fn succeeded(&self) {
        if self.limiter.is_worth_growing(self.started.elapsed()) {
            self.limiter.grow();
        }
    }

    /// Says that the host had too much to do.
    pub(super) fn overloaded(&self) {
        self.limiter.cut(self.started);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        if state.places > whole(state.limit)
            && let Some(place) = self.place.take()
        {
            place.forget();
            state.places -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn take(limiter: &Arc<Limiter>) -> Permit {
        Limiter::acquire(limiter).await
    }

    fn free(limiter: &Limiter) -> usize {
        limiter.places.available_permits()
    }

    #[tokio::test]
    async fn grows_only_when_it_is_full_and_never_over_its_cap() {
        let limiter = Arc::new(Limiter::new(2, 3));
        let first = take(&limiter).await;
        limiter.grow();
        assert_eq!(
            free(&limiter),
            1,
            "one place was free, so nothing was proved"
        );
        let second = take(&limiter).await;
        limiter.grow();
        assert_eq!(free(&limiter), 1);
        let third = take(&limiter).await;
        limiter.grow();
        assert_eq!(free(&limiter), 0, "the cap");
        drop((first, second, third));
        assert_eq!(free(&limiter), 3);
    }

    #[tokio::test]
    async fn halves_once_for_requests_that_were_under_way_together() {
        let limiter = Arc::new(Limiter::new(8, 8));
        let mut permits = Vec::new();
        for _ in 0..6 {
            permits.push(take(&limiter).await);
        }
        for permit in &permits {
            permit.overloaded();
        }
        assert_eq!(free(&limiter), 0, "the two free places went at once");
        permits.truncate(4);
        assert_eq!(free(&limiter), 0, "the others go as requests end");
        permits.clear();
        assert_eq!(free(&limiter), 4);
        take(&limiter).await.overloaded();
        assert_eq!(free(&limiter), 2, "a later request halves it again");
    }

    #[tokio::test]
    async fn grows_slowly_after_a_cut() {
        let limiter = Arc::new(Limiter::new(4, 64));
        take(&limiter).await.overloaded();
        let _full = (take(&limiter).await, take(&limiter).await);
        limiter.grow();
        assert_eq!(free(&limiter), 0, "2.5");
        limiter.grow();
        limiter.grow();
        assert_eq!(free(&limiter), 1, "3 and a bit");
    }

    #[test]
    fn grows_where_it_waits_for_the_network_alone() {
        let limiter = Limiter::new(1, 2);
        let grows = |millis| limiter.is_worth_growing(Duration::from_millis(millis));
        assert!(
            grows(50) && grows(100),
            "a new connection costs a round trip more"
        );
        assert!(!grows(300), "the others are in the way");
        assert!(!grows(2), "it is next door");
        assert!(!grows(50), "what is next door and takes long is busy");
    }

    #[tokio::test]
    async fn a_pause_too_long_to_wait_for_is_an_error() {
        let limits = Limits::new(4, None, None);
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
