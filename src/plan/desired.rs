//! The desired set: what the target should hold. Pure data, no network needed.

use std::collections::HashSet;

use super::entry::Entry;
use super::lock::{Lock, LockState, LockedImage};
use super::target::{Target, TargetName};

/// Everything that the files declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// Where the images go.
    pub target: Target,
    /// The images, in the order of the files; no two have the same target.
    pub entries: Vec<Entry>,
    /// What the images were resolved to, where someone wrote that down.
    pub lock: Option<Lock>,
}

impl Desired {
    /// Returns the names in the target, for whoever asks for many.
    pub fn targets(&self) -> HashSet<&TargetName> {
        self.entries.iter().map(|entry| &entry.target).collect()
    }

    /// Returns what is locked for `entry`, if it still is what the entry asks for.
    pub fn locked(&self, entry: &Entry) -> Option<&LockedImage> {
        self.lock.as_ref()?.get(entry, &self.target.profile).ok()
    }

    /// Tells whether the digest of `entry` is settled.
    pub fn lock_state(&self, entry: &Entry) -> LockState {
        let state = |lock: &Lock| lock.state(entry, &self.target.profile);
        self.lock.as_ref().map_or(LockState::NoLock, state)
    }
}
