//! What it costs to carry a plan out, before anything is done: bytes, requests, pulls, repositories.
//!
//! It is an estimate. What others push meanwhile, tokens and second tries are not in it.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::{Digest, Repository};

use super::blob_route::{BlobRoutes, Route};
use super::change::{Action, Change, ImageCopy, Plan};
use super::contents::Contents;

/// What the target was found to hold of what a plan copies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The repositories that the registry does not know yet.
    pub new: HashSet<Repository>,
    /// The blobs that are there, each by its repository.
    pub blobs: HashSet<(Repository, Digest)>,
}

/// What it costs to carry a plan out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cost {
    /// Whether the target was not asked, so that the bytes are the most that it can be.
    pub is_bound: bool,
    /// The bytes of blobs that go over the wire.
    pub bytes_to_copy: u64,
    /// The bytes of the blobs of all images, of which the target has some, and shares some.
    pub bytes_of_images: u64,
    /// How many images are of unknown size, so that nothing here counts them but the pulls.
    pub images_of_unknown_size: usize,
    /// How many requests go to the sources.
    pub requests_to_sources: usize,
    /// How many requests go to the target.
    pub requests_to_target: usize,
    /// How many images are read from each registry, as [`pulls`] counts them, but for those that mirrors give.
    pub pulls: BTreeMap<String, usize>,
    /// How many repositories come into being.
    pub repositories_to_create: usize,
    /// How many repositories the images are in, with those.
    pub repositories: usize,
    /// How many there may be; none where no limit is known.
    pub repository_limit: Option<u32>,
}

impl Cost {
    /// Counts what `plan` costs where the target holds `inventory`; none where it was not asked.
    pub fn of(plan: &Plan, inventory: Option<&Inventory>) -> Self {
        let nothing = Inventory::default();
        let known = inventory.unwrap_or(&nothing);
        let mut count = Count::new(plan, known);
        for change in &plan.changes {
            if let Some(copy) = change.action.copy() {
                count.add(change, copy);
            }
        }
        let is_kept = |change: &&Change| !matches!(change.action, Action::Delete { .. });
        let kept = plan.changes.iter().filter(is_kept);
        let repositories: HashSet<&str> = kept.map(|c| c.target.repository.as_str()).collect();
        let cost = Self {
            is_bound: inventory.is_none(),
            repositories_to_create: known.new.len(),
            repositories: repositories.len(),
            repository_limit: plan.target.profile.repository_limit,
            ..count.cost
        };
        cost.pulling(pulls([plan], |_, _| false))
    }

    /// Takes these for the pulls: mirrors give some, and what another plan reads is not read again.
    #[must_use]
    pub fn pulling(mut self, pulls: BTreeMap<&str, usize>) -> Self {
        let pulls = pulls.into_iter();
        self.pulls = pulls.map(|(host, n)| (host.to_owned(), n)).collect();
        self
    }
}

/// Counts the pulls from each registry that carrying plans out together needs, but for what `is_had`
/// without one: it was read already, or a mirror gives it.
///
/// Docker Hub counts an image as one pull, and one of several platforms as one for each
/// (<https://docs.docker.com/docker-hub/usage/pulls/>). What an image is made of may not be known;
/// then it is one at least.
pub fn pulls<'p>(
    plans: impl IntoIterator<Item = &'p Plan>,
    is_had: impl Fn(&Repository, &Digest) -> bool,
) -> BTreeMap<&'p str, usize> {
    let mut needed = BTreeMap::new();
    let mut seen = HashSet::new();
    for change in plans.into_iter().flat_map(|plan| &plan.changes) {
        let Some(copy) = change.action.copy() else {
            continue;
        };
        let repository = change.source.repository();
        let images = match &copy.contents {
            Some(contents) => contents.images.as_slice(),
            None => std::slice::from_ref(&copy.expected.descriptor.digest),
        };
        for image in images {
            if seen.insert((repository, image)) && !is_had(repository, image) {
                *needed.entry(repository.registry.as_str()).or_default() += 1;
            }
        }
    }
    needed
}

struct Count<'a> {
    plan: &'a Plan,
    inventory: &'a Inventory,
    routes: BlobRoutes,
    /// What was brought to each repository.
    brought: HashSet<(&'a str, &'a Digest)>,
    /// The repository of the target that each blob was brought to first.
    held: HashMap<&'a Digest, Repository>,
    cost: Cost,
}

impl<'a> Count<'a> {
    fn new(plan: &'a Plan, inventory: &'a Inventory) -> Self {
        Self {
            plan,
            inventory,
            routes: BlobRoutes::of(plan),
            brought: HashSet::new(),
            held: HashMap::new(),
            cost: Cost::default(),
        }
    }

    fn add(&mut self, change: &'a Change, copy: &'a ImageCopy) {
        let Some(contents) = &copy.contents else {
            self.cost.images_of_unknown_size += 1;
            return;
        };
        let Contents {
            images,
            indexes,
            referrers,
            blobs,
            platforms: _,
        } = &**contents;
        let cost = &mut self.cost;
        cost.bytes_of_images = cost.bytes_of_images.saturating_add(contents.blob_bytes());
        cost.requests_to_sources += images.len() + indexes.len();
        // Every manifest is pushed; the tag is looked at before it is moved, unless the plan did so just then, and
        // when all is done, and each child that may be there before it is pushed.
        cost.requests_to_target += images.len() + indexes.len() + 2;
        if change.action.before().is_some() && !indexes.is_empty() {
            cost.requests_to_target += images.len();
        }
        // Where the registry does not list them, the index that does is read and written.
        if self.plan.target.profile.referrers_api == Some(false) {
            cost.requests_to_target += 2 * referrers;
        }
        for (digest, size) in blobs {
            self.bring(change, digest, *size);
        }
    }

    fn bring(&mut self, change: &'a Change, digest: &'a Digest, size: u64) {
        let target = &self.plan.target;
        let name = change.target.repository.as_str();
        if !self.brought.insert((name, digest)) {
            return;
        }
        let cost = &mut self.cost;
        let repository = target.repository(&change.target);
        let is_asked = self.routes.is_asked(&repository, size);
        cost.requests_to_target += usize::from(is_asked);
        let source = change.source.repository();
        let mounts = target.profile.mount != Some(false);
        let held = self.held.get(digest);
        let route = self.routes.route(source, &repository, held, mounts);
        self.held
            .entry(digest)
            .or_insert_with(|| repository.clone());
        if is_asked && self.inventory.blobs.contains(&(repository, digest.clone())) {
            return;
        }
        match route {
            Route::Mount { .. } => cost.requests_to_target += 1,
            Route::Copy => {
                cost.bytes_to_copy = cost.bytes_to_copy.saturating_add(size);
                cost.requests_to_sources += 1;
                cost.requests_to_target += 2;
            }
        }
    }
}
