//! What all images of a run share, and what one of them works with.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::model::{Digest, Repository};
use crate::plan::{BlobRoutes, Plan};
use crate::progress::Progress;
use crate::registry::{Pushed, RetryCount, WriteRegistry};
use crate::single_flight::SingleFlight;
use crate::tree::ManifestMemory;

use super::blobs::Blobs;
use super::bounds::Bounds;
use super::referrers::ReferrerLists;
use super::relay::Seat;
use super::stop::Stop;

/// What all images of a run share.
pub(super) struct RunContext<'a, R> {
    pub(super) plan: &'a Plan,
    /// When the target's tags were looked at for the plan, if that is known.
    pub(super) looked: Option<Instant>,
    registry: &'a R,
    pub(super) stop: Stop,
    pub(super) bounds: &'a Arc<Bounds>,
    pub(super) progress: &'a Progress,
    pub(super) blobs: Blobs<'a, R>,
    /// The manifests that a repository was seen to hold, by digest.
    pub(super) manifests: SingleFlight<(Repository, Digest), Pushed>,
    pub(super) lists: ReferrerLists,
    /// What the manifests of all images that are under way share.
    pub(super) memory: ManifestMemory,
}

impl<'a, R: WriteRegistry> RunContext<'a, R> {
    pub(super) fn new(
        plan: &'a Plan,
        looked: Option<Instant>,
        registry: &'a R,
        stop: watch::Receiver<bool>,
        bounds: &'a Arc<Bounds>,
        progress: &'a Progress,
        seat: Seat<'a>,
    ) -> Self {
        Self {
            plan,
            looked,
            registry,
            stop: Stop::new(stop, bounds.limits),
            bounds,
            progress,
            blobs: Blobs::new(
                registry,
                plan.target.profile.mount,
                BlobRoutes::of(plan),
                seat,
            ),
            manifests: SingleFlight::default(),
            lists: ReferrerLists::new(&plan.target.profile),
            memory: ManifestMemory::default(),
        }
    }

    /// Returns what one change is carried out with, and the count of what has to be tried again for it.
    pub(super) fn of_change(&'a self) -> (ChangeContext<'a, R>, RetryCount) {
        let (registry, retries) = self.registry.counted();
        let run = self;
        (ChangeContext { run, registry }, retries)
    }
}

/// What one change is carried out with.
pub(super) struct ChangeContext<'a, R> {
    run: &'a RunContext<'a, R>,
    /// The registries, with a count of their own of what is tried again.
    pub(super) registry: R,
}

impl<'a, R> Deref for ChangeContext<'a, R> {
    type Target = RunContext<'a, R>;

    fn deref(&self) -> &RunContext<'a, R> {
        self.run
    }
}
