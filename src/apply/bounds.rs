//! How far a run may go: until when, and with how many bytes. What does not fit is left to a later run.
//!
//! An image begins when what it needs fits beside all that is under way; while something is under way it waits for
//! that, which may need less than it seemed to.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::plan::Bound;
use crate::plan::shards::OF_AN_IMAGE;

/// How many images are begun before it is known how fast they are: with all of them at once, none might end in time.
const UNMEASURED: usize = 4;
/// What was done in a shorter time says little about the speed.
const LEAST_MEASURED: Duration = Duration::from_secs(2);
/// How far back the speed is measured: what was long ago says little about what will be.
const WINDOW: Duration = Duration::from_secs(60);
/// How far apart the measured moments are.
const APART: Duration = Duration::from_secs(1);
/// How long an image waits for those before it to find out what they need: then it is the same images that are left,
/// run by run, unless a registry keeps one of them.
const IN_TURN: Duration = Duration::from_secs(2);
/// How often whoever waits looks again: the speed changes without anybody's doing.
const LOOK: Duration = Duration::from_millis(200);

/// How far a run may go, as whoever began it said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// When it is to be over.
    pub deadline: Option<Instant>,
    /// The most bytes of blobs that go over the wire.
    pub max_bytes: Option<u64>,
}

/// The same for a run that is under way, with what it has done.
#[derive(Debug)]
pub(super) struct Bounds {
    pub(super) limits: Limits,
    ledger: Mutex<Ledger>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Ledger {
    /// How many images are under way.
    under_way: usize,
    /// What they still have to send.
    to_send: u64,
    /// What went over the wire so far, also in vain.
    sent: u64,
    speed: Speed,
    /// How many images stood in line so far, and which of them do.
    came: u64,
    in_line: BTreeSet<u64>,
}

/// A place in the line of images that want to begin.
#[derive(Debug)]
pub(super) struct Turn {
    bounds: Arc<Bounds>,
    number: u64,
}

/// How much was done until when.
#[derive(Debug, Default)]
struct Speed {
    done: u64,
    measured: VecDeque<(Instant, u64)>,
}

/// An image that is under way. Dropped, it needs nothing more.
#[derive(Debug)]
pub(super) struct Place {
    bounds: Arc<Bounds>,
    /// What it was found to need, and what of that was sent.
    needs: u64,
    sent: Mutex<u64>,
}

/// What an image is told that wants to begin.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Begin,
    /// Nothing can be said before more was done.
    Wait,
    Leave(Bound),
}

