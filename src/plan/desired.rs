//! The desired set: what the target should hold. Pure data, no network needed.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::model::{Digest, Verified};

use super::entry::Entry;
use super::family::{Choice, Family};
use super::lock::{Lock, LockState, LockedImage};
use super::policy::{Judge, Rules, Violation};
use super::target::{Target, TargetName};

/// Everything that the files declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// Where the images go.
    pub target: Target,
    /// The images, in the order of the files; no two have the same target.
    pub entries: Vec<Entry>,
    /// The repositories of which rules choose the tags, in the order of the files.
    pub families: Vec<Family>,
    /// What the images were resolved to, where someone wrote that down.
    pub lock: Option<Lock>,
    /// What time it is, for whatever has an age.
    pub now: DateTime<Utc>,
    /// What may be mirrored.
    pub policy: Rules,
}

/// The names in the target that are declared, or may be.
#[derive(Debug, Clone)]
pub struct DeclaredNames<'a> {
    names: HashSet<&'a TargetName>,
    /// Of these nobody knows which names they have.
    unsettled: Vec<&'a Family>,
}

/// What is declared, one by one.
#[derive(Debug, Clone, Copy)]
pub enum Row<'a> {
    /// An image.
    Image(&'a Entry),
    /// A family of which no tags are known.
    Unsettled(&'a Family),
}

impl<'a> Row<'a> {
    /// Returns the entry, or what stands for each of the family.
    pub fn entry(self) -> &'a Entry {
        match self {
            Self::Image(entry) => entry,
            Self::Unsettled(family) => &family.any,
        }
    }
}

impl DeclaredNames<'_> {
    /// Tells whether this name is declared, or may be.
    pub fn contains(&self, name: &TargetName) -> bool {
        self.names.contains(name) || self.unsettled.iter().any(|family| family.may_name(name))
    }
}

