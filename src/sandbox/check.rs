//! What a pushed manifest must satisfy.

use serde_json::{Map, Value, json};

use super::refusal::{Code, Refusal};
use super::store::Store;
use crate::model::{Digest, media_type};

/// The media types of manifests, and whether their text has to name them.
const IMAGE_TYPES: [(&str, bool); 2] = [
    (media_type::OCI_MANIFEST, false),
    (media_type::DOCKER_MANIFEST, true),
];
const INDEX_TYPES: [(&str, bool); 2] = [
    (media_type::OCI_INDEX, false),
    (media_type::DOCKER_LIST, true),
];

/// A manifest, as far as a registry looks into it.
pub(super) struct Parsed {
    media_type: String,
    document: Map<String, Value>,
    blobs: Vec<Digest>,
    children: Vec<Digest>,
    /// The manifest that this one refers to.
    pub(super) subject: Option<Digest>,
}

impl Parsed {
    /// Reads a manifest that was sent as `media_type`.
    pub(super) fn read(media_type: &str, bytes: &[u8]) -> Result<Self, Refusal> {
        let invalid = || Refusal::detailed(Code::ManifestInvalid, json!({}));
        let named = |types: [(&str, bool); 2]| {
            types
                .iter()
                .find(|(name, _)| *name == media_type)
                .map(|(_, must)| *must)
        };
        let (image, index) = (named(IMAGE_TYPES), named(INDEX_TYPES));
        let must_name = image.or(index).ok_or_else(invalid)?;
        let document: Map<String, Value> = serde_json::from_slice(bytes).map_err(|_| invalid())?;
        match document.get("mediaType").and_then(Value::as_str) {
            Some(found) if found != media_type => return Err(invalid()),
            None if must_name => return Err(invalid()),
            _ => {}
        }
        let subject = match document.get("subject") {
            Some(subject) => Some(digest_of(subject).ok_or_else(invalid)?),
            None => None,
        };
        let (mut blobs, mut children) = (Vec::new(), Vec::new());
        if image.is_some() {
            let config = document
                .get("config")
                .and_then(digest_of)
                .ok_or_else(invalid)?;
            blobs.push(config);
            for layer in list(&document, "layers").ok_or_else(invalid)? {
                if !is_elsewhere(layer) {
                    blobs.push(digest_of(layer).ok_or_else(invalid)?);
                }
            }
        } else {
            for child in list(&document, "manifests").ok_or_else(invalid)? {
                children.push(digest_of(child).ok_or_else(invalid)?);
            }
        }
        Ok(Self {
            media_type: media_type.to_owned(),
            document,
            blobs,
            children,
            subject,
        })
    }

    /// Refuses what is no image, in the words of distribution's class policy.
    pub(super) fn is_image(&self) -> Result<(), Refusal> {
        let Some(config) = self.config_type() else {
            return Ok(());
        };
        match config {
            config if media_type::is_image(&self.media_type, config) => Ok(()),
            "application/vnd.docker.plugin.v1+json" => Err(Refusal::worded(
                Code::Denied,
                "registry does not allow plugin manifest",
            )),
            other => {
                let message = format!("unknown manifest class for {other}");
                Err(Refusal::worded(Code::Denied, &message))
            }
        }
    }

    /// Tells whether it is an index of OCI.
    pub(super) fn is_oci_index(&self) -> bool {
        self.media_type == media_type::OCI_INDEX
    }

    /// Tells whether it is an index that lists attestations, as `BuildKit` marks them.
    pub(super) fn lists_attestations(&self) -> bool {
        let children = list(&self.document, "manifests").into_iter().flatten();
        let mut annotations = children.filter_map(|child| child.get("annotations"));
        annotations.any(|annotations| annotations.get("vnd.docker.reference.type").is_some())
    }

    /// Refuses a manifest that names something the repository does not hold.
    pub(super) fn is_complete(&self, store: &Store, repository: &str) -> Result<(), Refusal> {
        let blobs = self
            .blobs
            .iter()
            .filter(|digest| store.blob(repository, digest).is_none());
        let children = self.children.iter();
        let children = children.filter(|digest| store.manifest(repository, digest).is_none());
        let mut missing = blobs
            .chain(children)
            .map(|digest| json!(digest.to_string()))
            .peekable();
        match missing.peek() {
            Some(_) => Err(Refusal::several(Code::ManifestBlobUnknown, missing)),
            None => Ok(()),
        }
    }

    /// Returns the kind of artifact, as the referrers API names it.
    pub(super) fn artifact_type(&self) -> Option<&str> {
        let named = self.document.get("artifactType").and_then(Value::as_str);
        named
            .filter(|text| !text.is_empty())
            .or_else(|| self.config_type())
    }

    /// Returns the annotations.
    pub(super) fn annotations(&self) -> Option<&Value> {
        self.document.get("annotations")
    }

    fn config_type(&self) -> Option<&str> {
        self.document.get("config")?.get("mediaType")?.as_str()
    }
}

/// Returns distribution's words, for one and for many, for manifests that it gives only to those who
/// ask for them by name.
pub(super) fn oci_kind(media_type: &str) -> Option<(&'static str, &'static str)> {
    match media_type {
        media_type::OCI_MANIFEST => Some(("manifest", "manifests")),
        media_type::OCI_INDEX => Some(("index", "indexes")),
        _ => None,
    }
}

fn list<'a>(document: &'a Map<String, Value>, name: &str) -> Option<&'a Vec<Value>> {
    document.get(name)?.as_array()
}

fn digest_of(descriptor: &Value) -> Option<Digest> {
    descriptor.get("digest")?.as_str()?.parse().ok()
}

/// Tells whether a layer is kept at its URLs and need not be in the registry.
fn is_elsewhere(layer: &Value) -> bool {
    let media_type = layer
        .get("mediaType")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let foreign = media_type.contains(".nondistributable.") || media_type.contains(".foreign.");
    let urls = layer.get("urls").and_then(Value::as_array);
    foreign && urls.is_some_and(|urls| !urls.is_empty())
}
