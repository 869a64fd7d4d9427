//! The texts of a layout: `oci-layout`, `index.json`, and what this program adds to them: which sources the images
//! are from, and what was said of those.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::{
    Child, Descriptor, Digest, Manifest, RawManifest, Reference, Repository, media_type,
};

/// What `oci-layout` says.
pub(super) const VERSION: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;
/// The annotation by which tools choose an image.
const NAME: &str = "org.opencontainers.image.ref.name";
/// What the list is called that this program adds.
pub(super) const LIST: &str = "application/vnd.pusher.stick.v1+json";

/// What OCI calls a descriptor, as far as it is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    media_type: String,
    digest: Digest,
    size: u64,
}

/// An entry of `index.json`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// What it is called, if it is.
    pub(super) name: Option<String>,
    pub(super) descriptor: Descriptor,
    /// All that stands there.
    value: Value,
}

impl Entry {
    /// Makes the entry of an image.
    pub(super) fn named(name: &str, descriptor: &Descriptor) -> Self {
        let mut value = descriptor_json(descriptor);
        value["annotations"] = json!({ NAME: name });
        Self {
            name: Some(name.to_owned()),
            descriptor: descriptor.clone(),
            value,
        }
    }

    /// Makes the entry of what has no name: what says something of an image, or the list.
    pub(super) fn unnamed(descriptor: &Descriptor, artifact_type: Option<&str>) -> Self {
        let mut value = descriptor_json(descriptor);
        if let Some(artifact_type) = artifact_type {
            value["artifactType"] = artifact_type.into();
        }
        Self {
            name: None,
            descriptor: descriptor.clone(),
            value,
        }
    }

    /// Tells whether it is the list of this program.
    pub(super) fn is_list(&self) -> bool {
        self.value["artifactType"] == LIST
    }

    fn read(value: Value) -> Result<Self, String> {
        let described: Described =
            serde_json::from_value(value.clone()).map_err(|why| why.to_string())?;
        let name = value["annotations"][NAME].as_str().map(str::to_owned);
        Ok(Self {
            name,
            descriptor: described.into(),
            value,
        })
    }
}

impl From<Described> for Descriptor {
    fn from(described: Described) -> Self {
        let Described {
            media_type,
            digest,
            size,
        } = described;
        Self {
            media_type,
            digest,
            size,
        }
    }
}

impl From<&Descriptor> for Described {
    fn from(descriptor: &Descriptor) -> Self {
        Self {
            media_type: descriptor.media_type.clone(),
            digest: descriptor.digest.clone(),
            size: descriptor.size,
        }
    }
}

pub(super) fn descriptor_json(descriptor: &Descriptor) -> Value {
    json!({
        "mediaType": descriptor.media_type,
        "digest": descriptor.digest.to_string(),
        "size": descriptor.size,
    })
}

/// Tells whether `oci-layout` is of a version that is known.
pub(super) fn is_layout(text: &[u8]) -> bool {
    let text: Value = serde_json::from_slice(text).unwrap_or_default();
    let version = text["imageLayoutVersion"].as_str().unwrap_or_default();
    version.starts_with("1.")
}

/// Reads `index.json`.
pub(super) fn read_index(text: &[u8]) -> Result<Vec<Entry>, String> {
    #[derive(Deserialize)]
    struct Index {
        manifests: Vec<Value>,
    }
    let index: Index = serde_json::from_slice(text).map_err(|why| why.to_string())?;
    index.manifests.into_iter().map(Entry::read).collect()
}

/// Writes `index.json`.
pub(super) fn index(entries: &[Entry]) -> String {
    let manifests: Vec<_> = entries.iter().map(|entry| &entry.value).collect();
    json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_INDEX,
        "manifests": manifests,
    })
    .to_string()
}

/// What this program adds to a layout: what sources said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    format_version: String,
    /// By repository.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    sources: BTreeMap<String, Source>,
    /// Of which target `held` speaks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) target: String,
    /// Blobs that are not here, since the target has them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) held: BTreeMap<Digest, Held>,
}

/// Where the target has a blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Held {
    /// How many bytes it has.
    pub(super) size: u64,
    /// The repositories, without the target's host: it may have another on the other side.
    pub(super) repositories: Vec<String>,
}

/// What a repository of a source said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    /// What its tags point to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, Described>,
    /// What names a manifest as its subject, as an index lists it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    referrers: BTreeMap<Digest, Vec<Referrer>>,
}

