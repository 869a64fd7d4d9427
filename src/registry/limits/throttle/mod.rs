//! What a host takes at a time, as its refusals tell: so many requests at once, or so many a second, and none
//! during a pause that it asks for.
//!
//! A clock's time is handed in, so that whole runs can be played through in no time.

mod pace;
mod refusals;
mod window;

use std::time::Duration;

use tokio::time::Instant;

use super::lane::Lane;
use pace::Pace;
use refusals::{Refusal, Refusals};
use window::{Cut, Window};

/// A start that comes late by no more than this is made up for: clocks wake in steps of a millisecond.
const LATE: Duration = Duration::from_millis(2);

/// What one host takes at a time.
#[derive(Debug)]
pub(super) struct Throttle {
    /// The least time between two starts that somebody set.
    interval: Duration,
    next_start: Option<Instant>,
    pause: Option<Pause>,
    under_way: usize,
    by_lane: [usize; 4],
    /// Whether anything was ever read in the lane of downloads.
    has_downloads: bool,
    /// How long an answer takes, by and large.
    latency: Option<Duration>,
    refusals: Option<Refusals>,
    found: Found,
}

/// What the refusals say of the host.
#[derive(Debug)]
enum Found {
    /// There were none.
    Nothing,
    /// It takes so many at once.
    AtOnce(Window),
    /// It takes so many a second.
    PerSecond(Pace),
}

/// A pause that the host asked for.
#[derive(Debug, Clone, Copy)]
struct Pause {
    /// When that was heard: whatever was sent before says the same.
    begun: Instant,
    until: Instant,
}

/// A request that was let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) at: Instant,
    lane: Lane,
    /// How many were under way then, itself among them.
    pub(super) load: usize,
}

/// When the next request of a lane may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Now: it is under way from here on.
    Now(Sent),
    At(Instant),
    /// The host asked for a pause.
    Paused(Instant),
    /// When another one has ended.
    Later,
}

