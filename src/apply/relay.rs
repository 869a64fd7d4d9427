//! What the targets of a run have from each other: a blob that one of them holds is read from there, so that the
//! source is read once, however many targets there are.
//!
//! While it is on its way to the first of them, the others wait: it crosses a border once. The digest decides what it
//! is, wherever it comes from.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::model::{Digest, Repository};
use crate::single_flight::SingleFlight;

/// Where a blob is; locked while it is on its way there.
type Holder = Arc<Mutex<Option<Repository>>>;

/// The blobs that targets of a run hold; of one target alone nobody asks.
#[derive(Default)]
pub(super) struct Relay {
    holders: SingleFlight<Digest, Holder>,
    is_wanted: bool,
}

/// A turn at a blob.
pub(super) enum Turn {
    /// There is one target alone.
    Alone,
    /// It comes from the source; the others wait until this is over.
    First(OwnedMutexGuard<Option<Repository>>),
    /// Another target has it.
    From(Repository),
}

impl Relay {
    /// Begins a run over so many targets.
    pub(super) fn between(targets: usize) -> Self {
        Self {
            holders: SingleFlight::default(),
            is_wanted: targets > 1,
        }
    }

    /// Waits until it is known where a blob comes from.
    pub(super) async fn turn(&self, digest: &Digest) -> Turn {
        if !self.is_wanted {
            return Turn::Alone;
        }
        let holder = self
            .holders
            .always(digest.clone(), async || Holder::default());
        let held = holder.await.lock_owned().await;
        match &*held {
            Some(repository) => Turn::From(repository.clone()),
            None => Turn::First(held),
        }
    }
}

impl Turn {
    /// Returns the repository of another target to read from, if one has it.
    pub(super) fn other(&self) -> Option<&Repository> {
        match self {
            Self::From(repository) => Some(repository),
            Self::Alone | Self::First(_) => None,
        }
    }

    /// Lets the others have it from here.
    pub(super) fn end_in(self, repository: &Repository) {
        if let Self::First(mut holder) = self {
            *holder = Some(repository.clone());
        }
    }
}
