//! An index: images for several platforms, attestations, other indexes.

use serde_json::{Map, Value, json};

use super::artifact::Artifact;
use super::{Format, Image};
use crate::sandbox::Sandbox;

/// How an attestation that `BuildKit` puts into an index looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attestation {
    /// As before `BuildKit` 0.32: with an image's config.
    ImageConfig,
    /// As of `BuildKit` 0.32: with the empty config, an artifact type and a subject.
    EmptyConfig,
}

/// Builds an index.
#[derive(Debug, Clone, Default)]
pub struct Index {
    format: Format,
    entries: Vec<Artifact>,
    fields: Map<String, Value>,
    annotations: Map<String, Value>,
}

impl Index {
    /// Returns an empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns an index with one image for each platform: a layer that all of them share, and one
    /// of its own.
    pub fn of(platforms: &[&str]) -> Self {
        platforms.iter().fold(Self::new(), |index, platform| {
            index.image(&Image::new(platform).layer("shared").layer(platform))
        })
    }

    /// Uses docker's media type for the index itself.
    #[must_use]
    pub fn docker(self) -> Self {
        Self {
            format: Format::Docker,
            ..self
        }
    }

    /// Adds an image with its platform.
    #[must_use]
    pub fn image(self, image: &Image) -> Self {
        self.entry(image.build())
    }

    /// Adds an image, and does not say for which platform it is.
    #[must_use]
    pub fn image_without_platform(self, image: &Image) -> Self {
        self.entry(Artifact {
            platform: None,
            ..image.build()
        })
    }

    /// Adds an index.
    #[must_use]
    pub fn nested(self, index: &Self) -> Self {
        self.entry(index.build())
    }

    /// Adds anything.
    #[must_use]
    pub fn entry(mut self, artifact: Artifact) -> Self {
        self.entries.push(artifact);
        self
    }

    /// Adds an attestation for each image so far, as `BuildKit` 0.32 and later do.
    #[must_use]
    pub fn attested(self) -> Self {
        self.attested_as(Attestation::EmptyConfig)
    }

    /// Adds an attestation for each image so far.
    #[must_use]
    pub fn attested_as(mut self, style: Attestation) -> Self {
        let images = self
            .entries
            .iter()
            .filter(|entry| entry.annotations.is_empty());
        let attestations: Vec<_> = images.map(|image| attestation(style, image)).collect();
        self.entries.extend(attestations);
        self
    }

    /// Sets a field of the index, known to a specification or not.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Adds an annotation to the index.
    #[must_use]
    pub fn annotation(mut self, name: &str, value: &str) -> Self {
        self.annotations.insert(name.to_owned(), value.into());
        self
    }

    /// Builds it.
    pub fn build(&self) -> Artifact {
        let manifests: Vec<Value> = self.entries.iter().map(Artifact::descriptor).collect();
        let media_type = self.format.index();
        let mut document =
            json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": manifests });
        for (name, value) in &self.fields {
            document[name] = value.clone();
        }
        if !self.annotations.is_empty() {
            document["annotations"] = self.annotations.clone().into();
        }
        Artifact {
            children: self.entries.clone(),
            ..Artifact::new(media_type, &document)
        }
    }

    /// Builds it and puts it, with all its children, into a repository of a sandbox, past HTTP.
    pub fn push<'a>(
        &self,
        sandbox: &Sandbox,
        repository: &str,
        tag: impl Into<Option<&'a str>>,
    ) -> Artifact {
        let artifact = self.build();
        artifact.push(sandbox, repository, tag);
        artifact
    }
}

fn attestation(style: Attestation, image: &Artifact) -> Artifact {
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "subject": [{ "name": "image", "digest": { "sha256": image.digest.hex() } }],
    });
    let builder = Image::new("unknown/unknown")
        .raw_layer(
            "application/vnd.in-toto+json",
            statement.to_string().into_bytes(),
        )
        .layer_annotation(
            "in-toto.io/predicate-type",
            "https://slsa.dev/provenance/v0.2",
        );
    let builder = match style {
        Attestation::ImageConfig => builder,
        Attestation::EmptyConfig => builder
            .empty_config()
            .artifact_type("application/vnd.docker.attestation.manifest.v1+json")
            .subject(image),
    };
    let mut attestation = builder.build();
    for (name, value) in [
        ("vnd.docker.reference.digest", image.digest.to_string()),
        (
            "vnd.docker.reference.type",
            "attestation-manifest".to_owned(),
        ),
    ] {
        attestation
            .annotations
            .insert(name.to_owned(), value.into());
    }
    attestation
}
