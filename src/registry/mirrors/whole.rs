//! What is read as a whole: manifests and small blobs. Its digest is checked before it is used.

use bytes::Bytes;

use crate::model::{Descriptor, Digest, Failure, RawManifest, Reference, Repository};
use crate::registry::client::Client;
use crate::registry::endpoints::{blobs, manifests};

use super::mirror::Mirror;

/// Reads a manifest from the first mirror that has it; none if none has.
pub(crate) async fn manifest(client: &Client, reference: &Reference) -> Option<RawManifest> {
    let (repository, digest) = (reference.repository(), reference.digest()?);
    let kept = client.manifest_cache().get(repository, digest);
    if kept.is_some() {
        return kept;
    }
    let (mirrors, mut next) = (client.at_mirrors(), 0);
    while let Some(mirror) = client.next_mirror(repository, digest, &mut next) {
        let there = mirror.place.repository(&repository.name);
        let reference = Reference::digested(there, digest.clone());
        let answer = manifests::get_proven(&mirrors, &reference).await;
        let found = taken(client, mirror, repository, digest, answer);
        if let Some(manifest) = found {
            client.manifest_cache().put(repository, &manifest);
            return Some(manifest);
        }
    }
    None
}

/// Reads a small blob from the first mirror that has it; none if none has.
pub(crate) async fn blob(
    client: &Client,
    repository: &Repository,
    blob: &Descriptor,
) -> Option<Bytes> {
    // No place gives such, and that is told once.
    if blob.size > blobs::WHOLE_BLOB_LIMIT {
        return None;
    }
    let (mirrors, mut next) = (client.at_mirrors(), 0);
    let digest = &blob.digest;
    while let Some(mirror) = client.next_mirror(repository, digest, &mut next) {
        let there = mirror.place.repository(&repository.name);
        let answer = blobs::get(&mirrors, &there, blob).await;
        let found = taken(client, mirror, repository, digest, answer);
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Takes what a mirror gave, and notes what the answer means for it.
fn taken<T>(
    client: &Client,
    mirror: &Mirror,
    repository: &Repository,
    digest: &Digest,
    answer: Result<Option<T>, Failure>,
) -> Option<T> {
    let found = match answer {
        Ok(found) => found,
        Err(failure) => {
            client.pass_on(mirror, repository, digest, &failure);
            return None;
        }
    };
    if found.is_some() {
        mirror.gave(&repository.name);
    } else {
        tracing::debug!("mirror {} has not {digest}", mirror.place);
        mirror.lacks(&repository.name, digest);
    }
    found
}
