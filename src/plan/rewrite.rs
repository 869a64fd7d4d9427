//! The rule by which an index with fewer children is written, version 1.
//!
//! 1. The members of the source's JSON object stay in their order, each value's bytes unchanged,
//!    with no white space between members.
//! 2. `manifests` keeps the descriptors of the kept children, in their order, bytes unchanged. A
//!    child that is itself rewritten has its `digest` and `size` replaced.
//! 3. `annotations` (appended as the last member where there is none) gets two entries, appended
//!    unless they are there already: [`SOURCE_DIGEST`] and [`RULE`].
//!
//! So the same source and the same kept children give the same bytes on every machine. A change to
//! any of this is a new version. The rule for readers is in `docs/rewritten-index.md`.

use bytes::Bytes;
use indexmap::IndexMap;
use serde_json::value::RawValue;

use crate::model::{Descriptor, Digest, ManifestError, RawManifest};

/// The version of the rule.
pub const RULE_VERSION: u32 = 1;
/// The annotation that records the digest of the index that was rewritten.
pub const SOURCE_DIGEST: &str = "dev.pusher.source.digest";
/// The annotation that records the version of the rule.
pub const RULE: &str = "dev.pusher.rewrite.version";

/// A child that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its place in the source's list of children.
    pub position: usize,
    /// What it became, if it is an index that had to be rewritten itself.
    pub replacement: Option<Descriptor>,
}

type Members = IndexMap<String, Box<RawValue>>;

/// Writes `source` with the children `kept`, by the rule.
pub fn rewrite(source: &RawManifest, kept: &[Kept]) -> Result<RawManifest, ManifestError> {
    rewrite_members(source, kept).map_err(|error| ManifestError::Malformed(error.to_string()))
}

fn rewrite_members(source: &RawManifest, kept: &[Kept]) -> Result<RawManifest, serde_json::Error> {
    let mut members: Members = serde_json::from_slice(&source.bytes)?;
    if let Some(manifests) = members.get_mut("manifests") {
        let children: Vec<Box<RawValue>> = serde_json::from_str(manifests.get())?;
        let mut written = Vec::with_capacity(kept.len());
        for (position, child) in children.into_iter().enumerate() {
            match kept.iter().find(|kept| kept.position == position) {
                Some(Kept {
                    replacement: Some(new),
                    ..
                }) => written.push(replace(&child, new)?),
                Some(Kept {
                    replacement: None, ..
                }) => written.push(child),
                None => {}
            }
        }
        *manifests = serde_json::value::to_raw_value(&written)?;
    }
    let mut annotations: Members = match members.get("annotations") {
        Some(annotations) => {
            serde_json::from_str::<Option<Members>>(annotations.get())?.unwrap_or_default()
        }
        None => Members::new(),
    };
    for (key, value) in [
        (SOURCE_DIGEST, source.descriptor.digest.to_string()),
        (RULE, RULE_VERSION.to_string()),
    ] {
        annotations.insert(key.to_owned(), serde_json::value::to_raw_value(&value)?);
    }
    members.insert(
        "annotations".to_owned(),
        serde_json::value::to_raw_value(&annotations)?,
    );
    let bytes = Bytes::from(serde_json::to_vec(&members)?);
    let descriptor = Descriptor {
        media_type: source.descriptor.media_type.clone(),
        digest: Digest::sha256(&bytes),
        size: bytes.len() as u64,
    };
    Ok(RawManifest { descriptor, bytes })
}

fn replace(child: &RawValue, new: &Descriptor) -> Result<Box<RawValue>, serde_json::Error> {
    let mut members: Members = serde_json::from_str(child.get())?;
    members.insert(
        "digest".to_owned(),
        serde_json::value::to_raw_value(&new.digest)?,
    );
    members.insert(
        "size".to_owned(),
        serde_json::value::to_raw_value(&new.size)?,
    );
    serde_json::value::to_raw_value(&members)
}
