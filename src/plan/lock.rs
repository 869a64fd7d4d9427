//! The lock: the digests that a desired set was resolved to, and what is still owned in the target.
//!
//! How it is written down is a matter of [`crate::lock`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};

use crate::model::{
    Descriptor, Digest, Platforms, Profile, Reference, Repository, Verified, media_type,
};

use super::entry::Entry;
use super::family::Family;
use super::rule::ResolutionRule;
use super::target::TargetName;

/// What a desired set was resolved to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// What the files declared when it was written, by target.
    pub images: BTreeMap<TargetName, LockedImage>,
    /// What the files declared before, as long as the target is not known to have lost it.
    pub retired: BTreeMap<TargetName, LockedImage>,
    /// Which tags the rules of each family chose, by the family's name.
    pub families: BTreeMap<TargetName, LockedFamily>,
    /// Which of the images `pusher lock` saw in the target, with the digest that they are locked to.
    pub in_target: BTreeSet<TargetName>,
    /// When a source was first seen to point to a digest.
    pub seen: Notes<DateTime<Utc>>,
    /// Why a digest was taken before it was old enough.
    pub overrides: Notes<String>,
    /// By whom a digest was found to be signed.
    pub verified: Notes<Verified>,
}

/// What is noted of digests that sources point to.
pub type Notes<T> = BTreeMap<SourceDigest, T>;

/// A digest to which the source of an image points, or did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceDigest {
    /// The image, by its name in the target.
    pub target: TargetName,
    /// What its source pointed to.
    pub digest: Digest,
}

impl fmt::Display for SourceDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.target, self.digest)
    }
}

/// Which tags the rules of a family chose. Each is an image of its own, once that could be resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedFamily {
    /// The repository whose tags were listed.
    pub source: Repository,
    /// The rules, as [`Family::rules`] writes them.
    pub rules: Vec<String>,
    /// The tags, in the order in which the rules give them.
    pub tags: Vec<String>,
}

/// What one entry was resolved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedImage {
    /// Where the image comes from.
    pub source: Reference,
    /// What the source pointed to.
    pub source_digest: Digest,
    /// Which platforms of it were wanted.
    pub platforms: Platforms,
    /// What the target must hold.
    pub expected: Descriptor,
    /// By which rule the one was made from the other, as [`ResolutionRule`] is written.
    pub rule: String,
}

impl LockedImage {
    /// Returns what notes of its source's digest go by.
    pub fn at(&self, target: &TargetName) -> SourceDigest {
        SourceDigest {
            target: target.clone(),
            digest: self.source_digest.clone(),
        }
    }

    /// Tells whether the target holds an index that the source does not.
    pub fn is_rewritten(&self) -> bool {
        media_type::is_index(&self.expected.media_type)
            && self.expected.digest != self.source_digest
    }
}

/// Whether the digest of an entry is settled by the lock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum LockState {
    /// There is no lock.
    #[default]
    NoLock,
    /// It is.
    Locked,
    /// The lock knows nothing of it.
    New,
    /// The lock knows it with another source, other platforms or by another rule.
    Changed(Misfit),
}

/// In what an entry and what is locked for it differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Misfit {
    /// The source.
    Source,
    /// The platforms.
    Platforms,
    /// The rule: the entry's choices, the kind of target, or this program's version of it.
    Rule,
    /// The rules that choose tags.
    Tags,
}

impl Lock {
    /// Returns what is locked for `entry` if it still is what the entry asks for.
    ///
    /// # Errors
    ///
    /// What they differ in; none if nothing is locked for it.
    pub fn get(&self, entry: &Entry, profile: &Profile) -> Result<&LockedImage, Option<Misfit>> {
        let locked = self.images.get(&entry.target).ok_or(None)?;
        locked
            .misfit(entry, profile)
            .map_or(Ok(locked), |misfit| Err(Some(misfit)))
    }

