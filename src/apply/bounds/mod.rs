//! How far a run may go: until when, and with how many bytes. What does not fit is left to a later run.
//!
//! An image begins when what it needs fits beside all that is under way. Where the way turns out slower than it was,
//! the image that has most to send gives way, so that the others end in time.
//!
//! | file | job |
//! | --- | --- |
//! | `limits` | how far whoever began the run lets it go |
//! | `ledger` | what is under way, what it needs, and what fits beside it |
//! | `speed` | how fast the run is |

mod ledger;
mod limits;
mod speed;

pub use limits::Limits;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use crate::plan::Bound;
use crate::plan::shards::OF_AN_IMAGE;

use ledger::{Answer, Candidate, Ledger};

/// How long an image waits for those before it to find out what they need: then it is the same images that are left,
/// run by run, unless a registry keeps one of them.
const IN_TURN: Duration = Duration::from_secs(2);
/// How often whoever waits looks again: the speed changes without anybody's doing.
const LOOK: Duration = Duration::from_millis(200);
/// How often it is looked whether what is under way still ends in time.
const REVIEW: Duration = Duration::from_secs(1);

/// The limits of a run that is under way, with what it has done.
#[derive(Debug)]
pub(super) struct Bounds {
    pub(super) limits: Limits,
    ledger: Mutex<Ledger>,
    changed: Notify,
}

/// A place in the line of images that want to begin.
#[derive(Debug)]
pub(super) struct Turn {
    bounds: Arc<Bounds>,
    number: u64,
}

