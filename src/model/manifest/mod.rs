//! Manifests and indexes, read but never written again: what is copied keeps its bytes.

mod error;
#[cfg(test)]
mod tests;

use indexmap::IndexMap;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::digest::Digest;
use super::language::Text;
use super::limits::{MEDIA_TYPE_LIMIT, MEMBER_LIMIT};
use super::media_type;
use super::platform::Platform;
use super::text::cut;

pub use error::ManifestError;

/// How much is told of what is wrong with a manifest.
const ERROR_LIMIT: usize = 300;

/// What a reference points to: media type, digest and size in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Descriptor {
    /// The media type.
    pub media_type: String,
    /// The digest of the content.
    pub digest: Digest,
    /// The size of the content in bytes.
    pub size: u64,
}

/// A manifest's bytes as a registry served them, with their media type and verified digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawManifest {
    /// The media type, the digest, and the length of `bytes`.
    pub descriptor: Descriptor,
    /// The bytes, never changed.
    pub bytes: bytes::Bytes,
}

/// A manifest of one of the two kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manifest {
    /// One image or artifact: a config and layers.
    Image(ImageManifest),
    /// Several manifests, usually one a platform.
    Index(Index),
}

/// A config and layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageManifest {
    /// The config; its media type tells images from artifacts.
    pub config: Descriptor,
    /// The layers in order.
    pub layers: Vec<Layer>,
    /// The artifact's type, where the manifest names one (OCI 1.1).
    pub artifact_type: Option<String>,
    /// The manifest that this one says something about (OCI 1.1).
    pub subject: Option<Descriptor>,
    /// The annotations.
    pub annotations: IndexMap<String, String>,
}

/// One layer of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The layer's blob.
    pub descriptor: Descriptor,
    /// Where a foreign layer is downloaded from; empty for every other layer.
    pub urls: Vec<String>,
}

impl Layer {
    /// Tells whether registries are not expected to hold this layer.
    ///
    /// The media types are those of Docker's and OCI's non-distributable layers.
    pub fn is_foreign(&self) -> bool {
        let media_type = &self.descriptor.media_type;
        !self.urls.is_empty()
            && (media_type.contains("nondistributable") || media_type.contains("foreign"))
    }
}

/// Manifests by platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The children in order.
    pub children: Vec<Child>,
    /// The artifact's type, where the index names one (OCI 1.1).
    pub artifact_type: Option<String>,
    /// The manifest that this one says something about (OCI 1.1).
    pub subject: Option<Descriptor>,
    /// The annotations.
    pub annotations: IndexMap<String, String>,
}

/// One entry of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The child manifest.
    pub descriptor: Descriptor,
    /// The platform, where the entry names one.
    pub platform: Option<Platform>,
    /// The artifact's type, where the entry names one (OCI 1.1).
    pub artifact_type: Option<String>,
    /// The annotations.
    pub annotations: IndexMap<String, String>,
}

impl Child {
    /// Returns the digest of the manifest that this child attests, if it is an attestation.
    ///
    /// BuildKit marks them so: <https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md>.
    pub fn attests(&self) -> Option<&str> {
        let kind = self.annotations.get("vnd.docker.reference.type")?;
        let digest = self.annotations.get("vnd.docker.reference.digest")?;
        (kind == "attestation-manifest").then_some(digest)
    }
}

impl Manifest {
    /// Parses a manifest of the media type that the registry gave.
    pub fn parse(raw: &RawManifest) -> Result<Self, ManifestError> {
        let media_type = raw.descriptor.media_type.as_str();
        if media_type::is_schema_1(media_type) {
            return Err(ManifestError::Schema1);
        }
        // Each member has a colon.
        let mut between_colons = raw.bytes.split(|byte| *byte == b':');
        if between_colons.nth(MEMBER_LIMIT + 1).is_some() {
            return Err(ManifestError::TooManyMembers);
        }
        let head: Head = serde_json::from_slice(&raw.bytes).map_err(|error| malformed(&error))?;
        if head.schema_version == Some(1) {
            return Err(ManifestError::Schema1);
        }
        if let Some(body) = head.media_type.filter(|body| body != media_type) {
            let body = body.chars().take(MEDIA_TYPE_LIMIT).collect();
            return Err(ManifestError::Contradiction {
                header: media_type.to_owned(),
                body,
            });
        }
        // A document that can be read both ways could be seen as one thing here and as another by
        // the machine that runs it (CVE-2021-41190).
        if media_type::is_manifest(media_type) {
            if head.manifests.is_some() {
                return Err(ManifestError::Malformed(text!(
                    "it also has `manifests`",
                    "它还有 `manifests`"
                )));
            }
            let wire: WireImage =
                serde_json::from_slice(&raw.bytes).map_err(|error| malformed(&error))?;
            Ok(Self::Image(wire.into()))
        } else if media_type::is_index(media_type) {
            if head.layers.is_some() || head.config.is_some() {
                return Err(ManifestError::Malformed(text!(
                    "it also has `config` or `layers`",
                    "它还有 `config` 或 `layers`"
                )));
            }
            let wire: WireIndex =
                serde_json::from_slice(&raw.bytes).map_err(|error| malformed(&error))?;
            Ok(Self::Index(wire.into()))
        } else {
            Err(ManifestError::UnknownMediaType(media_type.to_owned()))
        }
    }
}

