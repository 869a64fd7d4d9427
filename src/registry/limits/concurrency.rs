//! How many requests of a sort at once: a limit that is found out by trying. It grows by addition, and is
//! halved when requests break. What a host says is too much is the matter of `throttle`.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Answers that come faster than this need no more of them at once.
pub(crate) const NO_WAIT: Duration = Duration::from_millis(10);

/// One lane's limit.
#[derive(Debug)]
pub(crate) struct ConcurrencyLimit {
    slots: Arc<Semaphore>,
    /// What the limit becomes when it turns out that answers are long on their way.
    wide: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The limit; its whole part counts.
    limit: f64,
    most: usize,
    /// How many slots there are now, taken ones included; more than the limit after a cut, until
    /// requests end.
    slots: usize,
    /// When the limit was last cut; until then it grows by one with each success.
    last_cut: Option<Instant>,
    /// The shortest time that an answer took.
    fastest: Duration,
    /// Whether it is settled how far the host is: an answer came at once, or none did.
    settled: bool,
}

impl ConcurrencyLimit {
    /// Begins with `start`, which is enough next door, where more connections only cost more; goes on
    /// with `wide` as soon as answers are seen to take their time.
    pub(crate) fn new(start: usize, wide: usize, most: usize) -> Self {
        let state = Mutex::new(State {
            limit: float(start),
            most,
            slots: start,
            last_cut: None,
            fastest: Duration::MAX / 4,
            settled: wide <= start,
        });
        Self {
            slots: Arc::new(Semaphore::new(start)),
            wide,
            state,
        }
    }

    pub(crate) async fn acquire(limiter: &Arc<Self>) -> Slot {
        let mut slot = pin!(limiter.slots.clone().acquire_owned());
        let soon = if limiter.state().settled {
            None
        } else {
            tokio::time::timeout(NO_WAIT, &mut slot).await.ok()
        };
        let slot = if let Some(slot) = soon {
            slot
        } else {
            limiter.widen();
            slot.await
        };
        Slot {
            limiter: limiter.clone(),
            slot: slot.ok(),
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
        state.settled |= elapsed < NO_WAIT;
        elapsed >= NO_WAIT && elapsed <= 2 * state.fastest + NO_WAIT
    }

    /// Takes a host from which nothing came for a while for one that is far away; returns the slots that there are.
    pub(super) fn widen(&self) -> usize {
        let mut state = self.state();
        if !state.settled {
            state.settled = true;
            state.limit = state.limit.max(float(self.wide.min(state.most)));
            self.open_slots(&mut state);
        }
        state.slots
    }

    /// Grows by one a round trip; before the first cut by one a success, which doubles it.
    fn grow(&self) {
        // A limit that nobody waits for would grow without being tried.
        if self.slots.available_permits() > 0 {
            return;
        }
        let mut state = self.state();
        let step = state.last_cut.map_or(1.0, |_| 1.0 / state.limit);
        state.limit = (state.limit + step).min(float(state.most));
        self.open_slots(&mut state);
    }

    /// Makes as many slots as the limit allows.
    fn open_slots(&self, state: &mut State) {
        let more = whole(state.limit).saturating_sub(state.slots);
        state.slots += more;
        self.slots.add_permits(more);
    }

    /// Halves, but only once for all requests that were under way together.
    fn cut(&self, started: Instant) {
        let mut state = self.state();
        if state.last_cut.is_some_and(|cut| started <= cut) {
            return;
        }
        state.settled = true;
        state.limit = (state.limit / 2.0).max(1.0);
        state.last_cut = Some(Instant::now());
        self.close_slots(&mut state);
    }

    /// Lets the limit be no more than this.
    pub(super) fn narrow(&self, most: usize) {
        let mut state = self.state();
        state.most = state.most.min(most);
        state.limit = state.limit.min(float(state.most));
        self.close_slots(&mut state);
    }

    /// Takes away the slots that are free and beyond the limit; those that are taken go when they are free.
    fn close_slots(&self, state: &mut State) {
        let fewer = state.slots.saturating_sub(whole(state.limit));
        state.slots -= self.slots.forget_permits(fewer);
    }
}

#[expect(clippy::cast_precision_loss, reason = "limits are small numbers")]
fn float(limit: usize) -> f64 {
    limit as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1 and `most`"
)]
fn whole(limit: f64) -> usize {
    limit as usize
}