/// What names a manifest as its subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Referrer {
    media_type: String,
    digest: Digest,
    size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    annotations: IndexMap<String, String>,
}

impl List {
    /// Reads the list.
    pub(super) fn read(text: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(text).map_err(|why| why.to_string())
    }

    /// Writes the list.
    pub(super) fn text(&self) -> String {
        let current = Self {
            format_version: "1.0".to_owned(),
            ..self.clone()
        };
        // Maps with keys of text alone are always written.
        serde_json::to_string(&current).unwrap_or_default()
    }

    /// Notes what a tag of a source points to.
    pub(super) fn set_tag(&mut self, repository: &Repository, tag: &str, found: &Descriptor) {
        let source = self.sources.entry(repository.to_string()).or_default();
        source.tags.insert(tag.to_owned(), found.into());
    }

    /// Forgets the tags of a source that point to this.
    pub(super) fn forget(&mut self, repository: &Repository, digest: &Digest) {
        if let Some(source) = self.sources.get_mut(&repository.to_string()) {
            source.tags.retain(|_, found| found.digest != *digest);
        }
    }

    /// Returns what a tag of a source points to.
    pub(super) fn tag(&self, repository: &Repository, tag: &str) -> Option<Descriptor> {
        let source = self.sources.get(&repository.to_string())?;
        source.tags.get(tag).cloned().map(Descriptor::from)
    }

    /// Returns the tags of a source.
    pub(super) fn tags(&self, repository: &Repository) -> Option<Vec<String>> {
        let source = self.sources.get(&repository.to_string())?;
        Some(source.tags.keys().cloned().collect())
    }

    /// Notes what names a manifest as its subject.
    pub(super) fn set_referrers(
        &mut self,
        repository: &Repository,
        subject: &Digest,
        listed: &[Child],
    ) {
        let source = self.sources.entry(repository.to_string()).or_default();
        let listed = listed.iter().map(|child| Referrer {
            media_type: child.descriptor.media_type.clone(),
            digest: child.descriptor.digest.clone(),
            size: child.descriptor.size,
            artifact_type: child.artifact_type.clone(),
            annotations: child.annotations.clone(),
        });
        source.referrers.insert(subject.clone(), listed.collect());
    }

    /// Returns what names a manifest as its subject; none where nothing was said of that.
    pub(super) fn referrers(
        &self,
        repository: &Repository,
        subject: &Digest,
    ) -> Option<Vec<Child>> {
        let source = self.sources.get(&repository.to_string())?;
        let listed = source.referrers.get(subject)?;
        let child = |one: &Referrer| Child {
            descriptor: Descriptor {
                media_type: one.media_type.clone(),
                digest: one.digest.clone(),
                size: one.size,
            },
            platform: None,
            artifact_type: one.artifact_type.clone(),
            annotations: one.annotations.clone(),
        };
        Some(listed.iter().map(child).collect())
    }
}

/// Writes the manifest that has the list, and the small things that go with it, so that who tidies a layout up keeps them.
pub(super) fn list_manifest(list: &Descriptor, others: &[Descriptor]) -> RawManifest {
    let layers = [list].into_iter().chain(others);
    let layers: Vec<_> = layers.map(descriptor_json).collect();
    let document = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_MANIFEST,
        "artifactType": LIST,
        "config": descriptor_json(&described(media_type::OCI_EMPTY, EMPTY)),
        "layers": layers,
    });
    let bytes = bytes::Bytes::from(document.to_string());
    RawManifest {
        descriptor: described(media_type::OCI_MANIFEST, &bytes),
        bytes,
    }
}

/// The config of what needs none.
pub(super) const EMPTY: &[u8] = b"{}";

/// Describes bytes.
pub(super) fn described(media_type: &str, bytes: &[u8]) -> Descriptor {
    Descriptor {
        media_type: media_type.to_owned(),
        digest: Digest::sha256(bytes),
        size: bytes.len() as u64,
    }
}

/// Finds out of what kind a manifest is; none where it is none.
pub(super) fn media_type_of(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Kind {
        media_type: Option<String>,
        manifests: Option<serde::de::IgnoredAny>,
        layers: Option<serde::de::IgnoredAny>,
        config: Option<serde::de::IgnoredAny>,
    }
    let kind: Kind = serde_json::from_slice(bytes).ok()?;
    if let Some(media_type) = kind.media_type {
        return Some(media_type);
    }
    if kind.manifests.is_some() {
        return Some(media_type::OCI_INDEX.to_owned());
    }
    let is_image = kind.layers.is_some() || kind.config.is_some();
    is_image.then(|| media_type::OCI_MANIFEST.to_owned())
}

