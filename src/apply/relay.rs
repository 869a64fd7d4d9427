//! What the targets of a run have from each other: a blob that one of them holds is read from there, so that the
//! source is read once, however many targets there are.
//!
//! While it flows to the first of them, the others wait; nobody waits for a target that has not begun. The digest
//! decides what it is, wherever it comes from.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::model::{Digest, Repository};
use crate::single_flight::SingleFlight;

/// Which target holds a blob, and where; locked while the blob flows there.
type Holder = Arc<Mutex<Option<(usize, Repository)>>>;

/// The blobs that targets of a run hold; of one target alone nobody asks.
#[derive(Default)]
pub(super) struct Relay {
    holders: SingleFlight<Digest, Holder>,
    is_wanted: bool,
}

impl Relay {
    /// Begins a run over so many targets.
    pub(super) fn between(targets: usize) -> Self {
        Self {
            holders: SingleFlight::default(),
            is_wanted: targets > 1,
        }
    }
}

/// The part of one target in it.
pub(super) struct Seat<'a> {
    pub(super) relay: &'a Relay,
    /// Which target it is.
    pub(super) number: usize,
}

/// A turn at a blob.
pub(super) enum Turn {
    /// No other target has it, or wants it from here.
    Alone,
    /// It comes from the source; the others wait until this is over.
    First(OwnedMutexGuard<Option<(usize, Repository)>>, usize),
    /// Another target has it.
    From(Repository),
}

impl Seat<'_> {
    /// Waits until it is known where a blob comes from: it flows when this is done.
    pub(super) async fn turn(&self, digest: &Digest) -> Turn {
        if !self.relay.is_wanted {
            return Turn::Alone;
        }
        let held = self.holder(digest).await.lock_owned().await;
        match &*held {
            Some((number, _)) if *number == self.number => Turn::Alone,
            Some((_, repository)) => Turn::From(repository.clone()),
            None => Turn::First(held, self.number),
        }
    }

    /// Returns where another target has a blob, as far as that is known by now.
    pub(super) fn known(&self, digest: &Digest) -> Option<Repository> {
        let holder = self.relay.holders.known(digest)?;
        let held = holder.try_lock().ok()?;
        let (number, repository) = held.as_ref()?;
        (*number != self.number).then(|| repository.clone())
    }

    /// Lets the others have from here what was there before.
    pub(super) async fn offer(&self, digest: &Digest, repository: &Repository) {
        if self.relay.is_wanted
            && let Ok(mut held) = self.holder(digest).await.try_lock()
        {
            held.get_or_insert_with(|| (self.number, repository.clone()));
        }
    }

    async fn holder(&self, digest: &Digest) -> Holder {
        let holders = &self.relay.holders;
        holders
            .always(digest.clone(), async || Holder::default())
            .await
    }
}

impl Turn {
    /// Returns the repository of another target to read from, if one has it.
    pub(super) fn other(&self) -> Option<&Repository> {
        match self {
            Self::From(repository) => Some(repository),
            Self::Alone | Self::First(..) => None,
        }
    }

    /// Lets the others have it from here.
    pub(super) fn end_in(self, repository: &Repository) {
        if let Self::First(mut holder, number) = self {
            *holder = Some((number, repository.clone()));
        }
    }
}
