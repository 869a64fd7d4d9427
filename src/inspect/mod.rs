//! Reads what is inside images, to tell what differs between two of them, or what one is made of.
//!
//! It costs a GET for each manifest that was not read before and for each config that differs, so
//! only who asks for a difference pays for it.

mod facts;

use std::collections::HashMap;

use futures_util::StreamExt;
use indexmap::IndexMap;

use crate::diff::{Diffs, ImageDiff, Outline, Settings, compare};
use crate::model::{Descriptor, Digest, Failure, RawManifest, Reference, Repository, media_type};
use crate::plan::{Action, Change, Expected, ForeignLayers, Plan};
use crate::registry::ReadRegistry;
use crate::tree::{self, ManifestMemory, Walker};

pub use facts::facts;

/// A larger config is not read; those of images have some kilobytes.
const CONFIG_LIMIT: u64 = 4 * 1024 * 1024;
/// How many bytes of configs are read for a pair of images.
const CONFIGS_LIMIT: u64 = 16 * 1024 * 1024;
/// How many pairs of images are looked at together.
const PAIRS_AT_ONCE: usize = 8;

/// An image in a registry: where its manifests are, and which one is its root.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Where it is.
    pub reference: &'a Reference,
    /// The image, with the manifests that were made here.
    pub image: &'a Expected,
}

/// Reads the difference of every update of a plan; never fails as a whole.
pub async fn diffs<R: ReadRegistry>(plan: &Plan, registry: &R) -> Diffs {
    let memory = &ManifestMemory::default();
    futures_util::stream::iter(&plan.changes)
        .filter_map(async |change| match &change.action {
            Action::Update { before, after } => Some((change, before, &after.expected)),
            _ => None,
        })
        .map(async |(change, before, after)| {
            let diff = update(plan, change, before, after, registry, memory).await;
            (change.target.clone(), diff)
        })
        .buffered(PAIRS_AT_ONCE)
        .collect()
        .await
}

async fn update<R: ReadRegistry>(
    plan: &Plan,
    change: &Change,
    before: &Descriptor,
    after: &Expected,
    registry: &R,
    memory: &ManifestMemory,
) -> Result<ImageDiff, Failure> {
    let target = plan.target.reference(&change.target);
    let before = Expected::unchanged(before.clone());
    let before = Side {
        reference: &target,
        image: &before,
    };
    let after = Side {
        reference: &change.source,
        image: after,
    };
    difference(before, after, registry, memory).await
}

/// Reads two images as far as they differ, and tells what does.
pub async fn diff<R: ReadRegistry>(
    before: Side<'_>,
    after: Side<'_>,
    registry: &R,
) -> Result<ImageDiff, Failure> {
    difference(before, after, registry, &ManifestMemory::default()).await
}

async fn difference<R: ReadRegistry>(
    before: Side<'_>,
    after: Side<'_>,
    registry: &R,
    memory: &ManifestMemory,
) -> Result<ImageDiff, Failure> {
    let (old, new) = futures_util::try_join!(
        outline(before, registry, memory),
        outline(after, registry, memory)
    )?;
    let mut settings = IndexMap::new();
    let mut budget = CONFIGS_LIMIT;
    let needed = old.unlike(&new).map(|node| (before, node));
    for (side, node) in needed.chain(new.unlike(&old).map(|node| (after, node))) {
        let config = &node.config;
        let fits = config.size <= CONFIG_LIMIT.min(budget);
        if media_type::is_image_config(&config.media_type)
            && fits
            && !settings.contains_key(&config.digest)
        {
            budget -= config.size;
            let read = settings_of(side.reference.repository(), config, registry).await?;
            settings.extend(read.map(|read| (config.digest.clone(), read)));
        }
    }
    Ok(compare(&old, &new, &settings))
}

async fn settings_of<R: ReadRegistry>(
    repository: &Repository,
    config: &Descriptor,
    registry: &R,
) -> Result<Option<Settings>, Failure> {
    let bytes = registry.get_blob(repository, config).await?;
    Ok(bytes.and_then(|bytes| Settings::parse(&bytes)))
}

async fn outline<R: ReadRegistry>(
    side: Side<'_>,
    registry: &R,
    memory: &ManifestMemory,
) -> Result<Outline, Failure> {
    let Side { reference, image } = side;
    let walker = Walker::new(registry, reference, memory);
    let tree = tree::read(walker, image, ForeignLayers::Copy).await?;
    let manifests = tree.below.iter().map(|node| &node.manifest);
    let below: HashMap<&Digest, &RawManifest> = manifests
        .map(|manifest| (&manifest.descriptor.digest, manifest))
        .collect();
    Ok(Outline::of(&tree.root.manifest, &below))
}