    /// Tells whether the digest of `entry` is settled.
    pub fn state(&self, entry: &Entry, profile: &Profile) -> LockState {
        LockState::of(&self.get(entry, profile))
    }

    /// Returns by whom this digest of an entry's source is signed, if the entry's rule would come to the same.
    pub fn verified(&self, entry: &Entry, digest: &Digest) -> Option<&Verified> {
        let rule = entry.verify.as_ref()?.signed.as_ref()?;
        let of = SourceDigest {
            target: entry.target.clone(),
            digest: digest.clone(),
        };
        let verified = self.verified.get(&of);
        verified.filter(|verified| rule.accepts(verified))
    }

    /// Tells whether what is locked for an entry must be signed, and nobody has seen that it is.
    pub fn lacks_signature(&self, entry: &Entry, locked: &LockedImage) -> bool {
        let rule = entry.verify.as_ref();
        let is_wanted = rule.is_some_and(|rule| rule.signed.is_some());
        is_wanted && self.verified(entry, &locked.source_digest).is_none()
    }

    /// Returns which tags are locked for `family`, if its rules still are those that chose them.
    ///
    /// # Errors
    ///
    /// What they differ in; none if nothing is locked for it.
    pub fn tags(&self, family: &Family) -> Result<&[String], Option<Misfit>> {
        let locked = self.families.get(family.name()).ok_or(None)?;
        if locked.source != *family.repository() {
            return Err(Some(Misfit::Source));
        }
        if locked.rules != family.rules() {
            return Err(Some(Misfit::Tags));
        }
        Ok(&locked.tags)
    }
}

impl LockState {
    /// Tells by what a lock holds whether it settles what it was asked for.
    pub fn of<T>(locked: &Result<T, Option<Misfit>>) -> Self {
        match locked {
            Ok(_) => Self::Locked,
            Err(None) => Self::New,
            Err(Some(misfit)) => Self::Changed(*misfit),
        }
    }
}

impl LockedImage {
    /// Returns in what this and `entry` differ.
    pub fn misfit(&self, entry: &Entry, profile: &Profile) -> Option<Misfit> {
        let differs = [
            (self.source != entry.source, Misfit::Source),
            (self.platforms != entry.platforms, Misfit::Platforms),
            (
                self.rule != ResolutionRule::of_entry(entry, profile).to_string(),
                Misfit::Rule,
            ),
        ];
        differs
            .into_iter()
            .find_map(|(differs, what)| differs.then_some(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::entry::Attestations;
    use crate::plan::fixtures::{descriptor, entry};

    #[test]
    fn an_entry_fits_until_something_that_decides_its_digest_changes() {
        let profile = Profile::generic();
        let entry = entry("nginx:1", "nginx:1");
        let locked = LockedImage {
            source: entry.source.clone(),
            source_digest: descriptor("a").digest,
            platforms: entry.platforms.clone(),
            expected: descriptor("a"),
            rule: ResolutionRule::of_entry(&entry, &profile).to_string(),
        };
        let lock = Lock {
            images: [(entry.target.clone(), locked)].into(),
            ..Lock::default()
        };
        let state = |entry: &Entry| lock.state(entry, &profile);
        assert_eq!(state(&entry), LockState::Locked);
        let mut other = entry.clone();
        other.source = "nginx:2".parse().unwrap();
        assert_eq!(state(&other), LockState::Changed(Misfit::Source));
        let mut other = entry.clone();
        other.platforms = Platforms::All;
        assert_eq!(state(&other), LockState::Changed(Misfit::Platforms));
        let mut other = entry.clone();
        other.policy.attestations = Attestations::Drop;
        assert_eq!(state(&other), LockState::Changed(Misfit::Rule));
        let mut other = entry.clone();
        other.target.tag = "2".to_owned();
        assert_eq!(state(&other), LockState::New);
        let personal = Profile::named("acr-personal").unwrap();
        assert_eq!(
            lock.state(&entry, &personal),
            LockState::Changed(Misfit::Rule)
        );
    }
}
