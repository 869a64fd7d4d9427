//! An image that the target holds already, in another wrapping.
//!
//! `docker push` compresses layers anew and writes a manifest of its own: the tag gets another digest,
//! although the image is the same. Its config tells, which names what every layer unpacks to.

use std::collections::{HashMap, HashSet};

use crate::model::{Descriptor, Manifest, RawManifest, media_type};

use super::change::{Action, Change, Plan};
use super::contents::Contents;
use super::target::TargetName;

/// How an image is the same under another digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameContent {
    /// Config and layers are the same, byte for byte; the manifest is written differently.
    OtherManifest,
    /// The config is the same; layers are compressed differently.
    OtherCompression,
}

/// The updates of a plan that bring no other content.
pub type SameContents = HashMap<TargetName, SameContent>;

impl SameContent {
    /// Looks whether what the target holds is an image of these contents; none where it is another one.
    pub fn of(held: &RawManifest, contents: &Contents) -> Option<Self> {
        let Ok(Manifest::Image(image)) = Manifest::parse(held) else {
            return None;
        };
        let wanted: HashSet<_> = contents.blobs.iter().map(|(digest, _)| digest).collect();
        // The configs of artifacts tell nothing: most are empty.
        let config = &image.config;
        if !media_type::is_image_config(&config.media_type) || !wanted.contains(&config.digest) {
            return None;
        }
        let layers = image.layers.iter().map(|layer| &layer.descriptor.digest);
        let held: HashSet<_> = layers.chain([&config.digest]).collect();
        if wanted.is_subset(&held) {
            Some(Self::OtherManifest)
        } else {
            // With fewer layers than its config names it is broken.
            (held.len() >= wanted.len()).then_some(Self::OtherCompression)
        }
    }
}

/// Returns what a single image is made of, as far as that can be compared; none of an index.
pub fn contents_of(image: &RawManifest) -> Option<Contents> {
    let Ok(Manifest::Image(parsed)) = Manifest::parse(image) else {
        return None;
    };
    let layers = parsed.layers.iter().filter(|layer| !layer.is_foreign());
    let layers = layers.map(|layer| &layer.descriptor);
    let blobs = std::iter::once(&parsed.config).chain(layers);
    Some(Contents {
        images: vec![image.descriptor.digest.clone()],
        blobs: blobs.map(|blob| (blob.digest.clone(), blob.size)).collect(),
        ..Contents::default()
    })
}

/// Returns the updates that may bring no other content: those of one image by one image.
pub fn candidates(plan: &Plan) -> impl Iterator<Item = (&Change, &Descriptor, &Contents)> {
    plan.changes
        .iter()
        .filter_map(|change| match &change.action {
            Action::Update { before, after } => {
                let contents = after.contents.as_deref()?;
                let is_single = contents.indexes.is_empty() && contents.images.len() == 1;
                let may_be = is_single && media_type::is_manifest(&before.media_type);
                may_be.then_some((change, before, contents))
            }
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::SameContent::{OtherCompression, OtherManifest};
    use super::*;
    use crate::model::Digest;

    fn digest(content: &str) -> Digest {
        Digest::sha256(content.as_bytes())
    }

    fn manifest(config_type: &str, config: &str, layers: &[&str]) -> RawManifest {
        let descriptor = |media_type: &str, content: &str| {
            let digest = digest(content);
            serde_json::json!({ "mediaType": media_type, "digest": digest.to_string(), "size": 1 })
        };
        let layer = "application/vnd.docker.image.rootfs.diff.tar.gzip";
        let layers = layers.iter().map(|content| descriptor(layer, content));
        let bytes = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": media_type::DOCKER_MANIFEST,
            "config": descriptor(config_type, config),
            "layers": layers.collect::<Vec<_>>(),
        });
        let bytes = Bytes::from(bytes.to_string());
        RawManifest {
            descriptor: Descriptor {
                media_type: media_type::DOCKER_MANIFEST.to_owned(),
                digest: Digest::sha256(&bytes),
                size: bytes.len() as u64,
            },
            bytes,
        }
    }

    #[test]
    fn the_config_tells() {
        let (docker, oci) = (media_type::DOCKER_CONFIG, media_type::OCI_CONFIG);
        let blobs = ["config", "one", "two"].map(|content| (digest(content), 1));
        let wanted = Contents {
            images: vec![digest("image")],
            indexes: vec![],
            referrers: 0,
            blobs: blobs.into(),
            ..Contents::default()
        };
        for (config_type, config, layers, same) in [
            (docker, "config", &["one", "two"][..], Some(OtherManifest)),
            (oci, "config", &["one", "two"], Some(OtherManifest)),
            // A layer that is kept elsewhere is none of the blobs.
            (
                oci,
                "config",
                &["one", "foreign", "two"],
                Some(OtherManifest),
            ),
            (docker, "config", &["one", "2"], Some(OtherCompression)),
            (docker, "config", &["1", "2"], Some(OtherCompression)),
            (
                docker,
                "config",
                &["1", "foreign", "2"],
                Some(OtherCompression),
            ),
            (docker, "config", &["1"], None),
            (docker, "another", &["one", "two"], None),
            (media_type::OCI_EMPTY, "config", &["one", "two"], None),
        ] {
            let held = manifest(config_type, config, layers);
            let found = SameContent::of(&held, &wanted);
            assert_eq!(found, same, "{config_type} {config} {layers:?}");
        }
    }
}
