//! What is told of an image that a registry holds.
//!
//! It costs a GET for each of its manifests and one for a config: once, where somebody keeps the answer.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::model::{Descriptor, Digest, Failure, Platform, Reference, config_platform, media_type};
use crate::plan::{Expected, ForeignLayers, ImageFacts, PlatformSize};
use crate::registry::ReadRegistry;
use crate::tree::{self, ManifestMemory, Names, Tree, Walker};

use super::CONFIG_LIMIT;

/// The part of a config that is told of.
#[derive(Deserialize)]
struct Config {
    created: Option<String>,
}

/// Reads what is told of an image.
pub async fn facts<R: ReadRegistry>(
    reference: &Reference,
    image: &Descriptor,
    now: DateTime<Utc>,
    registry: &R,
    memory: &ManifestMemory,
) -> Result<ImageFacts, Failure> {
    let walker = Walker::new(registry, reference, memory);
    let image = Expected::unchanged(image.clone());
    let tree = tree::read(walker, &image, ForeignLayers::Leave).await?;
    let mut facts = ImageFacts {
        bytes: tree.contents().blob_bytes(),
        ..ImageFacts::default()
    };
    let each = images(&tree);
    let config = each.first().and_then(|(_, blobs)| blobs.first());
    let is_read = |config: &&Descriptor| {
        media_type::is_image_config(&config.media_type) && config.size <= CONFIG_LIMIT
    };
    let config = match config.filter(is_read) {
        Some(config) => registry.get_blob(reference.repository(), config).await?,
        None => None,
    };
    if let Some(config) = &config {
        let read: Option<Config> = serde_json::from_slice(config).ok();
        let built = read.and_then(|config| config.created?.parse().ok());
        facts.built = built.and_then(|built| ImageFacts::believed(built, now));
    }
    // Where no index says which platform an image is for, its config does.
    let said = config.and_then(|config| config_platform(&config));
    facts.platforms = each
        .into_iter()
        .filter_map(|(platform, blobs)| {
            let platform = platform.or(said.as_ref())?;
            let sizes: HashMap<&Digest, u64> =
                blobs.iter().map(|blob| (&blob.digest, blob.size)).collect();
            let bytes = sizes.into_values().fold(0, u64::saturating_add);
            Some(PlatformSize {
                platform: platform.to_string(),
                bytes,
            })
        })
        .collect();
    Ok(facts)
}

/// Returns the blobs of each platform's image, the config first; of the one there is, where no index names any.
fn images(tree: &Tree) -> Vec<(Option<&Platform>, &[Descriptor])> {
    let named = tree.nodes().flat_map(|node| &node.platforms);
    let named: HashMap<&Digest, &Platform> =
        named.map(|(digest, platform)| (digest, platform)).collect();
    let root = &tree.root.manifest.descriptor.digest;
    let each = tree.nodes().filter_map(|node| {
        let Names::Blobs(blobs) = &node.names else {
            return None;
        };
        let digest = &node.manifest.descriptor.digest;
        let platform = named.get(digest).copied();
        (platform.is_some() || digest == root).then_some((platform, blobs.as_slice()))
    });
    each.collect()
}
