//! A blob that is to be brought, and what is counted of those that were.

use std::sync::{Mutex, PoisonError};

use tokio::sync::SetOnce;

use crate::model::{Descriptor, Repository};
use crate::plan::{TargetName, Transfer};
use crate::progress::Progress;

use super::bounds::Place;

/// A blob that a repository must hold.
pub(super) struct BlobJob<'a, R> {
    pub(super) registry: &'a R,
    pub(super) blob: &'a Descriptor,
    pub(super) source: &'a Repository,
    pub(super) target: &'a Repository,
    pub(super) tally: &'a Tally<'a>,
}

/// How a blob came to be in the target repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum How {
    Present,
    Mounted,
    Sent,
}

/// Counts the bytes of one image, for its report and for the progress of the run.
pub(super) struct Tally<'a> {
    progress: &'a Progress,
    image: &'a TargetName,
    transfer: Mutex<Transfer>,
    /// Where it stands within the bounds of the run, once it has begun, if there are any.
    place: SetOnce<Place>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(progress: &'a Progress, image: &'a TargetName) -> Self {
        Self {
            progress,
            image,
            transfer: Mutex::default(),
            place: SetOnce::new(),
        }
    }

    /// Counts what is sent from now on as what was foreseen for it.
    pub(super) fn take(&self, place: Place) {
        let _ = self.place.set(place);
    }

    /// Returns, with what is left to send, when the image has to give way to others, since not all will be done in time.
    pub(super) async fn gives_way(&self) -> u64 {
        self.place.wait().await.gives_way().await
    }

    /// Tells the progress how many bytes there will be.
    pub(super) fn expect(&self, bytes: u64) {
        self.progress.expect_bytes(self.image, bytes);
    }

    /// Counts a blob that is in the target now.
    pub(super) fn count(&self, how: &How, bytes: u64) {
        let mut transfer = self.transfer.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = match how {
            How::Sent => &mut transfer.bytes_sent,
            How::Mounted => &mut transfer.bytes_mounted,
            How::Present => &mut transfer.bytes_present,
        };
        // What nobody has may be said to have any size.
        *sum = sum.saturating_add(bytes);
        if *how == How::Sent {
            // The bytes were shown as they went.
            return;
        }
        drop(transfer);
        self.progress.add_bytes(self.image, bytes);
    }

    /// Shows bytes that are on their way.
    pub(super) fn sending(&self, bytes: u64) {
        if let Some(place) = self.place.get() {
            place.sending(bytes);
        }
        self.progress.add_bytes(self.image, bytes);
    }

    /// Takes back bytes that have to be sent again.
    pub(super) fn lost(&self, bytes: u64) {
        if let Some(place) = self.place.get() {
            place.lost(bytes);
        }
        self.progress.remove_bytes(self.image, bytes);
    }

    /// Returns what was counted.
    pub(super) fn transfer(&self) -> Transfer {
        *self.transfer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_nobody_has_are_counted_without_overflow() {
        let image = TargetName {
            repository: "app".to_owned(),
            tag: "1".to_owned(),
        };
        let progress = Progress::new(1);
        progress.begin(&image);
        let tally = Tally::new(&progress, &image);
        for how in [How::Present, How::Mounted, How::Sent] {
            tally.count(&how, 1);
            tally.count(&how, u64::MAX);
        }
        tally.expect(1);
        tally.expect(u64::MAX);
        assert_eq!(tally.transfer().bytes_present, u64::MAX);
        let [(_, shown)] = progress.snapshot().in_flight[..] else {
            panic!("one image")
        };
        assert_eq!((shown.done, shown.total), (u64::MAX, Some(u64::MAX)));
    }
}
