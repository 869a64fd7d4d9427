//! What was read from a source so far, and what must be read yet.

use bytes::Bytes;
use indexmap::IndexMap;

use crate::model::{
    Descriptor, Digest, ImageManifest, Manifest, ManifestError, Platform, RawManifest,
    config_platform, media_type,
};

/// What was read from a source so far.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Manifests by digest.
    pub manifests: IndexMap<Digest, RawManifest>,
    /// Configs by digest.
    pub configs: IndexMap<Digest, Bytes>,
}

/// Something that must be read before the expected digest is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Need {
    /// A manifest.
    Manifest(Descriptor),
    /// A config.
    Config(Descriptor),
}

/// Looks things up in what is known and notes what is not.
pub(super) struct Reader<'a> {
    known: &'a Known,
    manifests: IndexMap<Digest, Descriptor>,
    configs: IndexMap<Digest, Descriptor>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(known: &'a Known) -> Self {
        Self {
            known,
            manifests: IndexMap::new(),
            configs: IndexMap::new(),
        }
    }

    /// Tells whether something was looked up that is not known yet, so that no answer counts.
    pub(super) fn is_waiting(&self) -> bool {
        !self.manifests.is_empty() || !self.configs.is_empty()
    }

    pub(super) fn into_needs(self) -> Vec<Need> {
        let manifests = self.manifests.into_values().map(Need::Manifest);
        manifests
            .chain(self.configs.into_values().map(Need::Config))
            .collect()
    }

    /// Returns a manifest's bytes as what `descriptor` says they are, whatever a header said: the
    /// media type decides how they are read, and it must be the one that the target will see.
    pub(super) fn raw(&mut self, descriptor: &Descriptor) -> Option<RawManifest> {
        let found = self.known.manifests.get(&descriptor.digest);
        if found.is_none() {
            self.manifests
                .entry(descriptor.digest.clone())
                .or_insert_with(|| descriptor.clone());
        }
        found.map(|raw| RawManifest {
            descriptor: descriptor.clone(),
            bytes: raw.bytes.clone(),
        })
    }

    /// Returns a manifest that is no index; none if it is not read yet.
    pub(super) fn image(
        &mut self,
        descriptor: &Descriptor,
    ) -> Result<Option<ImageManifest>, ManifestError> {
        let Some(raw) = self.raw(descriptor) else {
            return Ok(None);
        };
        match Manifest::parse(&raw)? {
            Manifest::Image(image) => Ok(Some(image)),
            Manifest::Index(_) => Err(ManifestError::UnknownMediaType(
                descriptor.media_type.clone(),
            )),
        }
    }

    /// Returns the platform that an image's config names; none if it names none, if it is no
    /// image's, or if it is not read yet.
    pub(super) fn platform_of(&mut self, image: &ImageManifest) -> Option<Platform> {
        let config = &image.config;
        if !media_type::is_image_config(&config.media_type) {
            return None;
        }
        let found = self.known.configs.get(&config.digest);
        if found.is_none() {
            self.configs
                .entry(config.digest.clone())
                .or_insert_with(|| config.clone());
        }
        found.and_then(|bytes| config_platform(bytes))
    }
}