/// A slot in a lane, held while a request is under way.
#[derive(Debug)]
pub(crate) struct Slot {
    limiter: Arc<ConcurrencyLimit>,
    slot: Option<OwnedSemaphorePermit>,
}

impl Slot {
    /// Says that the host did in so much time what it was asked.
    pub(super) fn succeeded(&self, elapsed: Duration) {
        if self.limiter.is_worth_growing(elapsed) {
            self.limiter.grow();
        }
    }

    /// Says that a request broke that was let go then.
    pub(super) fn overloaded(&self, started: Instant) {
        self.limiter.cut(started);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        if state.slots > whole(state.limit)
            && let Some(slot) = self.slot.take()
        {
            slot.forget();
            state.slots -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn take(limiter: &Arc<ConcurrencyLimit>) -> Slot {
        ConcurrencyLimit::acquire(limiter).await
    }

    fn free(limiter: &ConcurrencyLimit) -> usize {
        limiter.slots.available_permits()
    }

    #[tokio::test]
    async fn grows_only_when_it_is_full_and_never_over_its_cap() {
        let limiter = Arc::new(ConcurrencyLimit::new(2, 2, 3));
        let first = take(&limiter).await;
        limiter.grow();
        assert_eq!(
            free(&limiter),
            1,
            "one slot was free, so nothing was proved"
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

    /// Takes as many slots as there are, each waited for as long as it takes to call a host far.
    async fn taken(limiter: &Arc<ConcurrencyLimit>) -> usize {
        let mut taken = vec![];
        while let Ok(permit) = tokio::time::timeout(5 * NO_WAIT, take(limiter)).await {
            taken.push(permit);
        }
        taken.len()
    }

    #[tokio::test]
    async fn widens_where_nothing_comes_for_a_while() {
        let limiter = Arc::new(ConcurrencyLimit::new(2, 5, 8));
        assert_eq!(taken(&limiter).await, 5);
        assert_eq!(taken(&limiter).await, 5, "but once");
    }

    #[tokio::test]
    async fn stays_narrow_where_answers_come_at_once_or_it_was_too_much() {
        let limiter = Arc::new(ConcurrencyLimit::new(2, 5, 8));
        assert!(!limiter.is_worth_growing(Duration::ZERO));
        assert_eq!(taken(&limiter).await, 2);
        let limiter = Arc::new(ConcurrencyLimit::new(2, 5, 8));
        take(&limiter).await.overloaded(Instant::now());
        assert_eq!(taken(&limiter).await, 1);
    }

    #[tokio::test]
    async fn halves_once_for_requests_that_were_under_way_together() {
        let began = Instant::now();
        let limiter = Arc::new(ConcurrencyLimit::new(8, 8, 8));
        let mut permits = Vec::new();
        for _ in 0..6 {
            permits.push(take(&limiter).await);
        }
        for permit in &permits {
            permit.overloaded(began);
        }
        assert_eq!(free(&limiter), 0, "the two free slots went at once");
        permits.truncate(4);
        assert_eq!(free(&limiter), 0, "the others go as requests end");
        permits.clear();
        assert_eq!(free(&limiter), 4);
        take(&limiter).await.overloaded(Instant::now());
        assert_eq!(free(&limiter), 2, "a later request halves it again");
    }

    #[tokio::test]
    async fn grows_slowly_after_a_cut() {
        let limiter = Arc::new(ConcurrencyLimit::new(4, 4, 64));
        take(&limiter).await.overloaded(Instant::now());
        let _full = (take(&limiter).await, take(&limiter).await);
        limiter.grow();
        assert_eq!(free(&limiter), 0, "2.5");
        limiter.grow();
        limiter.grow();
        assert_eq!(free(&limiter), 1, "3 and a bit");
    }

    #[test]
    fn grows_where_it_waits_for_the_network_alone() {
        let limiter = ConcurrencyLimit::new(1, 1, 2);
        let grows = |millis| limiter.is_worth_growing(Duration::from_millis(millis));
        assert!(
            grows(50) && grows(100),
            "a new connection costs a round trip more"
        );
        assert!(!grows(300), "the others are in the way");
        assert!(!grows(2), "it is next door");
        assert!(!grows(50), "what is next door and takes long is busy");
    }
}
