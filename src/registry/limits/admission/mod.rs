//! What a host is asked at most: so many requests at once, so many a second, none during a pause.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::concurrency::{ConcurrencyLimit, Slot};
use super::lane::Lane;
use super::throttle::{Sent, Throttle, Turn};

/// The most requests for tokens at once, whatever cap is set: some registries take many for an attack.
pub(crate) const TOKENS: usize = 8;

/// The limits of one host.
#[derive(Debug)]
pub(crate) struct Admission {
    lanes: [Arc<ConcurrencyLimit>; 4],
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    throttle: Throttle,
    /// Who stands in line: what was refused first, then by lane, then by order.
    line: BTreeMap<Place, (Lane, Arc<Notify>)>,
    count: u64,
}

type Place = (bool, u8, u64);

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
            lane(start * 2, start * 16, most(152)),
            lane(start, start * 4, most(64)),
            lane(start, start, most(64)),
            lane(4, 4, most(TOKENS).min(TOKENS)),
        ];
        let state = State {
            throttle: Throttle::new(interval(requests_per_second)),
            line: BTreeMap::new(),
            count: 0,
        };
        Self {
            lanes,
            state: Mutex::new(state),
        }
    }

    /// Asks for no more of a lane at once than this, nor for more a second.
    pub(crate) fn narrow(&self, lane: Lane, cap: Option<usize>, requests_per_second: Option<f64>) {
        if let Some(cap) = cap {
            self.lanes[lane as usize].narrow(cap.max(1));
        }
        let interval = interval(requests_per_second);
        self.state().throttle.slow_down(interval);
    }

    /// Waits until a request may go: for a slot in its lane, unless it `keeps` the one that it had when it was
    /// refused, for the host's pause, if it asked for one, to end, and for its turn among what the host takes.
    ///
    /// A pause that has more than `longest` to go is not waited for: it is the error.
    pub(crate) async fn admit(
        self: &Arc<Self>,
        lane: Lane,
        keeps: Option<Slot>,
        longest: Duration,
    ) -> Result<Permit, Duration> {
        let was_refused = keeps.is_some();
        let slot = match keeps {
            Some(slot) => slot,
            None => ConcurrencyLimit::acquire(&self.lanes[lane as usize]).await,
        };
        let waiting = Waiting::enter(self, lane, was_refused);
        loop {
            let now = Instant::now();
            let turn = self.state().turn(&waiting, now);
            match turn {
                Turn::Now(sent) => {
                    drop(waiting);
                    return Ok(Permit {
                        admission: self.clone(),
                        slot: Some(slot),
                        sent,
                        is_answered: false,
                    });
                }
                Turn::Paused(until) if until - now > longest => return Err(until - now),
                Turn::Paused(until) | Turn::At(until) => {
                    let _ = timeout_at(until, waiting.called.notified()).await;
                }
                Turn::Later => waiting.called.notified().await,
            }
        }
    }

    /// Notes that an answer is long on its way, and returns how many control requests there may be at once.
    pub(crate) fn is_far(&self) -> usize {
        self.lanes[Lane::Control as usize].widen()
    }

    /// Forgets what the refusals told, where it turns out that the host was away.
    pub(crate) fn forget_refusals(&self) {
        self.note(|throttle, _| throttle.forget());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is known of the host, and calls whoever may go by that.
    fn note(&self, change: impl FnOnce(&mut Throttle, Instant)) {
        let mut state = self.state();
        change(&mut state.throttle, Instant::now());
        state.call_next();
    }
}

fn interval(requests_per_second: Option<f64>) -> Duration {
    let per_second = requests_per_second.filter(|rate| *rate > 0.0);
    per_second.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate))
}

impl State {
    /// Lets the one that waits go, or tells when to ask again.
    fn turn(&mut self, waiting: &Waiting<'_>, now: Instant) -> Turn {
        let is_next = self.next().is_none_or(|(place, _)| place == waiting.place);
        self.throttle.turn(waiting.lane, is_next, now)
    }

    /// Returns the first in line for whom there is room.
    fn next(&self) -> Option<(Place, &Notify)> {
        let mut line = self.line.iter();
        let next = line.find(|(_, (lane, _))| self.throttle.has_room(*lane));
        next.map(|(place, (_, called))| (*place, &**called))
    }

    fn call_next(&self) {
        if let Some((_, called)) = self.next() {
            called.notify_one();
        }
    }
}

/// A place in the line; whoever leaves it, having gone or given up, calls the next.
struct Waiting<'a> {
    admission: &'a Admission,
    lane: Lane,
    place: Place,
    called: Arc<Notify>,
}

impl<'a> Waiting<'a> {
    fn enter(admission: &'a Admission, lane: Lane, was_refused: bool) -> Self {
        let called = Arc::<Notify>::default();
        let mut state = admission.state();
        state.count += 1;
        let place = (!was_refused, lane as u8, state.count);
        state.line.insert(place, (lane, called.clone()));
        drop(state);
        Self {
            admission,
            lane,
            place,
            called,
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.admission.state();
        state.line.remove(&self.place);
        state.call_next();
    }
}

/// Leave to have one request under way, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    admission: Arc<Admission>,
    /// None once it is kept for another try.
    slot: Option<Slot>,
    sent: Sent,
    is_answered: bool,
}

impl Permit {
    /// Tells how many requests were under way when this one was let go, itself among them.
    pub(crate) fn load(&self) -> usize {
        self.sent.load
    }

    /// Says that the host did what it was asked.
    pub(crate) fn succeeded(&mut self) {
        self.answered();
        let is_found = self.admission.state().throttle.is_found();
        if let Some(slot) = self.slot.as_ref().filter(|_| !is_found) {
            slot.succeeded(self.sent.at.elapsed());
        }
    }

    /// Says that the host answered, and be it with an error that is not for the rate.
    pub(crate) fn answered(&mut self) {
        if !std::mem::replace(&mut self.is_answered, true) {
            self.admission
                .note(|throttle, now| throttle.went(self.sent, now));
        }
    }

    /// Says that the host wants fewer requests, and for how long none, if it said so.
    pub(crate) fn refused(&mut self, pause: Option<Duration>) {
        if !std::mem::replace(&mut self.is_answered, true) {
            self.admission
                .note(|throttle, now| throttle.refused(self.sent, now, pause));
        }
    }

    /// Says for how long the host wants no requests, though it is not for their number.
    pub(crate) fn paused(&mut self, pause: Duration) {
        self.admission
            .note(|throttle, now| throttle.pause(self.sent.at, now, pause));
    }

    /// Says that it broke, which many at once may be the reason for.
    pub(crate) fn broke(&self) {
        if let Some(slot) = &self.slot {
            slot.overloaded(self.sent.at);
        }
    }

    /// Gives the leave back, and keeps the slot for another try.
    pub(crate) fn keep_slot(mut self) -> Option<Slot> {
        self.slot.take()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let is_open = !self.is_answered;
        self.admission
            .note(|throttle, now| throttle.ended(self.sent, now, is_open));
    }
}