impl Bounds {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            ledger: Mutex::default(),
            changed: Notify::new(),
        })
    }

    /// Tells whether what an image needs has to be found out before it begins.
    pub(super) fn ask(&self) -> bool {
        let Limits {
            deadline,
            max_bytes,
        } = self.limits;
        deadline.is_some() || max_bytes.is_some()
    }

    /// Stands in line for an image.
    pub(super) fn stand_in_line(self: &Arc<Self>) -> Turn {
        let mut ledger = self.ledger();
        let number = ledger.came;
        ledger.came += 1;
        ledger.in_line.insert(number);
        Turn {
            bounds: Arc::clone(self),
            number,
        }
    }

    fn is_late(&self) -> bool {
        let is_over = |deadline| Instant::now() >= deadline;
        self.limits.deadline.is_some_and(is_over)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Returns when the image, which has to send so many bytes, may begin; the error is why it is left to a later run.
    pub(super) async fn begin(self, needs: u64) -> Result<Place, Bound> {
        let bounds = &self.bounds;
        let came = Instant::now();
        loop {
            let changed = bounds.changed.notified();
            {
                let mut ledger = bounds.ledger();
                let is_first = ledger.in_line.first() == Some(&self.number);
                let answer = if is_first || came.elapsed() >= IN_TURN {
                    ledger.judge(&bounds.limits, needs, Instant::now())
                } else {
                    Answer::Wait
                };
                match answer {
                    Answer::Begin => {
                        ledger.under_way += 1;
                        ledger.to_send = ledger.to_send.saturating_add(needs);
                        return Ok(Place {
                            bounds: Arc::clone(bounds),
                            needs,
                            sent: Mutex::default(),
                        });
                    }
                    Answer::Leave(by) if ledger.under_way == 0 || bounds.is_late() => {
                        return Err(by);
                    }
                    Answer::Leave(_) | Answer::Wait => {}
                }
            }
            let _ = timeout(LOOK, changed).await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.bounds.ledger().in_line.remove(&self.number);
        self.bounds.changed.notify_waiters();
    }
}

impl Ledger {
    fn judge(&mut self, limits: &Limits, needs: u64, now: Instant) -> Answer {
        let to_send = self.to_send.saturating_add(needs);
        if let Some(most) = limits.max_bytes
            && needs > 0
            && self.sent.saturating_add(to_send) > most
        {
            return Answer::Leave(Bound::MaxBytes);
        }
        let Some(deadline) = limits.deadline else {
            return Answer::Begin;
        };
        let left = deadline.saturating_duration_since(now);
        let images = OF_AN_IMAGE.saturating_mul(self.under_way as u64 + 1);
        match self.speed.a_second(now) {
            _ if left.is_zero() => Answer::Leave(Bound::Deadline),
            None if self.under_way < UNMEASURED => Answer::Begin,
            None => Answer::Wait,
            Some(speed) if takes(to_send.saturating_add(images), speed) <= left => Answer::Begin,
            Some(_) => Answer::Leave(Bound::Deadline),
        }
    }
}

fn takes(work: u64, a_second: u64) -> Duration {
    Duration::from_secs(work.div_ceil(a_second.max(1)))
}

impl Speed {
    /// Returns how much is done in a second; none before that can be told.
    fn a_second(&mut self, now: Instant) -> Option<u64> {
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
        if time < LEAST_MEASURED || done == 0 {
            return None;
        }
        let a_second = u128::from(done) * 1000 / time.as_millis();
        Some(u64::try_from(a_second).unwrap_or(u64::MAX))
    }
}

impl Place {
    /// Notes that bytes are on their way.
    pub(super) fn sending(&self, bytes: u64) {
        self.change(bytes, |sent| sent.saturating_add(bytes));
    }

    /// Notes that so many have to be sent again.
    pub(super) fn lost(&self, bytes: u64) {
        self.change(0, |sent| sent.saturating_sub(bytes));
    }

    fn change(&self, bytes: u64, counted: impl FnOnce(u64) -> u64) {
        let mut ledger = self.bounds.ledger();
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let left = |sent: u64| self.needs.saturating_sub(sent);
        let before = left(*sent);
        *sent = counted(*sent);
        ledger.to_send = (ledger.to_send - before).saturating_add(left(*sent));
        ledger.sent = ledger.sent.saturating_add(bytes);
        ledger.speed.done = ledger.speed.done.saturating_add(bytes);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What it did not need is free again.
        self.change(0, |_| u64::MAX);
        let mut ledger = self.bounds.ledger();
        ledger.under_way -= 1;
        ledger.speed.done = ledger.speed.done.saturating_add(OF_AN_IMAGE);
        drop(ledger);
        self.bounds.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn within(deadline: Option<u64>, max_bytes: Option<u64>) -> Arc<Bounds> {
        Bounds::new(Limits {
            deadline: deadline.map(|seconds| Instant::now() + Duration::from_secs(seconds)),
            max_bytes,
        })
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_are_for_who_needs_them_and_what_was_not_needed_is_free_again() {
        let bounds = within(None, Some(100));
        let first = bounds.stand_in_line().begin(60).await.unwrap();
        // It waits for the first, which may need less than it said.
        let second = bounds.stand_in_line().begin(70);
        let ends = async {
            first.sending(30);
            drop(first);
        };
        let (second, ()) = tokio::join!(second, ends);
        let second = second.unwrap();
        assert_eq!(bounds.ledger().to_send, 70);
        second.sending(70);
        second.lost(10);
        second.sending(10);
        drop(second);
        // Thirty, seventy, and ten again.
        assert_eq!(bounds.ledger().sent, 110);
        assert_eq!(
            bounds.stand_in_line().begin(1).await.unwrap_err(),
            Bound::MaxBytes
        );
        assert!(
            bounds.stand_in_line().begin(0).await.is_ok(),
            "what is there costs nothing"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_end_in_time_at_the_measured_speed_does_not_begin() {
        let bounds = within(Some(100), None);
        let first = bounds.stand_in_line().begin(40 * MIB).await.unwrap();
        // A MiB a second.
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            first.sending(MIB);
            let _ = bounds.ledger().speed.a_second(Instant::now());
        }
        // Thirty seconds for the first, fifty for this: in time.
        let second = bounds.stand_in_line().begin(50 * MIB).await.unwrap();
        // This waits, until nothing is under way that might be over sooner; then it is known not to fit.
        let third = bounds.stand_in_line().begin(99 * MIB);
        let ends = async {
            drop(first);
            drop(second);
        };
        let (third, ()) = tokio::join!(third, ends);
        assert_eq!(third.unwrap_err(), Bound::Deadline);
        assert!(bounds.stand_in_line().begin(80 * MIB).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn few_begin_before_the_speed_is_known() {
        let bounds = within(Some(1000), None);
        let mut places = vec![];
        for _ in 0..UNMEASURED {
            places.push(bounds.stand_in_line().begin(MIB).await.unwrap());
        }
        let more = bounds.stand_in_line().begin(MIB);
        let moves = async {
            for step in 0..30 {
                tokio::time::sleep(LOOK).await;
                let under_way = bounds.ledger().under_way;
                assert!(step > 5 || under_way == UNMEASURED, "{step}: {under_way}");
                places[0].sending(100_000);
            }
        };
        let (more, ()) = tokio::join!(more, moves);
        assert!(more.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_came_first_begins_first_unless_nothing_is_known_of_it() {
        let bounds = within(None, Some(100));
        let [first, second, third] = [(); 3].map(|()| bounds.stand_in_line());
        // The first finds out late what it needs, but not too late.
        let first = async {
            tokio::time::sleep(IN_TURN / 2).await;
            first.begin(80).await
        };
        let (first, second) = tokio::join!(first, async {
            let waits = timeout(IN_TURN * 3 / 4, second.begin(30)).await;
            assert!(waits.is_err());
        });
        assert!(first.is_ok());
        drop(first);
        let () = second;
        // Now the first of the line never finds out.
        let silent = bounds.stand_in_line();
        drop(third);
        assert!(bounds.stand_in_line().begin(30).await.is_ok());
        drop(silent);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_begins_when_the_time_is_over() {
        let bounds = within(Some(5), None);
        let under_way = bounds.stand_in_line().begin(MIB).await.unwrap();
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(
            bounds.stand_in_line().begin(0).await.unwrap_err(),
            Bound::Deadline
        );
        drop(under_way);
    }
}
