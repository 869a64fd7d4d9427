//! Repositories in memory: what they hold, and nothing of how it is asked for.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;

use super::content::Content;
use crate::model::Digest;

/// A manifest as it was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredManifest {
    /// The `Content-Type` it was pushed with.
    pub media_type: String,
    /// Its bytes, unchanged.
    pub bytes: Bytes,
}

/// All repositories.
#[derive(Default)]
pub(super) struct Store {
    repositories: BTreeMap<String, Repository>,
}

/// Blobs are scoped to a repository: a second one has them only after an upload or a mount.
#[derive(Default)]
struct Repository {
    blobs: HashMap<Digest, Content>,
    manifests: BTreeMap<Digest, StoredManifest>,
    tags: BTreeMap<String, Digest>,
}

impl Store {
    /// Returns the names of the repositories that hold a manifest.
    pub(super) fn repositories(&self) -> Vec<String> {
        let used = self
            .repositories
            .iter()
            .filter(|(_, held)| !held.manifests.is_empty());
        used.map(|(name, _)| name.clone()).collect()
    }

    /// Returns the tags of a repository in order; `None` if it was never pushed to.
    pub(super) fn tags(&self, repository: &str) -> Option<Vec<String>> {
        let held = self.repositories.get(repository)?;
        let known = !held.manifests.is_empty() || !held.tags.is_empty();
        known.then(|| held.tags.keys().cloned().collect())
    }

    pub(super) fn tag(&self, repository: &str, tag: &str) -> Option<Digest> {
        self.repositories.get(repository)?.tags.get(tag).cloned()
    }

    pub(super) fn put_tag(&mut self, repository: &str, tag: &str, digest: Digest) {
        self.repository(repository)
            .tags
            .insert(tag.to_owned(), digest);
    }

    pub(super) fn delete_tag(&mut self, repository: &str, tag: &str) -> bool {
        self.repositories
            .get_mut(repository)
            .is_some_and(|held| held.tags.remove(tag).is_some())
    }

    pub(super) fn manifest(&self, repository: &str, digest: &Digest) -> Option<&StoredManifest> {
        self.repositories.get(repository)?.manifests.get(digest)
    }

    /// Returns every manifest of a repository, by digest.
    pub(super) fn manifests(
        &self,
        repository: &str,
    ) -> impl Iterator<Item = (&Digest, &StoredManifest)> {
        self.repositories
            .get(repository)
            .into_iter()
            .flat_map(|held| &held.manifests)
    }

    pub(super) fn put_manifest(&mut self, repository: &str, digest: Digest, new: StoredManifest) {
        self.repository(repository).manifests.insert(digest, new);
    }

    /// Deletes a manifest and every tag that points at it.
    pub(super) fn delete_manifest(&mut self, repository: &str, digest: &Digest) -> bool {
        let Some(held) = self.repositories.get_mut(repository) else {
            return false;
        };
        held.tags.retain(|_, tagged| tagged != digest);
        held.manifests.remove(digest).is_some()
    }

    pub(super) fn blob(&self, repository: &str, digest: &Digest) -> Option<&Content> {
        self.repositories.get(repository)?.blobs.get(digest)
    }

    pub(super) fn put_blob(&mut self, repository: &str, digest: Digest, content: Content) {
        self.repository(repository).blobs.insert(digest, content);
    }

    pub(super) fn delete_blob(&mut self, repository: &str, digest: &Digest) -> bool {
        let held = self.repositories.get_mut(repository);
        held.is_some_and(|held| held.blobs.remove(digest).is_some())
    }

    fn repository(&mut self, name: &str) -> &mut Repository {
        self.repositories.entry(name.to_owned()).or_default()
    }
}