// Not the library's types (`OciImageManifest`, `OciImageIndex`): they refuse what registries hold (`layers` that are
// absent or null, notes that are not all texts), take a size below zero, lose the order of annotations and
// the `subject` of an index. The tests hold the two against each other.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    schema_version: Option<u32>,
    media_type: Option<String>,
    manifests: Option<serde::de::IgnoredAny>,
    layers: Option<serde::de::IgnoredAny>,
    config: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireImage {
    config: WireDescriptor,
    #[serde(default, deserialize_with = "null_as_empty")]
    layers: Vec<WireDescriptor>,
    #[serde(default, deserialize_with = "readable")]
    artifact_type: Option<String>,
    #[serde(default, deserialize_with = "readable")]
    subject: Option<WireDescriptor>,
    #[serde(default, deserialize_with = "texts")]
    annotations: IndexMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireIndex {
    #[serde(deserialize_with = "null_as_empty")]
    manifests: Vec<WireDescriptor>,
    #[serde(default, deserialize_with = "readable")]
    artifact_type: Option<String>,
    #[serde(default, deserialize_with = "readable")]
    subject: Option<WireDescriptor>,
    #[serde(default, deserialize_with = "texts")]
    annotations: IndexMap<String, String>,
}

/// Says what is wrong. What stands there may be quoted, however long it is.
fn malformed(error: &serde_json::Error) -> ManifestError {
    ManifestError::Malformed(Text::verbatim(cut(&error.to_string(), ERROR_LIMIT)))
}

/// Reads a media type, which a run may keep many of.
fn media_type_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.len() > MEDIA_TYPE_LIMIT {
        let why = format!("a media type has more than {MEDIA_TYPE_LIMIT} characters");
        return Err(D::Error::custom(why));
    }
    Ok(text)
}

/// Reads a list as registries do, which are written in Go: that writes an empty one as `null`.
fn null_as_empty<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<WireDescriptor>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads what nothing depends on, if it can be read: an odd note is no reason to refuse an image.
fn readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

/// Reads annotations, as far as they are texts.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<IndexMap<String, String>, D::Error> {
    let all: Option<IndexMap<String, Value>> = readable(deserializer)?;
    let text = |(name, value)| match value {
        Value::String(text) => Some((name, text)),
        _ => None,
    };
    Ok(all.into_iter().flatten().filter_map(text).collect())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDescriptor {
    #[serde(deserialize_with = "media_type_of")]
    media_type: String,
    digest: Digest,
    size: u64,
    #[serde(default, deserialize_with = "readable")]
    artifact_type: Option<String>,
    #[serde(default, deserialize_with = "readable")]
    platform: Option<WirePlatform>,
    #[serde(default, deserialize_with = "texts")]
    annotations: IndexMap<String, String>,
    #[serde(default, deserialize_with = "readable")]
    urls: Option<Vec<String>>,
}

// The library's would refuse all of it for an odd `os.features`, and has names for what is a text to us.
#[derive(Deserialize)]
struct WirePlatform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    variant: Option<String>,
    #[serde(rename = "os.version")]
    os_version: Option<String>,
}

impl From<WireDescriptor> for Descriptor {
    fn from(wire: WireDescriptor) -> Self {
        Self {
            media_type: wire.media_type,
            digest: wire.digest,
            size: wire.size,
        }
    }
}

impl WirePlatform {
    /// Returns the platform; none where a part of it is missing, as in what some tools write for
    /// artifacts.
    fn checked(self) -> Option<Platform> {
        if self.os.is_empty() || self.architecture.is_empty() {
            return None;
        }
        let platform = Platform::new(&self.os, &self.architecture, self.variant.as_deref());
        Some(Platform {
            os_version: self.os_version.filter(|version| !version.is_empty()),
            ..platform
        })
    }
}

impl From<WireImage> for ImageManifest {
    fn from(wire: WireImage) -> Self {
        let layer = |mut layer: WireDescriptor| Layer {
            urls: layer.urls.take().unwrap_or_default(),
            descriptor: layer.into(),
        };
        Self {
            config: wire.config.into(),
            layers: wire.layers.into_iter().map(layer).collect(),
            artifact_type: wire.artifact_type,
            subject: wire.subject.map(Into::into),
            annotations: wire.annotations,
        }
    }
}

impl From<WireIndex> for Index {
    fn from(wire: WireIndex) -> Self {
        let child = |mut child: WireDescriptor| Child {
            platform: child.platform.take().and_then(WirePlatform::checked),
            artifact_type: child.artifact_type.take(),
            annotations: std::mem::take(&mut child.annotations),
            descriptor: child.into(),
        };
        Self {
            children: wire.manifests.into_iter().map(child).collect(),
            artifact_type: wire.artifact_type,
            subject: wire.subject.map(Into::into),
            annotations: wire.annotations,
        }
    }
}

/// Reads the platform out of an image's config, where it has one.
pub fn config_platform(config: &[u8]) -> Option<Platform> {
    serde_json::from_slice::<WirePlatform>(config)
        .ok()
        .and_then(WirePlatform::checked)
}
