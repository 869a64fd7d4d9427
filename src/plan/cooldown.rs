//! How long a digest is waited for before it is taken: the time since the lock first saw a source point to it. When an
//! image says that it was made is not looked at, as anyone can write what they like there.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{Digest, Repository};

use super::desired::Desired;
use super::entry::Entry;
use super::lock::{Lock, LockedImage, SourceDigest};
use super::policy::{Found, Rules, Violation};
use super::target::TargetName;

/// A digest that is not old enough, or was not when something older was last kept in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Young {
    /// What the source points to.
    pub digest: Digest,
    /// When the lock first saw that; none if it did not.
    pub seen: Option<DateTime<Utc>>,
    /// How old it has to be.
    pub min_age: Duration,
    /// What time it is.
    pub now: DateTime<Utc>,
}

impl Young {
    /// Returns when it is old enough, if that is known.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        let seen = self.seen?;
        let until = TimeDelta::from_std(self.min_age)
            .ok()
            .and_then(|age| seen.checked_add_signed(age));
        Some(until.unwrap_or(DateTime::<Utc>::MAX_UTC))
    }

    /// Returns how long that is still; all of it, where nobody has seen it yet.
    pub fn left(&self) -> Duration {
        let left = |until: DateTime<Utc>| (until - self.now).to_std().unwrap_or_default();
        self.until().map_or(self.min_age, left)
    }
}

/// What is to be told of the age of the digest that an image is locked to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Age {
    /// What its source was seen to point to, where that is newer and waits for its time.
    pub held_back: Option<Box<Young>>,
    /// Why it was taken before its time, where it was.
    pub overridden: Option<Box<str>>,
}

impl Age {
    /// Tells whether this digest is held back, and not old enough yet.
    pub(super) fn waits_for(&self, digest: &Digest) -> bool {
        let young = self.held_back.as_ref();
        young.is_some_and(|young| young.digest == *digest && !young.left().is_zero())
    }
}

/// What a lock knows of the age of digests.
pub struct Cooldown<'a> {
    now: DateTime<Utc>,
    lock: Option<&'a Lock>,
    /// When any source was first seen to point to a digest.
    seen: HashMap<&'a Digest, DateTime<Utc>>,
    /// What was locked of a repository before anyone noted since when.
    held: HashSet<(&'a Repository, &'a Digest)>,
    /// What the source of an image was last seen to point to, where that is not what it is locked to.
    waiting: HashMap<&'a TargetName, (DateTime<Utc>, &'a Digest)>,
    /// Whether anything has to be of some age.
    is_on: bool,
}

impl<'a> Cooldown<'a> {
    /// Reads what the lock of this set knows.
    pub fn of(desired: &'a Desired) -> Self {
        let waits = |entry: &Entry| !entry.min_age.is_zero();
        let is_on = desired.policy.has_ages() || desired.entries.iter().any(waits);
        let mut cooldown = Self {
            now: desired.now,
            lock: desired.lock.as_ref(),
            seen: HashMap::new(),
            held: HashSet::new(),
            waiting: HashMap::new(),
            is_on,
        };
        let Some(lock) = cooldown.lock.filter(|_| is_on) else {
            return cooldown;
        };
        for (of, seen) in &lock.seen {
            // Nobody has seen anything in a time to come: that was a wrong clock.
            let seen = &(*seen).min(desired.now);
            let first = cooldown.seen.entry(&of.digest).or_insert(*seen);
            *first = (*first).min(*seen);
            let locked = lock.images.get(&of.target);
            if locked.is_none_or(|locked| locked.source_digest != of.digest) {
                let last = cooldown
                    .waiting
                    .entry(&of.target)
                    .or_insert((*seen, &of.digest));
                *last = (*last).max((*seen, &of.digest));
            }
        }
        for (name, image) in lock.images.iter().chain(&lock.retired) {
            if !lock.seen.contains_key(&image.at(name)) {
                let repository = image.source.repository();
                cooldown.held.insert((repository, &image.source_digest));
            }
        }
        cooldown
    }

    /// Returns when a digest that gets locked was first seen, if that is to be noted. What was taken before anyone noted
    /// that stays without: nobody knows how old it is.
    pub fn to_be_noted(&self, entry: &Entry, digest: &Digest) -> Option<DateTime<Utc>> {
        let is_noted = self.is_on && !self.was_held(entry, digest);
        is_noted.then(|| self.first_seen(digest).unwrap_or(self.now))
    }

    /// Returns when any source was first seen to point to a digest; none where that was not noted.
    pub fn first_seen(&self, digest: &Digest) -> Option<DateTime<Utc>> {
        self.seen.get(digest).copied()
    }

    /// Tells whether a digest was taken from this repository before anyone noted since when.
    fn was_held(&self, entry: &Entry, digest: &Digest) -> bool {
        self.held.contains(&(entry.source.repository(), digest))
    }

    /// Says why what the source of an entry points to is not to be taken yet; nothing where it is.
    pub fn holds_back(&self, entry: &Entry, digest: &Digest) -> Option<Young> {
        self.younger_than(entry.min_age, entry, digest)
    }

    /// Says the same where it has to be of this age.
    fn younger_than(&self, min_age: Duration, entry: &Entry, digest: &Digest) -> Option<Young> {
        if min_age.is_zero() || self.was_held(entry, digest) {
            return None;
        }
        if self.overridden(entry, digest).is_some() {
            return None;
        }
        let young = self.young(min_age, digest);
        (young.seen.is_none() || !young.left().is_zero()).then_some(young)
    }

    /// Returns the rules of the policy for which what would be copied is not old enough. What the lock settles was, when
    /// it got in there, where a rule blocks; a saved plan was told of when it was made.
    pub(super) fn broken(&self, rules: &Rules, entry: &Entry, digest: &Digest) -> Vec<Violation> {
        if rules.declared.contains_key(&entry.target) {
            return vec![];
        }
        let broken = rules.ages(entry).filter_map(|(rule, least)| {
            let young = self.younger_than(least, entry, digest)?;
            Some(Violation {
                rule: Arc::clone(rule),
                found: Found::TooYoung(young.seen),
            })
        });
        broken.collect()
    }

    /// Returns what is to be told of a locked entry.
    pub(super) fn told(&self, entry: &Entry, locked: &LockedImage) -> Age {
        Age {
            held_back: self.waiting(entry).map(Box::new),
            overridden: self.overridden(entry, &locked.source_digest).map(Box::from),
        }
    }

    /// Returns what the source of an entry was seen to point to, where that waits for its time or for `pusher lock`.
    pub fn waiting(&self, entry: &Entry) -> Option<Young> {
        let (_, digest) = self
            .waiting
            .get(&entry.target)
            .filter(|_| !entry.min_age.is_zero())?;
        Some(self.young(entry.min_age, digest))
    }

    /// Returns why a digest was taken before it was old enough, where it was.
    pub fn overridden(&self, entry: &Entry, digest: &Digest) -> Option<&'a str> {
        let of = SourceDigest {
            target: entry.target.clone(),
            digest: digest.clone(),
        };
        self.lock?.overrides.get(&of).map(String::as_str)
    }

    fn young(&self, min_age: Duration, digest: &Digest) -> Young {
        Young {
            digest: digest.clone(),
            seen: self.first_seen(digest),
            min_age,
            now: self.now,
        }
    }
}
