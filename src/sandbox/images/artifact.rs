//! A manifest with everything it needs.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::model::Digest;
use crate::sandbox::{Content, Sandbox};

/// A blob that a manifest names.
#[derive(Debug, Clone)]
pub struct Blob {
    /// The digest.
    pub digest: Digest,
    /// The bytes.
    pub content: Content,
}

impl Blob {
    pub(super) fn new(content: impl Into<Content>) -> Self {
        let content = content.into();
        Self {
            digest: content.digest(),
            content,
        }
    }

    pub(super) fn descriptor(&self, media_type: &str) -> Value {
        descriptor(media_type, &self.digest, self.content.size())
    }
}

/// A manifest with the blobs and children it needs.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// The media type.
    pub media_type: String,
    /// The bytes.
    pub bytes: Bytes,
    /// The digest of the bytes.
    pub digest: Digest,
    /// The config, then the layers, without those that are kept elsewhere.
    pub blobs: Vec<Blob>,
    /// The manifests that an index names, in its order.
    pub children: Vec<Artifact>,
    pub(super) platform: Option<Value>,
    pub(super) annotations: Map<String, Value>,
}

impl Artifact {
    /// Writes `document` with indentation, as docker does: whoever parses it and writes it again
    /// gets another digest.
    pub(super) fn new(media_type: &str, document: &Value) -> Self {
        let bytes = Bytes::from(format!("{document:#}"));
        Self {
            media_type: media_type.to_owned(),
            digest: Digest::sha256(&bytes),
            bytes,
            blobs: Vec::new(),
            children: Vec::new(),
            platform: None,
            annotations: Map::new(),
        }
    }

    /// Returns the descriptor with which an index names this manifest.
    pub fn descriptor(&self) -> Value {
        let mut descriptor = self.plain_descriptor();
        if let Some(platform) = &self.platform {
            descriptor["platform"] = platform.clone();
        }
        if !self.annotations.is_empty() {
            descriptor["annotations"] = self.annotations.clone().into();
        }
        descriptor
    }

    /// Returns the descriptor with which a referrer names its subject.
    pub(super) fn plain_descriptor(&self) -> Value {
        descriptor(&self.media_type, &self.digest, self.bytes.len() as u64)
    }

    /// Returns the size of the manifest and of all blobs under it, each counted once for each
    /// manifest.
    pub fn total_size(&self) -> u64 {
        let blobs = self.blobs.iter().map(|blob| blob.content.size());
        let children = self.children.iter().map(Self::total_size);
        self.bytes.len() as u64 + blobs.chain(children).sum::<u64>()
    }

    /// Returns this manifest and all under it, children before those that name them: the order in
    /// which a registry takes them.
    pub fn manifests(&self) -> Vec<&Self> {
        let children = self.children.iter().flat_map(Self::manifests);
        children.chain([self]).collect()
    }

    /// Puts all of it into a repository of a sandbox, past HTTP, and returns the digest.
    pub fn push<'a>(
        &self,
        sandbox: &Sandbox,
        repository: &str,
        tag: impl Into<Option<&'a str>>,
    ) -> Digest {
        for manifest in self.manifests() {
            for blob in &manifest.blobs {
                sandbox.put_blob_as(repository, &blob.digest, blob.content.clone());
            }
            let bytes = manifest.bytes.clone();
            sandbox.put_manifest(repository, None, &manifest.media_type, bytes);
        }
        if let Some(tag) = tag.into() {
            sandbox.put_tag(repository, tag, &self.digest);
        }
        self.digest.clone()
    }
}

fn descriptor(media_type: &str, digest: &Digest, size: u64) -> Value {
    json!({ "mediaType": media_type, "digest": digest.to_string(), "size": size })
}
