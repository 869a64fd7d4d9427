//! The manifests that were read last, so that what `plan` has read `apply` need not read again.
//!
//! They are kept for the repository that served them: that one repository holds a manifest says
//! nothing about another, and no registry can speak for another one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use tokio::sync::{Mutex as Turns, OwnedMutexGuard};

use crate::model::{Digest, RawManifest, Repository};

/// How many bytes are kept; far more than a run over some hundred images reads.
const BUDGET: usize = 8 * 1024 * 1024;

type Key = (Repository, Digest);

/// Manifests by repository and digest; the oldest go first when there are too many.
#[derive(Debug, Default)]
pub(crate) struct ManifestCache {
    kept: Mutex<Kept>,
    /// Those that are being read.
    under_way: Mutex<HashMap<Key, Arc<Turns<()>>>>,
}

/// The turn to read a manifest; others who want it wait until this is gone.
pub(crate) struct Turn<'a> {
    cache: &'a ManifestCache,
    key: Key,
    held: Option<OwnedMutexGuard<()>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.held = None;
        let mut under_way = self.cache.under_way();
        let nobody_waits = |turns: &Arc<Turns<()>>| Arc::strong_count(turns) == 1;
        if under_way.get(&self.key).is_some_and(nobody_waits) {
            under_way.remove(&self.key);
        }
    }
}

#[derive(Debug, Default)]
struct Kept {
    manifests: IndexMap<Key, RawManifest>,
    bytes: usize,
}

impl ManifestCache {
    /// Returns the manifest of this digest, if it is kept for this repository.
    pub(crate) fn get(&self, repository: &Repository, digest: &Digest) -> Option<RawManifest> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.manifests
            .get(&(repository.clone(), digest.clone()))
            .cloned()
    }

    /// Waits until nobody else reads this manifest: it may be kept then.
    pub(crate) async fn turn(&self, repository: &Repository, digest: &Digest) -> Turn<'_> {
        let key = (repository.clone(), digest.clone());
        let turns = Arc::clone(self.under_way().entry(key.clone()).or_default());
        let held = Some(turns.lock_owned().await);
        Turn {
            cache: self,
            key,
            held,
        }
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<Key, Arc<Turns<()>>>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a manifest whose digest was checked.
    pub(crate) fn put(&self, repository: &Repository, manifest: &RawManifest) {
        self.put_within(repository, manifest, BUDGET);
    }

    fn put_within(&self, repository: &Repository, manifest: &RawManifest, budget: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (repository.clone(), manifest.descriptor.digest.clone());
        kept.bytes += manifest.bytes.len();
        if let Some(same) = kept.manifests.insert(key, manifest.clone()) {
            kept.bytes -= same.bytes.len();
        }
        while kept.bytes > budget {
            let Some((_, oldest)) = kept.manifests.shift_remove_index(0) else {
                break;
            };
            kept.bytes -= oldest.bytes.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;
    use crate::model::{Descriptor, media_type};

    fn manifest(content: &str) -> RawManifest {
        let bytes = bytes::Bytes::copy_from_slice(content.as_bytes());
        let media_type = media_type::OCI_MANIFEST.to_owned();
        let digest = Digest::sha256(&bytes);
        RawManifest {
            descriptor: Descriptor {
                media_type,
                digest,
                size: 10,
            },
            bytes,
        }
    }

    #[tokio::test]
    async fn who_wants_what_another_reads_waits_and_has_it_then() {
        let cache = ManifestCache::default();
        let (app, wanted) = (repository("app"), manifest("a"));
        let digest = &wanted.descriptor.digest;
        let reads = AtomicUsize::new(0);
        let read = async || {
            let _turn = cache.turn(&app, digest).await;
            if cache.get(&app, digest).is_none() {
                reads.fetch_add(1, Relaxed);
                tokio::task::yield_now().await;
                cache.put(&app, &wanted);
            }
        };
        tokio::join!(read(), read(), read());
        assert_eq!(reads.load(Relaxed), 1);
        assert!(cache.under_way().is_empty(), "nobody reads");
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many_bytes() {
        let cache = ManifestCache::default();
        let (app, other) = (repository("app"), repository("other"));
        let all = ["first.....", "second....", "third....."].map(manifest);
        for manifest in all.iter().chain(&all[1..2]) {
            cache.put_within(&app, manifest, 20);
        }
        let get = |manifest: &RawManifest| cache.get(&app, &manifest.descriptor.digest);
        assert_eq!(
            all.each_ref().map(|manifest| get(manifest).is_some()),
            [false, true, true]
        );
        assert_eq!(get(&all[2]).as_ref(), Some(&all[2]));
        assert_eq!(cache.get(&other, &all[2].descriptor.digest), None);
    }

    fn repository(name: &str) -> Repository {
        Repository {
            registry: "registry.example.com".to_owned(),
            name: name.to_owned(),
        }
    }
}