/// Makes a manifest of bytes that have this digest.
pub(super) fn manifest(digest: &Digest, bytes: Vec<u8>) -> Option<RawManifest> {
    let descriptor = Descriptor {
        media_type: media_type_of(&bytes)?,
        digest: digest.clone(),
        size: bytes.len() as u64,
    };
    let bytes = bytes.into();
    Some(RawManifest { descriptor, bytes })
}

/// Returns what a manifest names as its subject, and of which type it is.
pub(super) fn subject(manifest: &RawManifest) -> Option<(Digest, Child)> {
    let (subject, artifact_type, annotations) = match Manifest::parse(manifest).ok()? {
        Manifest::Image(image) => (
            image.subject,
            image.artifact_type.or(Some(image.config.media_type)),
            image.annotations,
        ),
        Manifest::Index(index) => (index.subject, index.artifact_type, index.annotations),
    };
    let child = Child {
        descriptor: manifest.descriptor.clone(),
        platform: None,
        artifact_type,
        annotations,
    };
    Some((subject?.digest, child))
}

/// Tells whether an image that another tool has named so is this one.
pub(super) fn is_called(name: &str, reference: &Reference) -> bool {
    let parsed: Option<Reference> = name.parse().ok();
    parsed.is_some_and(|parsed| parsed == *reference)
}

/// Reads what the manifest of the list names.
pub(super) fn layers(text: &[u8]) -> Result<Vec<Descriptor>, String> {
    #[derive(Deserialize)]
    struct Layers {
        layers: Vec<Described>,
    }
    let read: Layers = serde_json::from_slice(text).map_err(|why| why.to_string())?;
    Ok(read.layers.into_iter().map(Descriptor::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_into_an_index_stays() {
        let text = format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"{}","digest":"{}","size":2,"annotations":{{"{NAME}":"app:1","made.by":"hand"}},"platform":{{"os":"linux","architecture":"arm64"}}}}]}}"#,
            media_type::OCI_MANIFEST,
            Digest::sha256(b"{}"),
        );
        let entries = read_index(text.as_bytes()).unwrap();
        let [entry] = &entries[..] else {
            panic!("{entries:?}")
        };
        assert_eq!(entry.name.as_deref(), Some("app:1"));
        assert!(index(&entries).contains(r#""made.by":"hand""#));
        let library: Reference = "docker.io/library/app:1".parse().unwrap();
        assert!(is_called("app:1", &library) && !is_called("app:2", &library));
        for hostile in ["sha256:../../x", "md5:00", ""] {
            let text = text.replace(&Digest::sha256(b"{}").to_string(), hostile);
            assert!(read_index(text.as_bytes()).is_err(), "{hostile}");
        }
    }

    #[test]
    fn the_list_is_read_back_as_it_was() {
        let repository = Repository {
            registry: "docker.io".to_owned(),
            name: "library/nginx".to_owned(),
        };
        let found = described(media_type::OCI_INDEX, b"index");
        let mut list = List::default();
        list.set_tag(&repository, "1.27", &found);
        let child = Child {
            descriptor: found.clone(),
            platform: None,
            artifact_type: Some("signature".to_owned()),
            annotations: IndexMap::from([("made".to_owned(), "here".to_owned())]),
        };
        list.set_referrers(&repository, &found.digest, std::slice::from_ref(&child));
        list.set_tag(
            &repository,
            "gone",
            &described(media_type::OCI_INDEX, b"gone"),
        );
        list.forget(&repository, &Digest::sha256(b"gone"));
        let read = List::read(list.text().as_bytes()).unwrap();
        assert_eq!(read.tag(&repository, "1.27"), Some(found.clone()));
        assert_eq!(
            read.referrers(&repository, &found.digest),
            Some(vec![child])
        );
        assert_eq!(read.tag(&repository, "1.28"), None);
        assert_eq!(read.tag(&repository, "gone"), None);
        assert_eq!(
            List::read(read.text().as_bytes()).unwrap(),
            read,
            "and once more"
        );
    }
}
