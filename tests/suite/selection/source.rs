//! A registry's worth of manifests and configs, made on the spot.

use bytes::Bytes;
use pusher::model::{Algorithm, Descriptor, Digest, RawManifest, media_type};
use pusher::plan::Known;
use serde_json::{Value, json};

/// Which form of attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attesting {
    /// With an image's config, as `BuildKit` wrote them up to 0.31.
    Old,
    /// With the empty config and an artifact type, as `BuildKit` writes them since 0.32.
    New,
}

/// Everything that a source holds, by digest.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// What there is to know.
    pub(crate) all: Known,
}

impl Source {
    /// Adds a manifest or an index and returns its descriptor.
    pub(crate) fn add(&mut self, media_type: &str, bytes: impl Into<Bytes>) -> Descriptor {
        let bytes = bytes.into();
        let digest = Digest::sha256(&bytes);
        self.add_as(media_type, digest, bytes)
    }

    /// Adds it under the SHA-512 digest.
    pub(crate) fn add_sha512(&mut self, media_type: &str, bytes: impl Into<Bytes>) -> Descriptor {
        let bytes = bytes.into();
        let digest = Digest::of(Algorithm::Sha512, &bytes);
        self.add_as(media_type, digest, bytes)
    }

    fn add_as(&mut self, media_type: &str, digest: Digest, bytes: Bytes) -> Descriptor {
        let descriptor = Descriptor {
            media_type: media_type.to_owned(),
            digest: digest.clone(),
            size: bytes.len() as u64,
        };
        let raw = RawManifest {
            descriptor: descriptor.clone(),
            bytes,
        };
        self.all.manifests.insert(digest, raw);
        descriptor
    }

    /// Adds a manifest with a config of `config_type` that holds `config`.
    pub(crate) fn manifest(&mut self, config_type: &str, config: &Value) -> Value {
        let config = Bytes::from(config.to_string());
        let config_digest = Digest::sha256(&config);
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": media_type::OCI_MANIFEST,
            "config": {"mediaType": config_type, "digest": config_digest, "size": config.len()},
            "layers": [],
        });
        self.all.configs.insert(config_digest, config);
        written(&self.add(media_type::OCI_MANIFEST, manifest.to_string()))
    }

    /// Adds an image whose config says `platform`; `note` makes it differ from others like it.
    pub(crate) fn image(&mut self, platform: &str, note: &str) -> Value {
        let mut config = platform_value(platform);
        config["note"] = note.into();
        self.manifest(media_type::OCI_CONFIG, &config)
    }

    /// Adds an image and returns an index's entry for it.
    pub(crate) fn child(&mut self, platform: &str) -> Value {
        let image = self.image(platform, "");
        on(image, platform)
    }

    /// Adds what attests `child` and returns an index's entry for it.
    pub(crate) fn attestation(&mut self, child: &Value, form: Attesting) -> Value {
        let config_type = match form {
            Attesting::Old => media_type::OCI_CONFIG,
            Attesting::New => media_type::OCI_EMPTY,
        };
        let digest = &child["digest"];
        let mut entry = on(
            self.manifest(config_type, &json!({"attests": digest})),
            "unknown/unknown",
        );
        entry["annotations"] = json!({
            "vnd.docker.reference.digest": digest,
            "vnd.docker.reference.type": "attestation-manifest",
        });
        entry
    }

    /// Adds an OCI index of these entries.
    pub(crate) fn index(&mut self, children: &[Value]) -> Descriptor {
        self.index_of(media_type::OCI_INDEX, children)
    }

    /// Adds an index of this media type.
    pub(crate) fn index_of(&mut self, media_type: &str, children: &[Value]) -> Descriptor {
        let index = json!({"schemaVersion": 2, "mediaType": media_type, "manifests": children});
        self.add(media_type, index.to_string())
    }
}

/// Writes a descriptor as manifests do.
pub(crate) fn written(descriptor: &Descriptor) -> Value {
    json!({
        "mediaType": descriptor.media_type,
        "digest": descriptor.digest,
        "size": descriptor.size,
    })
}

/// Returns the digest in a written descriptor.
pub(crate) fn digest_of(entry: &Value) -> Digest {
    entry["digest"].as_str().unwrap().parse().unwrap()
}

/// Adds a platform to an index's entry: `os/architecture[/variant][@os.version]`.
pub(crate) fn on(mut entry: Value, platform: &str) -> Value {
    entry["platform"] = platform_value(platform);
    entry
}

/// Adds an artifact type to an index's entry.
pub(crate) fn typed(mut entry: Value, artifact_type: &str) -> Value {
    entry["artifactType"] = artifact_type.into();
    entry
}

fn platform_value(platform: &str) -> Value {
    let (platform, version) = match platform.split_once('@') {
        Some((platform, version)) => (platform, Some(version)),
        None => (platform, None),
    };
    let parts: Vec<&str> = platform.split('/').collect();
    let mut value = json!({"architecture": parts[1], "os": parts[0]});
    if let Some(variant) = parts.get(2) {
        value["variant"] = (*variant).into();
    }
    if let Some(version) = version {
        value["os.version"] = version.into();
    }
    value
}
