//! Names that images had before: the lock records them, and the files no longer declare them.

use std::collections::HashMap;

use crate::model::{Platforms, Reference};

use super::desired::Desired;
use super::entry::Entry;
use super::lock::LockedImage;
use super::target::TargetName;

/// The names that are left behind where nothing deletes them, by the image.
#[derive(Debug, Default)]
pub(super) struct LeftBehind<'a>(HashMap<(&'a Reference, &'a Platforms), Vec<&'a TargetName>>);

impl<'a> LeftBehind<'a> {
    /// Returns what the lock of a desired set tells.
    pub(super) fn of(desired: &'a Desired) -> Self {
        let Some(lock) = &desired.lock else {
            return Self::default();
        };
        let declared = desired.targets();
        let mut names: HashMap<_, Vec<_>> = HashMap::new();
        for (name, image) in lock.retired.iter().chain(&lock.images) {
            let LockedImage {
                source, platforms, ..
            } = image;
            if !declared.contains(name) {
                names.entry((source, platforms)).or_default().push(name);
            }
        }
        Self(names)
    }

    /// Tells whether the image of an entry had another name before.
    pub(super) fn has(&self, entry: &Entry) -> bool {
        self.0.contains_key(&(&entry.source, &entry.platforms))
    }

    /// Returns the name that the image of an entry had before, if it is not told of another name yet.
    pub(super) fn take(&mut self, entry: &'a Entry) -> Option<TargetName> {
        let names = self.0.get_mut(&(&entry.source, &entry.platforms))?;
        names.pop().cloned()
    }
}
