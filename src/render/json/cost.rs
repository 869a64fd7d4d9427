//! What a plan costs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan as core;

/// What it costs to carry the plan out: an estimate, without tokens, second tries and deletions.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Cost {
    /// The bytes of blobs that go over the wire: what the target holds or can mount is not in it.
    bytes_to_copy: u64,
    /// The bytes of the blobs of all images that are created or updated.
    bytes_of_images: u64,
    /// How many images are of unknown size; nothing but their pulls is counted.
    images_of_unknown_size: usize,
    /// How many requests go to the sources.
    requests_to_sources: usize,
    /// How many requests go to the target.
    requests_to_target: usize,
    /// How many images are read from each registry, one for each platform, as Docker Hub counts
    /// pulls.
    pulls: BTreeMap<String, usize>,
    /// How many repositories come into being in the target.
    repositories_to_create: usize,
    /// How many repositories the declared images are in, with those.
    repositories: usize,
    /// How many repositories the target may have; null where no limit is known.
    repository_limit: Option<u32>,
}

impl From<&core::Cost> for Cost {
    fn from(cost: &core::Cost) -> Self {
        let core::Cost {
            is_bound: _,
            bytes_to_copy,
            bytes_of_images,
            images_of_unknown_size,
            requests_to_sources,
            requests_to_target,
            pulls,
            repositories_to_create,
            repositories,
            repository_limit,
        } = cost;
        Self {
            bytes_to_copy: *bytes_to_copy,
            bytes_of_images: *bytes_of_images,
            images_of_unknown_size: *images_of_unknown_size,
            requests_to_sources: *requests_to_sources,
            requests_to_target: *requests_to_target,
            pulls: pulls.clone(),
            repositories_to_create: *repositories_to_create,
            repositories: *repositories,
            repository_limit: *repository_limit,
        }
    }
}
