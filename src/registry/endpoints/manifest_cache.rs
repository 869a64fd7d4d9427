//! The manifests that were read last, so that what `plan` has read `apply` need not read again.
//!
//! They are kept for the repository that served them: that one repository holds a manifest says
//! nothing about another, and no registry can speak for another one.

use std::sync::{Mutex, PoisonError};

use indexmap::IndexMap;

use crate::model::{Digest, RawManifest, Repository};

/// How many bytes are kept; far more than a run over some hundred images reads.
const BUDGET: usize = 8 * 1024 * 1024;

/// Manifests by repository and digest; the oldest go first when there are too many.
#[derive(Debug, Default)]
pub(crate) struct ManifestCache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    manifests: IndexMap<(Repository, Digest), RawManifest>,
    bytes: usize,
}

impl ManifestCache {
    /// Returns the manifest of this digest, if it is kept for this repository.
    pub(crate) fn get(&self, repository: &Repository, digest: &Digest) -> Option<RawManifest> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.manifests
            .get(&(repository.clone(), digest.clone()))
            .cloned()
    }

    /// Keeps a manifest whose digest was checked.
    pub(crate) fn put(&self, repository: &Repository, manifest: &RawManifest) {
        self.put_within(repository, manifest, BUDGET);
    }

    fn put_within(&self, repository: &Repository, manifest: &RawManifest, budget: usize) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
