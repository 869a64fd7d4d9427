//! What is under way, what it needs, and what fits beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::plan::Bound;
use crate::plan::shards::OF_AN_IMAGE;

use super::limits::Limits;
use super::speed::{Speed, takes};

/// What is begun before the speed is known: with all of it at once, none might end in time.
const UNMEASURED: u64 = 16 << 20;

/// What is under way, and what was done.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// What each image that is under way still has to send, by its number.
    pub(super) places: BTreeMap<u64, u64>,
    /// What went over the wire so far, also in vain.
    pub(super) sent: u64,
    pub(super) speed: Speed,
    /// How many images stood in line so far, and which of them do.
    came: u64,
    in_line: BTreeSet<u64>,
}

/// An image that wants to begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) number: u64,
    /// What it has to send.
    pub(super) needs: u64,
    /// Whether it has waited long enough for those before it.
    pub(super) waited: bool,
}

/// What an image is told that wants to begin.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Begin,
    /// Nothing can be said before more was done.
    Wait,
    Leave(Bound),
}

impl Ledger {
    pub(super) fn stand_in_line(&mut self) -> u64 {
        let number = self.came;
        self.came += 1;
        self.in_line.insert(number);
        number
    }

    pub(super) fn leave_line(&mut self, number: u64) {
        self.in_line.remove(&number);
    }

    /// Judges whether an image may begin. While something is under way, that may need less than it seemed to: then
    /// nothing is left for later yet.
    pub(super) fn judge(&mut self, limits: &Limits, one: Candidate, now: Instant) -> Answer {
        match self.fits(limits, one, now) {
            Answer::Leave(_) if !self.places.is_empty() && !limits.is_over(now) => Answer::Wait,
            answer => answer,
        }
    }

    fn fits(&mut self, limits: &Limits, one: Candidate, now: Instant) -> Answer {
        let Candidate {
            number,
            needs,
            waited,
        } = one;
        let is_its_turn = waited || self.in_line.first() == Some(&number);
        let in_turn = |answer| if is_its_turn { answer } else { Answer::Wait };
        let to_send = self.to_send().saturating_add(needs);
        let is_too_much = |most| needs > 0 && self.sent.saturating_add(to_send) > most;
        if limits.max_bytes.is_some_and(is_too_much) {
            return in_turn(Answer::Leave(Bound::MaxBytes));
        }
        let Some(deadline) = limits.deadline else {
            return in_turn(Answer::Begin);
        };
        let left = deadline.saturating_duration_since(now);
        let work = to_send.saturating_add(of_images(self.places.len() + 1));
        match self.speed.a_second(now) {
            _ if left.is_zero() => Answer::Leave(Bound::Deadline),
            // What is small tells the speed soonest, so it need not stand in line.
            None if to_send <= UNMEASURED => Answer::Begin,
            None if waited && self.places.is_empty() => Answer::Begin,
            None => Answer::Wait,
            Some(_) if !is_its_turn => Answer::Wait,
            Some(speed) if takes(work, speed) <= left => Answer::Begin,
            Some(_) if self.places.is_empty() && takes(work, self.speed.best()) <= left => {
                Answer::Begin
            }
            Some(_) => Answer::Leave(Bound::Deadline),
        }
    }

    /// Tells whether an image that is under way has to give way: not all of them will be done in time any more, and
    /// none has more to send.
    pub(super) fn gives_way(&mut self, number: u64, left: Duration, now: Instant) -> bool {
        let most = self.places.iter().max_by_key(|(_, to_send)| **to_send);
        if self.places.len() < 2 || most.is_none_or(|(other, _)| *other != number) {
            return false;
        }
        let work = self.to_send().saturating_add(of_images(self.places.len()));
        let speed = self.speed.a_second(now);
        speed.is_some_and(|speed| takes(work, speed) > left)
    }

    fn to_send(&self) -> u64 {
        let sum = |sum: u64, to_send: &u64| sum.saturating_add(*to_send);
        self.places.values().fold(0, sum)
    }
}

fn of_images(count: usize) -> u64 {
    OF_AN_IMAGE.saturating_mul(count as u64)
}
