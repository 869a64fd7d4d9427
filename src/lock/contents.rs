//! What a lock file says, and what of it goes on in the next one.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Desired, Family, Lock, SourceDigest, TargetName};

use super::disputed::Disputed;
use super::owner::{Owner, Stranger};
use super::renew::undeclared;

/// What a lock file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockContents {
    /// Whose it is; none in version 1 of the format, which does not say so.
    pub owner: Option<Owner>,
    /// What is locked, as far as that is not in dispute.
    pub lock: Lock,
    /// What stands there in several versions, or half, as after a merge.
    pub disputed: BTreeMap<TargetName, Disputed>,
    /// Whether it is to be written anew, be it the same that it says: something stands there more than once, or what an
    /// older version of the format does not have.
    pub is_untidy: bool,
}

/// What of a lock file goes on in the next one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Continued {
    /// What is settled.
    pub lock: Lock,
    /// What is not.
    pub disputed: BTreeMap<TargetName, Disputed>,
    /// The owner to write into the next lock file. None where this file names no owner and records images
    /// that are not declared: they may be another list's, and nobody may come to delete them.
    pub owner: Option<Owner>,
    /// What is no longer recorded, since it is in another target.
    pub forgotten: Vec<TargetName>,
}

impl LockContents {
    /// Says in what this is another's than `owner`'s; nothing where it does not say whose it is.
    pub fn stranger(&self, owner: &Owner) -> Option<Stranger> {
        let Owner { file, target } = self.owner.as_ref()?;
        let stranger = Stranger {
            file: (*file != owner.file).then(|| file.clone()),
            target: *target != owner.target,
        };
        (stranger.file.is_some() || stranger.target).then_some(stranger)
    }

    /// Keeps only what is declared.
    pub fn retain_declared(&mut self, desired: &Desired) {
        let declared = desired.targets();
        self.lock.images.retain(|name, _| declared.contains(name));
        self.lock.retired.clear();
        let images = &self.lock.images;
        self.lock.in_target.retain(|name| images.contains_key(name));
        let is_declared = |of: &SourceDigest| declared.contains(&of.target);
        self.lock.seen.retain(|of, _| is_declared(of));
        self.lock.overrides.retain(|of, _| is_declared(of));
        self.lock.verified.retain(|of, _| is_declared(of));
        let families: BTreeSet<_> = desired.families.iter().map(Family::name).collect();
        self.lock.families.retain(|name, _| families.contains(name));
        self.disputed.retain(|name, _| declared.contains(name));
    }

    /// Returns what of this goes on in the next lock, which will be `owner`'s if that is safe to say, or
    /// if someone wants to `adopt` what is here.
    ///
    /// # Errors
    ///
    /// It is another's, and nobody wants to adopt it.
    pub fn continued(
        mut self,
        desired: &Desired,
        owner: &Owner,
        adopt: bool,
    ) -> Result<Continued, Stranger> {
        let stranger = self.stranger(owner);
        let mut forgotten = vec![];
        match &stranger {
            Some(stranger) if !adopt => return Err(stranger.clone()),
            Some(Stranger { target: true, .. }) => {
                forgotten = self.undeclared(desired);
                self.retain_declared(desired);
                // It was not seen in this one.
                self.lock.in_target.clear();
            }
            Some(_) | None => {}
        }
        let is_known = self.owner.is_some() || adopt || self.undeclared(desired).is_empty();
        Ok(Continued {
            lock: self.lock,
            disputed: self.disputed,
            owner: is_known.then(|| owner.clone()),
            forgotten,
        })
    }

    /// Returns everything that is recorded and not declared.
    fn undeclared(&self, desired: &Desired) -> Vec<TargetName> {
        let declared = desired.targets();
        let settled = undeclared(desired, &self.lock).into_iter();
        let disputed = self.disputed.keys();
        settled
            .map(|(name, _)| name)
            .chain(disputed.filter(|name| !declared.contains(name)).cloned())
            .collect()
    }
}
