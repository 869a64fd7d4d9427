//! What registries hold of signatures: which blobs to read, and what they then are.

use bytes::Bytes;
use indexmap::IndexMap;
use serde::Deserialize;

use crate::model::{Descriptor, Digest, Signers};

use super::statement::{COSIGN_SIGNATURE, GITHUB_PROVENANCE};

/// How large a payload or a bundle may be, in bytes.
pub const BUNDLE_SIZE_LIMIT: u64 = 4 * 1024 * 1024;
/// The media type of what cosign's older form signs.
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// How the media types of sigstore's bundles begin.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
/// Where the manifest of a bundle says what the statement in it is about.
const PREDICATE: &str = "dev.sigstore.bundle.predicateType";

/// A blob that may be a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The blob.
    pub blob: Descriptor,
    /// Which form it has.
    pub form: Form,
}

/// Which form a signature has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// cosign's older one: what is signed, with the signature in the annotations beside it.
    Simple(IndexMap<String, String>),
    /// A bundle of sigstore's.
    Bundle,
}

/// A signature as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Which form it has.
    pub form: Form,
    /// The blob.
    pub bytes: Bytes,
}

/// A bundle in a list of referrers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedBundle {
    /// What the list says that the statement in it is about.
    predicate: Option<String>,
}

impl ListedBundle {
    /// Reads what a list of referrers says of one; none where that is no bundle.
    pub fn of(artifact_type: Option<&str>, annotations: &IndexMap<String, String>) -> Option<Self> {
        let is_bundle = artifact_type.is_some_and(|kind| kind.starts_with(BUNDLE));
        is_bundle.then(|| Self {
            predicate: annotations.get(PREDICATE).cloned(),
        })
    }

    /// Tells whether it can be a signature such as the rule asks for.
    pub fn may_count(&self, signers: &Signers) -> bool {
        let predicate = self.predicate.as_ref();
        predicate.is_none_or(|predicate| predicate == predicate_of(signers))
    }
}

/// Returns what the statement in a bundle must be about.
pub(super) fn predicate_of(signers: &Signers) -> &'static str {
    match signers {
        Signers::Keys(_) | Signers::Identity { .. } => COSIGN_SIGNATURE,
        Signers::GitHub { .. } => GITHUB_PROVENANCE,
    }
}

/// Returns the blobs of a manifest that may be signatures such as the rule asks for, the newest first: cosign adds each
/// behind the others. None are in what is no such manifest.
pub fn candidates(signers: &Signers, manifest: &[u8]) -> Vec<Candidate> {
    let Ok(Manifest { layers }) = serde_json::from_slice(manifest) else {
        return vec![];
    };
    let candidate = |layer: Layer| {
        let form = match &*layer.media_type {
            SIMPLE_SIGNING if !matches!(signers, Signers::GitHub { .. }) => {
                Form::Simple(layer.annotations.unwrap_or_default())
            }
            kind if kind.starts_with(BUNDLE) => Form::Bundle,
            _ => return None,
        };
        let blob = Descriptor {
            media_type: layer.media_type,
            digest: layer.digest,
            size: layer.size,
        };
        Some(Candidate { blob, form })
    };
    layers.into_iter().rev().filter_map(candidate).collect()
}

/// As much of a manifest as signatures are found by. Its layers have annotations, which images' have not.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: Digest,
    size: u64,
    annotations: Option<IndexMap<String, String>>,
}
