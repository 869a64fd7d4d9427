//! An image for one platform.

use serde_json::{Map, Value, json};

use super::Format;
use super::artifact::{Artifact, Blob};
use super::layer::{Kind, Layer};
use crate::model::media_type;
use crate::sandbox::{Content, Sandbox};

/// Builds an image for one platform, or an artifact that looks like one.
#[derive(Debug, Clone)]
pub struct Image {
    platform: Map<String, Value>,
    format: Format,
    layers: Vec<Layer>,
    /// The top level of the image's config, beside platform and layers.
    config: Map<String, Value>,
    /// The `config` object inside it.
    settings: Map<String, Value>,
    /// A config that is none of an image: media type and bytes.
    other_config: Option<(String, Content)>,
    fields: Map<String, Value>,
    annotations: Map<String, Value>,
}

impl Image {
    /// Returns an image without layers for a platform: `OS/ARCHITECTURE` or
    /// `OS/ARCHITECTURE/VARIANT`.
    pub fn new(platform: &str) -> Self {
        let parts = ["os", "architecture", "variant"]
            .into_iter()
            .zip(platform.splitn(3, '/'));
        Self {
            platform: parts
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
            format: Format::Oci,
            layers: Vec::new(),
            config: Map::new(),
            settings: Map::new(),
            other_config: None,
            fields: Map::new(),
            annotations: Map::new(),
        }
    }

    /// Uses docker's media types.
    #[must_use]
    pub fn docker(self) -> Self {
        Self {
            format: Format::Docker,
            ..self
        }
    }

    /// Uses docker's media types and other compressed layers: what `docker push` makes of an image that
    /// was pulled from elsewhere. The config, which names what the layers unpack to, is the same.
    #[must_use]
    pub fn pushed_by_docker(self) -> Self {
        let layers = self.layers.into_iter().map(Layer::compressed_anew);
        Self {
            format: Format::Docker,
            layers: layers.collect(),
            ..self
        }
    }

    /// Sets `os.version`, which tells Windows images apart.
    #[must_use]
    pub fn os_version(mut self, version: &str) -> Self {
        self.platform
            .insert("os.version".to_owned(), version.into());
        self
    }

    /// Adds a layer with one file that holds `text`. The same text gives the same layer.
    #[must_use]
    pub fn layer(self, text: impl AsRef<[u8]>) -> Self {
        self.with_layer(Layer::file(text.as_ref()))
    }

    /// Adds a layer that a generator makes up: `size` bytes, other ones for other seeds.
    #[must_use]
    pub fn generated_layer(self, size: u64, seed: u64) -> Self {
        self.with_layer(Layer::raw(Content::Generated { size, seed }, Kind::Usual))
    }

    /// Adds a layer with this media type and these bytes.
    #[must_use]
    pub fn raw_layer(self, media_type: &str, content: impl Into<Content>) -> Self {
        self.with_layer(Layer::raw(content, Kind::Typed(media_type.to_owned())))
    }

    /// Adds a foreign layer: it is kept at `url`, and pushed nowhere.
    #[must_use]
    pub fn foreign_layer(self, url: &str, text: impl AsRef<[u8]>) -> Self {
        let kind = Kind::Foreign(url.to_owned());
        self.with_layer(Layer {
            kind,
            ..Layer::file(text.as_ref())
        })
    }

    /// Adds an annotation to the layer that was added last.
    #[must_use]
    pub fn layer_annotation(mut self, name: &str, value: &str) -> Self {
        if let Some(layer) = self.layers.last_mut() {
            layer.annotations.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Sets a field of the config's `config` object: `Env`, `Cmd`, `Labels`, `User` and so on.
    #[must_use]
    pub fn setting(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.settings.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a label.
    #[must_use]
    pub fn label(mut self, name: &str, value: &str) -> Self {
        let labels = self.settings.entry("Labels").or_insert_with(|| json!({}));
        labels[name] = value.into();
        self
    }

    /// Sets when the image was made, as RFC 3339 has it.
    #[must_use]
    pub fn created(mut self, time: &str) -> Self {
        self.config.insert("created".to_owned(), time.into());
        self
    }

    /// Uses a config of another media type, as artifacts do.
    #[must_use]
    pub fn config(mut self, media_type: &str, content: impl Into<Content>) -> Self {
        self.other_config = Some((media_type.to_owned(), content.into()));
        self
    }

    /// Uses the empty config of the OCI image specification.
    #[must_use]
    pub fn empty_config(self) -> Self {
        self.config(media_type::OCI_EMPTY, &b"{}"[..])
    }

    /// Sets the manifest's `artifactType`.
    #[must_use]
    pub fn artifact_type(self, artifact_type: &str) -> Self {
        self.field("artifactType", artifact_type)
    }

    /// Makes it a referrer of `subject`.
    #[must_use]
    pub fn subject(self, subject: &Artifact) -> Self {
        self.field("subject", subject.plain_descriptor())
    }

    /// Sets a field of the manifest, known to a specification or not.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Adds an annotation to the manifest.
    #[must_use]
    pub fn annotation(mut self, name: &str, value: &str) -> Self {
        self.annotations.insert(name.to_owned(), value.into());
        self
    }

    /// Builds it.
    pub fn build(&self) -> Artifact {
        let (config_type, config) = match &self.other_config {
            Some((media_type, content)) => (media_type.as_str(), content.clone()),
            None => (self.format.config(), self.image_config().into()),
        };
        let config = Blob::new(config);
        let layers: Vec<Value> = self
            .layers
            .iter()
            .map(|layer| layer.descriptor(self.format))
            .collect();
        let media_type = self.format.manifest();
        let mut document = json!({
            "schemaVersion": 2,
            "mediaType": media_type,
            "config": config.descriptor(config_type),
            "layers": layers,
        });
        for (name, value) in &self.fields {
            document[name] = value.clone();
        }
        if !self.annotations.is_empty() {
            document["annotations"] = self.annotations.clone().into();
        }
        let here = self
            .layers
            .iter()
            .filter(|layer| !matches!(layer.kind, Kind::Foreign(_)));
        let blobs = [config]
            .into_iter()
            .chain(here.map(|layer| layer.blob.clone()));
        Artifact {
            blobs: blobs.collect(),
            platform: Some(self.platform.clone().into()),
            ..Artifact::new(media_type, &document)
        }
    }

    /// Builds it and puts it into a repository of a sandbox, past HTTP.
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

    fn with_layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    fn image_config(&self) -> Vec<u8> {
        let diff_ids: Vec<String> = self
            .layers
            .iter()
            .map(|layer| layer.diff_id.to_string())
            .collect();
        let mut config = self.platform.clone();
        config.extend(self.config.clone());
        config.insert("config".to_owned(), self.settings.clone().into());
        config.insert(
            "rootfs".to_owned(),
            json!({ "type": "layers", "diff_ids": diff_ids }),
        );
        Value::from(config).to_string().into_bytes()
    }
}
