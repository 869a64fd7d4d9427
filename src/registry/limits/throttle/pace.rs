//! How many requests a second a host takes that refuses more, however few there are at once.
//!
//! Some hosts refuse now and then, however slowly they are asked: one of several machines behind a name is in
//! trouble, say. Who goes more slowly for each of these refusals stands still in the end. So it is measured how
//! much goes through, and where a small part of that is refused as well, the refusals are taken for chance.

use std::time::Duration;

use tokio::time::Instant;

use super::refusals::{Rate, Refusal};

/// The time between two requests where nothing is known yet.
const FIRST: Duration = Duration::from_millis(50);
/// The longest time between two requests.
const LONGEST: Duration = Duration::from_secs(15);
/// A little less than goes through, so that what varies does not cost a refusal.
const LESS: f64 = 0.95;
/// As long as the rate is a guess, so many requests that go through are enough to try more.
const ROUGHLY: u32 = 4;
/// A guess that was measured is kept for so long.
const GUESS: Duration = Duration::from_millis(500);
/// How much more is tried at first.
const MORE: f64 = 0.1;
/// What was tried for so long without a refusal is taken.
const TRIED: Duration = Duration::from_secs(1);
/// The longest time between two trials.
const LONGEST_HOLD: Duration = Duration::from_secs(120);
/// How long it is counted at least what goes through, to know how much that is a second.
const COUNTED: Duration = Duration::from_millis(200);
/// So many have to go through for that.
const ENOUGH: u32 = 3;
/// Where this part of what went through a second is too much, too, the refusals are not for the rate.
const PART: f64 = 0.25;
/// By so many answers it is told whether refusals are chance indeed.
const TELLING: u32 = 12;

#[derive(Debug)]
pub(super) struct Pace {
    /// How many a second.
    rate: f64,
    /// How many a second are known to go through.
    known: f64,
    cut: Instant,
    hold: Duration,
    /// Whether the rate is no more than a guess, from which it is far up or down.
    is_rough: bool,
    /// How long a guess is kept at least: a refusal may cost a pause.
    patience: Duration,
    /// By which part it was raised last; none since the last refusal.
    step: f64,
    changed: Instant,
    pub(super) is_wanted: bool,
    /// Since when it is counted what goes through, and how many did.
    counted: (Instant, u32),
    /// The most that went through a second.
    best: Option<f64>,
    chance: Option<Chance>,
}

/// Answers of a host that seems to refuse by chance.
#[derive(Debug, Default)]
struct Chance {
    went: u32,
    refused: u32,
}

impl Chance {
    /// Tells whether enough was answered to judge by it.
    fn is_telling(&self) -> bool {
        self.went + self.refused >= TELLING
    }

    /// Tells whether more went through than did not: of what goes far beyond a rate, most is refused.
    fn is_likely(&self) -> bool {
        self.went >= self.refused
    }
}

impl Pace {
    /// Begins with the rate that was measured; where none was, with half of what so many at once make.
    pub(super) fn begin(
        measured: Option<Rate>,
        at_once: usize,
        latency: Option<Duration>,
        hold: Duration,
        now: Instant,
    ) -> Self {
        let usual = latency.map_or(FIRST.as_secs_f64(), |latency| {
            latency.as_secs_f64().max(1e-3) * 2.0 / f64::from(u16::try_from(at_once).unwrap_or(1))
        });
        let rate = measured.map_or(1.0 / usual, |rate| rate.per_second * LESS);
        Self {
            rate,
            known: rate,
            cut: now,
            hold,
            is_rough: measured.is_none_or(|rate| rate.with_pause),
            patience: measured.map_or(Duration::ZERO, |_| GUESS),
            step: 0.0,
            changed: now,
            is_wanted: false,
            counted: (now, 0),
            best: None,
            chance: None,
        }
    }

    pub(super) fn interval(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.rate).min(LONGEST)
    }

    /// Notes a refusal of what was sent then, and tells whether the pace was cut.
    pub(super) fn refused(
        &mut self,
        sent: Instant,
        now: Instant,
        refusal: Refusal,
        pause: Duration,
    ) -> bool {
        if sent <= self.cut {
            return false;
        }
        if let Some(chance) = &mut self.chance {
            chance.refused += 1;
            if !chance.is_telling() || chance.is_likely() {
                return false;
            }
            // It is for the rate after all, and takes less than before.
            (self.chance, self.best) = (None, None);
            self.rate = self.known;
            (self.cut, self.changed) = (now, now);
            return true;
        }
        if let Some(best) = self.best
            && self.rate <= best * PART
        {
            self.chance = Some(Chance::default());
            (self.known, self.rate, self.step) = (self.rate, best, 0.0);
            (self.cut, self.changed) = (now, now);
            return true;
        }
        self.rate = match refusal {
            Refusal::Alone if self.step > 0.0 => self.known * LESS,
            Refusal::Alone => self.rate * LESS,
            Refusal::Following(None) => self.rate / 2.0,
            Refusal::Following(Some(measured)) => {
                (measured.per_second * LESS).clamp(self.rate / 2.0, self.rate * LESS)
            }
        };
        let least = self.best.map_or(0.0, |best| best * PART);
        self.rate = self.rate.max(least.max(1.0 / LONGEST.as_secs_f64()));
        self.is_rough &= self.step == 0.0 && !matches!(refusal, Refusal::Following(Some(_)));
        if self.step > 0.0 {
            self.hold = (self.hold * 2).min(LONGEST_HOLD);
        }
        self.hold = self.hold.max(pause * 10);
        (self.known, self.step) = (self.rate, 0.0);
        (self.cut, self.changed) = (now, now);
        true
    }

    /// Notes that one went through, and raises the pace where it held for long, and more would go: by a tenth, then
    /// by twice that, and so on.
    pub(super) fn went(&mut self, now: Instant) {
        self.count(now);
        if let Some(chance) = &mut self.chance {
            chance.went += 1;
            let is_seen = chance.is_telling() && now >= self.changed + TRIED;
            if is_seen && chance.is_likely() && self.is_wanted {
                *chance = Chance::default();
                self.rate *= 2.0;
                (self.changed, self.is_wanted) = (now, false);
            }
            return;
        }
        let held = match (self.is_rough, self.step > 0.0) {
            (true, _) => (self.interval() * ROUGHLY).max(self.patience),
            (false, true) => TRIED,
            (false, false) => self.hold,
        };
        if !self.is_wanted || now < self.changed + held {
            return;
        }
        self.known = self.rate;
        let least = if self.is_rough { 1.0 } else { MORE };
        self.step = (self.step * 2.0).clamp(least, 1.0);
        self.rate *= 1.0 + self.step;
        (self.changed, self.is_wanted) = (now, false);
    }

    /// Counts what goes through.
    fn count(&mut self, now: Instant) {
        let (since, count) = &mut self.counted;
        *count += 1;
        let time = now - *since;
        if time < COUNTED || *count < ENOUGH {
            return;
        }
        let per_second = f64::from(*count) / time.as_secs_f64();
        self.best = Some(self.best.map_or(per_second, |best| best.max(per_second)));
        self.counted = (now, 0);
    }
}
