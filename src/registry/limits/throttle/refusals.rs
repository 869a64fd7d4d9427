//! Refusals that follow each other, and how much went through meanwhile: that is what the host takes.

use std::time::Duration;

use tokio::time::Instant;

/// Refusals further apart than this have nothing to do with each other.
const APART: Duration = Duration::from_secs(1);

/// So many have to go through for a rate to be made out of it.
const ENOUGH: u32 = 3;

#[derive(Debug)]
pub(super) struct Refusals {
    since: Instant,
    last: Instant,
    /// How many went through that were sent since the first of them.
    went: u32,
    /// Whether there was a pause meanwhile.
    with_pause: bool,
}

/// How many went through a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    pub(super) per_second: f64,
    /// Whether that is no more than a lower bound: some do not save up during a pause what they would take.
    pub(super) with_pause: bool,
}

/// How a refusal stands to those before it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Refusal {
    /// There were none for a while.
    Alone,
    /// It follows on others; so many went through meanwhile, if that can be told.
    Following(Option<Rate>),
}

impl Refusals {
    pub(super) fn begin(now: Instant) -> Self {
        Self {
            since: now,
            last: now,
            went: 0,
            with_pause: false,
        }
    }

    /// Tells whether a refusal now follows on these; a pause does not count as time.
    pub(super) fn are_followed_by(&self, now: Instant, pause_end: Option<Instant>) -> bool {
        let last = pause_end.map_or(self.last, |end| end.max(self.last));
        now <= last + APART
    }

    pub(super) fn again(&mut self, now: Instant) {
        self.last = now;
    }

    pub(super) fn paused(&mut self) {
        self.with_pause = true;
    }

    pub(super) fn went(&mut self, sent: Instant) {
        self.went += u32::from(sent > self.since);
    }

    /// Returns how many went through a second, if that can be told yet. What is under way is not counted, so
    /// the time that an answer takes is not, either.
    pub(super) fn rate(&self, now: Instant, latency: Option<Duration>) -> Option<Rate> {
        let latency = latency?;
        let time = (now - self.since).checked_sub(latency)?;
        let is_enough = self.went >= ENOUGH && time >= latency + APART / 50;
        is_enough.then(|| Rate {
            per_second: f64::from(self.went) / time.as_secs_f64(),
            with_pause: self.with_pause,
        })
    }
}