impl Desired {
    /// Returns the names in the target, for whoever asks for many.
    pub fn targets(&self) -> DeclaredNames<'_> {
        let unsettled = self.families.iter().filter(|family| family.is_unsettled());
        DeclaredNames {
            names: self.entries.iter().map(|entry| &entry.target).collect(),
            unsettled: unsettled.collect(),
        }
    }

    /// Returns what is locked for `entry`, if it still is what the entry asks for.
    pub fn locked(&self, entry: &Entry) -> Option<&LockedImage> {
        self.lock.as_ref()?.get(entry, &self.target.profile).ok()
    }

    /// Returns by whom this digest of an entry's source is signed, as the lock says, if the entry's rule would come to
    /// the same.
    pub fn verified(&self, entry: &Entry, image: &Digest) -> Option<&Verified> {
        self.lock.as_ref()?.verified(entry, image)
    }

    /// Returns what is locked for `entry` if a renewal leaves that as it is: of the others the source is asked what its
    /// tag points to.
    pub fn kept(&self, entry: &Entry, is_moved: bool) -> Option<&LockedImage> {
        self.locked(entry).filter(|_| !is_moved)
    }

    /// Tells whether the digest of `entry` is settled.
    pub fn lock_state(&self, entry: &Entry) -> LockState {
        let state = |lock: &Lock| lock.state(entry, &self.target.profile);
        self.lock.as_ref().map_or(LockState::NoLock, state)
    }

    /// Tells whether the tags of `family` are settled.
    pub fn family_state(&self, family: &Family) -> LockState {
        let state = |lock: &Lock| LockState::of(&lock.tags(family));
        self.lock.as_ref().map_or(LockState::NoLock, state)
    }

    /// Lets each image wait as long as the policy says.
    #[must_use]
    pub fn in_its_time(mut self) -> Self {
        let any = self.families.iter_mut().map(|family| &mut family.any);
        for entry in self.entries.iter_mut().chain(any) {
            self.policy.raise_age(entry);
        }
        self
    }

    /// Judges by the policy.
    pub fn judge(&self) -> Judge<'_> {
        Judge::of(&self.policy, self.entries.iter())
    }

    /// Returns which rules an image breaks by what the files and the lock say of it.
    pub fn broken(&self, judge: &Judge<'_>, entry: &Entry) -> Vec<Violation> {
        if judge.is_idle() {
            return vec![];
        }
        judge.declared(entry, self.locked(entry).is_some(), entry.verify.is_some())
    }

    /// Returns which rules every tag of a family breaks, whichever it has.
    pub fn broken_by_all(&self, judge: &Judge<'_>, family: &Family) -> Vec<Violation> {
        if judge.is_idle() {
            return vec![];
        }
        // Which rule of `verify` is about a tag is known once the tag is.
        let is_settled = self.family_state(family) == LockState::Locked;
        judge.declared(&family.any, is_settled, true)
    }

    /// Tells whether the files alone keep an image from the target, so that nobody need be asked about it.
    pub fn is_forbidden(&self, judge: &Judge<'_>, entry: &Entry) -> bool {
        self.broken(judge, entry).iter().any(Violation::blocks)
    }

    /// Tells whether the files alone keep every tag of a family from the target, so that nobody need list them.
    pub fn is_all_forbidden(&self, family: &Family) -> bool {
        let judge = Judge::of(&self.policy, std::iter::empty());
        let broken = self.broken_by_all(&judge, family);
        broken.iter().any(Violation::blocks)
    }

    /// Takes the tags of each family that is open and that `wanted` names from the lock, where its rules still are
    /// those that chose them.
    pub fn choose_locked(&mut self, wanted: impl Fn(&Family) -> bool) {
        let Some(lock) = &self.lock else { return };
        let choice = |family: &Family| {
            let tags = wanted(family).then(|| lock.tags(family).ok()).flatten()?;
            Some(Choice::Taken(tags.to_vec()))
        };
        let choices = self.families.iter().map(choice).collect();
        self.choose(choices);
    }

    /// Gives each family that is open what became of its rules, and each of the tags that they chose an entry; what
    /// is chosen for the others, and where nothing is, they stay as they are.
    ///
    /// Rules that choose a name which another image has choose nothing: neither may take the other's place unseen.
    pub fn choose(&mut self, choices: Vec<Option<Choice>>) {
        if choices.iter().all(Option::is_none) {
            return;
        }
        let mut taken: HashMap<_, _> = self.entries.iter().map(Entry::holder).collect();
        let mut old = std::mem::take(&mut self.entries).into_iter();
        let mut before = 0;
        for (family, choice) in self.families.iter_mut().zip(choices) {
            self.entries
                .extend(old.by_ref().take(family.position - before));
            before = family.position;
            if let (Choice::Open, Some(choice)) = (&family.choice, choice) {
                family.choice = choice;
                match family.entries(&taken) {
                    Ok(mut entries) => {
                        for entry in &mut entries {
                            self.policy.raise_age(entry);
                        }
                        taken.extend(entries.iter().map(Entry::holder));
                        self.entries.extend(entries);
                    }
                    Err(reason) => family.choice = Choice::Failed(reason.into()),
                }
            }
            family.position = self.entries.len();
        }
        self.entries.extend(old);
    }

    /// Takes out what `keeps` and `keeps_family` do not tell to keep, and returns it.
    pub fn take_out(
        &mut self,
        keeps: impl Fn(&Entry) -> bool,
        keeps_family: impl Fn(&Family) -> bool,
    ) -> (Vec<Entry>, Vec<Family>) {
        let mut positions = Vec::with_capacity(self.entries.len() + 1);
        let (mut kept, mut left) = (vec![], vec![]);
        for entry in std::mem::take(&mut self.entries) {
            positions.push(kept.len());
            if keeps(&entry) { &mut kept } else { &mut left }.push(entry);
        }
        positions.push(kept.len());
        self.entries = kept;
        for family in &mut self.families {
            family.position = positions[family.position];
        }
        let families = std::mem::take(&mut self.families).into_iter();
        let (families, left_families) = families.partition(keeps_family);
        self.families = families;
        self.policy.set_aside(&left);
        (left, left_families)
    }

    /// Returns the entries in the order of the files, and between them the families without tags.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let unsettled = self.families.iter().filter(|family| family.is_unsettled());
        let mut unsettled = unsettled.peekable();
        let mut entries = self.entries.iter().enumerate().peekable();
        std::iter::from_fn(move || {
            let next = entries.peek().map_or(usize::MAX, |(at, _)| *at);
            match unsettled.next_if(|family| family.position <= next) {
                Some(family) => Some(Row::Unsettled(family)),
                None => entries.next().map(|(_, entry)| Row::Image(entry)),
            }
        })
    }
}
