//! What sources said while a plan was made: what is not part of an image and must go along, so that the other side comes
//! to the same.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use crate::model::{Child, Descriptor, Digest, Reference, Repository};

/// What sources said. The bytes are not kept: they are small, and read again where they are wanted.
#[derive(Default)]
pub(super) struct Answers(Mutex<Noted>);

/// What was noted.
#[derive(Default)]
pub(super) struct Noted {
    /// What tags point to.
    pub(super) tags: HashMap<Reference, Descriptor>,
    /// Manifests and small blobs that were read, and where.
    pub(super) read: IndexMap<Digest, Read>,
    /// What names a manifest as its subject.
    pub(super) referrers: HashMap<(Repository, Digest), Vec<Child>>,
}

/// Something small that was read.
#[derive(Clone)]
pub(super) struct Read {
    pub(super) repository: Repository,
    pub(super) descriptor: Descriptor,
    pub(super) is_manifest: bool,
}

impl Answers {
    /// Notes what a tag points to.
    pub(super) fn pointed(&self, reference: &Reference, found: &Descriptor) {
        if reference.digest().is_none() {
            self.noted().tags.insert(reference.clone(), found.clone());
        }
    }

    /// Notes that something small was read.
    pub(super) fn read(&self, repository: &Repository, descriptor: &Descriptor, is_manifest: bool) {
        let read = Read {
            repository: repository.clone(),
            descriptor: descriptor.clone(),
            is_manifest,
        };
        self.noted()
            .read
            .entry(descriptor.digest.clone())
            .or_insert(read);
    }

    /// Notes what names a manifest as its subject.
    pub(super) fn listed(&self, repository: &Repository, subject: &Digest, listed: &[Child]) {
        if !listed.is_empty() {
            let key = (repository.clone(), subject.clone());
            self.noted().referrers.insert(key, listed.to_vec());
        }
    }

    pub(super) fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