/// An image that is under way. Dropped, it needs nothing more.
#[derive(Debug)]
pub(super) struct Place {
    bounds: Arc<Bounds>,
    number: u64,
    /// What it was found to need, and what of that was sent.
    needs: u64,
    sent: Mutex<u64>,
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
        Turn {
            bounds: Arc::clone(self),
            number: self.ledger().stand_in_line(),
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Returns when the image may begin, which has to send as many bytes as `count` finds: fewer, once what it waits for
    /// has brought some of them. The error is why it is left to a later run, and how many it still needs.
    pub(super) async fn begin(self, count: impl AsyncFn() -> u64) -> Result<Place, (Bound, u64)> {
        let bounds = &self.bounds;
        let came = Instant::now();
        loop {
            let changed = bounds.changed.notified();
            let needs = count().await;
            let one = Candidate {
                number: self.number,
                needs,
                waited: came.elapsed() >= IN_TURN,
            };
            {
                let mut ledger = bounds.ledger();
                match ledger.judge(&bounds.limits, one, Instant::now()) {
                    Answer::Begin => {
                        ledger.places.insert(self.number, needs);
                        return Ok(Place {
                            bounds: Arc::clone(bounds),
                            number: self.number,
                            needs,
                            sent: Mutex::default(),
                        });
                    }
                    Answer::Leave(by) => return Err((by, needs)),
                    Answer::Wait => {}
                }
            }
            let _ = timeout(LOOK, changed).await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.bounds.ledger().leave_line(self.number);
        self.bounds.changed.notify_waiters();
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

    /// Returns, with what is left to send, when the image has to give way to others, since not all will be done in time.
    pub(super) async fn gives_way(&self) -> u64 {
        let Some(deadline) = self.bounds.limits.deadline else {
            return std::future::pending().await;
        };
        loop {
            sleep(REVIEW).await;
            let now = Instant::now();
            let mut ledger = self.bounds.ledger();
            let left = deadline.saturating_duration_since(now);
            if ledger.gives_way(self.number, left, now) {
                // From now on there is room for the others, before this one has tidied up.
                return ledger.places.remove(&self.number).unwrap_or_default();
            }
        }
    }

    fn change(&self, bytes: u64, counted: impl FnOnce(u64) -> u64) {
        let mut ledger = self.bounds.ledger();
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        *sent = counted(*sent);
        if let Some(to_send) = ledger.places.get_mut(&self.number) {
            *to_send = self.needs.saturating_sub(*sent);
        }
        ledger.sent = ledger.sent.saturating_add(bytes);
        ledger.speed.add(bytes);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut ledger = self.bounds.ledger();
        ledger.places.remove(&self.number);
        ledger.speed.add(OF_AN_IMAGE);
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
        let first = bounds.stand_in_line().begin(async || 60).await.unwrap();
        // It waits for the first, which may need less than it said.
        let second = bounds.stand_in_line().begin(async || 70);
        let ends = async {
            first.sending(30);
            drop(first);
        };
        let (second, ()) = tokio::join!(second, ends);
        let second = second.unwrap();
        assert_eq!(bounds.ledger().places.values().sum::<u64>(), 70);
        second.sending(70);
        second.lost(10);
        second.sending(10);
        drop(second);
        // Thirty, seventy, and ten again.
        assert_eq!(bounds.ledger().sent, 110);
        assert_eq!(
            bounds
                .stand_in_line()
                .begin(async || 1)
                .await
                .unwrap_err()
                .0,
            Bound::MaxBytes
        );
        assert!(
            bounds.stand_in_line().begin(async || 0).await.is_ok(),
            "what is there costs nothing"
        );
    }

    /// Sends so many MiB, one a second.
    async fn send(place: &Place, mib: usize) {
        for _ in 0..mib {
            sleep(Duration::from_secs(1)).await;
            place.sending(MIB);
            let _ = place.bounds.ledger().speed.a_second(Instant::now());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_end_in_time_at_the_measured_speed_does_not_begin() {
        let bounds = within(Some(100), None);
        let first = bounds
            .stand_in_line()
            .begin(async || 16 * MIB)
            .await
            .unwrap();
        send(&first, 10).await;
        // Six seconds for the first, eighty for this: in time.
        let second = bounds
            .stand_in_line()
            .begin(async || 80 * MIB)
            .await
            .unwrap();
        // This waits, until nothing is under way that might be over sooner; then it is known not to fit.
        let third = bounds.stand_in_line().begin(async || 99 * MIB);
        let ends = async {
            drop(first);
            drop(second);
        };
        let (third, ()) = tokio::join!(third, ends);
        assert_eq!(third.unwrap_err().0, Bound::Deadline);
        assert!(
            bounds
                .stand_in_line()
                .begin(async || 80 * MIB)
                .await
                .is_ok()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_large_begins_when_the_speed_is_known() {
        let bounds = within(Some(1000), None);
        let (large, small) = (bounds.stand_in_line(), bounds.stand_in_line());
        // It need not wait for the large one before it.
        let small = small.begin(async || 8 * MIB).await.unwrap();
        let mut large = Box::pin(large.begin(async || 90 * MIB));
        assert!(timeout(Duration::from_secs(1), &mut large).await.is_err());
        let (large, ()) = tokio::join!(large, send(&small, 4));
        assert!(large.is_ok());
        // With none that is small, one of the large ones tells the speed.
        let bounds = within(Some(1000), None);
        let (first, second) = (bounds.stand_in_line(), bounds.stand_in_line());
        let first = first.begin(async || 90 * MIB).await.unwrap();
        let (second, ()) = tokio::join!(second.begin(async || 90 * MIB), send(&first, 4));
        assert!(second.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_most_to_send_gives_way_where_it_turns_out_to_be_slow() {
        let bounds = within(Some(100), None);
        let small = bounds
            .stand_in_line()
            .begin(async || 10 * MIB)
            .await
            .unwrap();
        let most = bounds
            .stand_in_line()
            .begin(async || 6 * MIB)
            .await
            .unwrap();
        send(&small, 3).await;
        // Half as fast as is needed for both.
        bounds.ledger().places.insert(most.number, 180 * MIB);
        let stays = timeout(Duration::from_secs(5), small.gives_way()).await;
        assert!(stays.is_err());
        assert_eq!(most.gives_way().await, 180 * MIB);
        // Alone, it goes on to the end.
        let alone = timeout(Duration::from_secs(50), small.gives_way()).await;
        assert!(alone.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn who_came_first_begins_first_unless_nothing_is_known_of_it() {
        let bounds = within(None, Some(100));
        let [first, second, third] = [(); 3].map(|()| bounds.stand_in_line());
        // The first finds out late what it needs, but not too late.
        let first = async {
            tokio::time::sleep(IN_TURN / 2).await;
            first.begin(async || 80).await
        };
        let (first, second) = tokio::join!(first, async {
            let waits = timeout(IN_TURN * 3 / 4, second.begin(async || 30)).await;
            assert!(waits.is_err());
        });
        assert!(first.is_ok());
        drop(first);
        let () = second;
        // Now the first of the line never finds out.
        let silent = bounds.stand_in_line();
        drop(third);
        assert!(bounds.stand_in_line().begin(async || 30).await.is_ok());
        drop(silent);
    }

    #[tokio::test(start_paused = true)]
    async fn what_another_image_brings_is_needed_no_more() {
        let bounds = within(None, Some(100));
        let base = std::cell::Cell::new(60);
        let first = bounds.stand_in_line().begin(async || base.get()).await;
        let second = bounds.stand_in_line().begin(async || base.get() + 10);
        let brings = async {
            first.as_ref().unwrap().sending(60);
            base.set(0);
            drop(first);
        };
        let (second, ()) = tokio::join!(second, brings);
        assert!(second.is_ok(), "ten, and not seventy");
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_begins_when_the_time_is_over() {
        let bounds = within(Some(5), None);
        let under_way = bounds.stand_in_line().begin(async || MIB).await.unwrap();
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(
            bounds
                .stand_in_line()
                .begin(async || 0)
                .await
                .unwrap_err()
                .0,
            Bound::Deadline
        );
        drop(under_way);
    }
}
