//! How many requests at once a host takes that refuses more.
//!
//! What goes through is counted out at the first refusal: of all that were under way then, those that are not
//! refused. From there the limit is tried out upwards, seldom, since each time may cost a pause.

use std::time::Duration;

use tokio::time::Instant;

/// How long the limit stays as it is after a refusal, before one more is tried.
const HOLD: Duration = Duration::from_secs(2);
/// As many times as long as the pause that a refusal may cost, so that a trial costs little of the time.
const HOLD_BY_PAUSE: u32 = 10;
/// The longest time between two trials.
const LONGEST_HOLD: Duration = Duration::from_secs(120);
/// What was tried for so long without a refusal is taken.
const TRIED: Duration = Duration::from_secs(1);
/// Refusals that the number at once does not explain are for something else, if they come as close as this.
const CLOSE: Duration = Duration::from_secs(3);

/// What a cut has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// How many go through at once.
    HowMany,
    /// That it is not for how many there are at once that the host refuses.
    NotForHowMany,
}

#[derive(Debug)]
pub(super) struct Window {
    /// How many may be under way.
    pub(super) limit: usize,
    /// How many are known to go through.
    known: usize,
    /// When the limit was cut last: what was sent before belongs to that.
    cut: Instant,
    /// Of those that were under way then, how many have no answer yet.
    open: usize,
    /// How many of them went through, as far as is known.
    left: usize,
    /// When all of them were answered.
    settled: Option<Instant>,
    /// When last no more were under way than are known to go through, and one was refused.
    unexplained: Option<Instant>,
    verdict: Cut,
    /// How long the limit stays as it is.
    pub(super) hold: Duration,
    /// By how many it was raised last; none since the last refusal.
    step: usize,
    changed: Instant,
    /// Whether more would have gone since then.
    pub(super) is_wanted: bool,
}

impl Window {
    /// Begins with the first refusal, with so many under way, of which one asked for a pause, or none.
    pub(super) fn cut(under_way: usize, now: Instant, pause: Duration) -> Self {
        let mut window = Self {
            limit: usize::MAX,
            known: 0,
            cut: now,
            open: 0,
            left: 0,
            settled: None,
            unexplained: None,
            verdict: Cut::HowMany,
            hold: first_hold(pause),
            step: 0,
            changed: now,
            is_wanted: false,
        };
        window.count_out(under_way, now);
        window
    }

    pub(super) fn verdict(&self) -> Cut {
        self.verdict
    }

    /// Notes a refusal of what was sent then, as one of `load`.
    pub(super) fn refused(
        &mut self,
        sent: Instant,
        load: usize,
        under_way: usize,
        now: Instant,
        pause: Duration,
    ) {
        self.hold = self.hold.max(first_hold(pause));
        if sent <= self.cut {
            self.left = self.left.saturating_sub(1);
            self.limit = self.limit.min(self.left.max(1));
            self.answered(sent, now);
            return;
        }
        if self.settled.is_some() && load > self.known {
            // It was tried whether one more goes.
            self.limit = self.known;
            self.hold = (self.hold * 2).min(LONGEST_HOLD.max(first_hold(pause)));
            (self.cut, self.step, self.changed) = (now, 0, now);
            return;
        }
        if self.settled.is_some_and(|settled| sent > settled) {
            let is_close = |last: Instant| now <= last + CLOSE + pause;
            if self.unexplained.is_some_and(is_close) {
                self.verdict = Cut::NotForHowMany;
            }
            self.unexplained = Some(now);
        }
        self.count_out(under_way, now);
    }

    /// Notes that what was sent then is not under way any more, or is known to go through.
    pub(super) fn answered(&mut self, sent: Instant, now: Instant) {
        if sent > self.cut || self.open == 0 {
            return;
        }
        self.open -= 1;
        if self.open == 0 {
            self.settle(now);
        }
    }

    /// Raises the limit where it held for long, and more would go: by one, then by two more, and so on.
    pub(super) fn grow(&mut self, now: Instant) {
        let held = if self.step == 0 { self.hold } else { TRIED };
        if self.settled.is_none() || !self.is_wanted || now < self.changed + held {
            return;
        }
        if self.step > 0 {
            self.known = self.limit;
            self.hold = HOLD;
        }
        self.step = (self.step * 2).max(1);
        self.limit += self.step;
        (self.changed, self.is_wanted) = (now, false);
    }

    /// Begins to count out how many of those that are under way go through; one of them is refused.
    fn count_out(&mut self, under_way: usize, now: Instant) {
        (self.cut, self.changed, self.settled) = (now, now, None);
        (self.open, self.step) = (under_way.saturating_sub(1), 0);
        self.left = under_way.saturating_sub(1);
        self.limit = self.limit.min(self.left.max(1));
        if self.open == 0 {
            self.settle(now);
        }
    }

    fn settle(&mut self, now: Instant) {
        (self.settled, self.known) = (Some(now), self.limit);
        if self.left == 0 {
            self.verdict = Cut::NotForHowMany;
        }
    }
}

fn first_hold(pause: Duration) -> Duration {
    HOLD.max(pause * HOLD_BY_PAUSE)
}