impl Throttle {
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            interval,
            next_start: None,
            pause: None,
            under_way: 0,
            by_lane: [0; 4],
            has_downloads: false,
            latency: None,
            refusals: None,
            found: Found::Nothing,
        }
    }

    /// Keeps to an interval that is no shorter than this.
    pub(super) fn slow_down(&mut self, interval: Duration) {
        self.interval = self.interval.max(interval);
    }

    /// Tells whether the host refused anything yet.
    pub(super) fn is_found(&self) -> bool {
        !matches!(self.found, Found::Nothing)
    }

    /// Tells whether one more of a lane may be under way.
    pub(super) fn has_room(&self, lane: Lane) -> bool {
        let Found::AtOnce(window) = &self.found else {
            return true;
        };
        let downloads = self.by_lane[Lane::Download as usize];
        match lane {
            // What is sent may wait for what comes in: a copy inside one registry never waits for itself.
            Lane::Download if downloads == 0 => true,
            Lane::Upload if self.has_downloads && downloads == 0 => {
                self.under_way + 1 < window.limit.max(2)
            }
            _ => self.under_way < window.limit,
        }
    }

    /// Lets a request of this lane go if it is the next and may, or tells when to ask again.
    pub(super) fn turn(&mut self, lane: Lane, is_next: bool, now: Instant) -> Turn {
        if let Some(pause) = self.pause.filter(|pause| pause.until > now) {
            return Turn::Paused(pause.until);
        }
        if !is_next || !self.has_room(lane) {
            self.found.is_wanted();
            return Turn::Later;
        }
        match self.next_start.filter(|start| *start > now) {
            Some(start) => {
                self.found.is_wanted();
                Turn::At(start)
            }
            None => Turn::Now(self.start(lane, now)),
        }
    }

    /// Lets a request go.
    fn start(&mut self, lane: Lane, now: Instant) -> Sent {
        self.under_way += 1;
        self.by_lane[lane as usize] += 1;
        self.has_downloads |= lane == Lane::Download;
        let due = self.next_start.unwrap_or(now);
        let due = now.checked_sub(LATE).map_or(now, |late| due.max(late));
        self.next_start = Some(due + self.interval());
        Sent {
            at: now,
            lane,
            load: self.under_way,
        }
    }

    /// Notes an answer that is no refusal.
    pub(super) fn went(&mut self, sent: Sent, now: Instant) {
        let took = now - sent.at;
        self.latency = Some(self.latency.map_or(took, |usual| (usual * 7 + took) / 8));
        if let Some(refusals) = &mut self.refusals {
            refusals.went(sent.at);
        }
        match &mut self.found {
            Found::Nothing => {}
            Found::AtOnce(window) => {
                window.answered(sent.at, now);
                window.grow(now);
            }
            Found::PerSecond(pace) => pace.went(now),
        }
        self.look_at_cut(now);
    }

    /// Notes a refusal for the rate, and the pause that it asks for.
    pub(super) fn refused(&mut self, sent: Sent, now: Instant, pause: Option<Duration>) {
        let is_followed = self
            .refusals
            .as_ref()
            .is_some_and(|refusals| refusals.are_followed_by(now, self.pause_end()));
        match &mut self.refusals {
            Some(refusals) if is_followed => refusals.again(now),
            refusals => *refusals = Some(Refusals::begin(now)),
        }
        if let Some(pause) = pause {
            self.pause(sent.at, now, pause);
            self.refusals.iter_mut().for_each(Refusals::paused);
        }
        let rest = pause.unwrap_or_default();
        match &mut self.found {
            Found::Nothing => {
                self.found = Found::AtOnce(Window::cut(self.under_way, now, rest));
            }
            Found::AtOnce(window) => {
                let (load, under_way) = (sent.load, self.under_way);
                window.refused(sent.at, load, under_way, now, rest);
            }
            Found::PerSecond(pace) => {
                let rate = self.refusals.as_ref();
                let rate = rate.and_then(|refusals| refusals.rate(now, self.latency));
                let refusal = if is_followed {
                    Refusal::Following(rate)
                } else {
                    Refusal::Alone
                };
                if pace.refused(sent.at, now, refusal, rest) {
                    self.next_start = Some(now + pace.interval());
                }
            }
        }
        self.look_at_cut(now);
    }

    /// Notes that a request is over; `unanswered` if nothing was noted of it before.
    pub(super) fn ended(&mut self, sent: Sent, now: Instant, unanswered: bool) {
        self.under_way -= 1;
        self.by_lane[sent.lane as usize] -= 1;
        if let Found::AtOnce(window) = &mut self.found
            && unanswered
        {
            window.answered(sent.at, now);
            self.look_at_cut(now);
        }
    }

    /// Lets nothing more go for some time. Requests that were under way together tell of one pause.
    pub(super) fn pause(&mut self, sent: Instant, now: Instant, length: Duration) {
        let known = self.pause.filter(|pause| sent <= pause.begun);
        let begun = known.map_or(now, |pause| pause.begun);
        let until = self.pause.map(|pause| pause.until);
        let until = (begun + length).max(until.unwrap_or(now));
        self.pause = Some(Pause { begun, until });
    }

    /// Forgets what the refusals told, where it turns out that the host was away.
    pub(super) fn forget(&mut self) {
        (self.refusals, self.found) = (None, Found::Nothing);
        self.next_start = None;
    }

    fn pause_end(&self) -> Option<Instant> {
        self.pause.map(|pause| pause.until)
    }

    fn interval(&self) -> Duration {
        match &self.found {
            Found::PerSecond(pace) => self.interval.max(pace.interval()),
            Found::Nothing | Found::AtOnce(_) => self.interval,
        }
    }

    /// Goes over from so many at once to so many a second where the refusals cannot be for how many there were
    /// at once.
    fn look_at_cut(&mut self, now: Instant) {
        let Found::AtOnce(window) = &self.found else {
            return;
        };
        if window.verdict() == Cut::NotForHowMany {
            let rate = self.refusals.as_ref();
            let rate = rate.and_then(|refusals| refusals.rate(now, self.latency));
            let pace = Pace::begin(rate, window.limit, self.latency, window.hold, now);
            self.next_start = Some(now + pace.interval());
            self.found = Found::PerSecond(pace);
        }
    }
}

impl Found {
    /// Notes that more would have gone than may.
    fn is_wanted(&mut self) {
        match self {
            Self::Nothing => {}
            Self::AtOnce(window) => window.is_wanted = true,
            Self::PerSecond(pace) => pace.is_wanted = true,
        }
    }
}
