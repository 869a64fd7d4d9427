//! How far a run is: written by the edges, read by whoever shows it.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use crate::plan::target::{Target, TargetLabel, TargetName};

/// Counters of one run, as one of its targets sees them; shared between the tasks that do the work.
#[derive(Debug, Default)]
pub struct Progress {
    counters: Arc<Counters>,
    /// Which target, where there are several.
    label: Option<TargetLabel>,
}

#[derive(Debug, Default)]
struct Counters {
    images_total: AtomicUsize,
    images_done: AtomicUsize,
    bytes_total: AtomicU64,
    bytes_done: AtomicU64,
    in_flight: Mutex<IndexMap<ImageName, ImageProgress>>,
    /// Whether somebody takes what has ended.
    notes_ended: AtomicBool,
    ended: Mutex<Vec<Ended>>,
}

/// An image of a run. In several targets it can have the same name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageName {
    /// Which target, where there are several.
    pub label: Option<TargetLabel>,
    /// The name in it.
    pub name: TargetName,
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(label) = &self.label {
            write!(f, "{label}/")?;
        }
        self.name.fmt(f)
    }
}

/// An image that is finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The image.
    pub image: ImageName,
    /// Whether all went well.
    pub well: bool,
    /// How many were finished then, with it.
    pub number: usize,
    /// How many of its bytes are in the target.
    pub bytes: u64,
}

/// How far one image is, in bytes of blobs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImageProgress {
    /// Bytes that are in the target.
    pub done: u64,
    /// All its bytes; none until its manifests are read.
    pub total: Option<u64>,
}

/// The counters at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// How many images there are.
    pub images_total: usize,
    /// How many are finished, well or not.
    pub images_done: usize,
    /// The bytes of blobs of all images, as far as they are known.
    pub bytes_total: u64,
    /// How many of them are in the target.
    pub bytes_done: u64,
    /// The images being worked on, in the order in which they were begun.
    pub in_flight: Vec<(ImageName, ImageProgress)>,
}

impl Progress {
    /// Makes counters for a run over `images_total` images.
    pub fn new(images_total: usize) -> Self {
        let counters = Counters {
            images_total: images_total.into(),
            ..Counters::default()
        };
        Self {
            counters: counters.into(),
            label: None,
        }
    }

    /// Returns the same counters for the images of one target.
    #[must_use]
    pub fn of(&self, target: &Target) -> Self {
        Self {
            counters: Arc::clone(&self.counters),
            label: target.label.clone(),
        }
    }

    fn image(&self, name: &TargetName) -> ImageName {
        ImageName {
            label: self.label.clone(),
            name: name.clone(),
        }
    }

    /// Notes that work on an image begins.
    pub fn begin(&self, image: &TargetName) {
        self.images()
            .insert(self.image(image), ImageProgress::default());
    }

    /// Notes how many bytes an image has.
    pub fn expect_bytes(&self, image: &TargetName, bytes: u64) {
        self.counters
            .bytes_total
            .fetch_add(bytes, Ordering::Relaxed);
        if let Some(progress) = self.images().get_mut(&self.image(image)) {
            let total = progress.total.get_or_insert(0);
            *total = total.saturating_add(bytes);
        }
    }

    /// Notes that bytes of an image are in the target.
    pub fn add_bytes(&self, image: &TargetName, bytes: u64) {
        self.counters.bytes_done.fetch_add(bytes, Ordering::Relaxed);
        if let Some(progress) = self.images().get_mut(&self.image(image)) {
            progress.done = progress.done.saturating_add(bytes);
        }
    }

    /// Takes bytes back: a transfer broke and starts over.
    pub fn remove_bytes(&self, image: &TargetName, bytes: u64) {
        self.counters.bytes_done.fetch_sub(bytes, Ordering::Relaxed);
        if let Some(progress) = self.images().get_mut(&self.image(image)) {
            progress.done = progress.done.saturating_sub(bytes);
        }
    }

    /// Notes that an image is finished, and well.
    pub fn finish(&self, image: &TargetName) {
        self.end(image, true);
    }

    /// Notes that an image is finished, and not well.
    pub fn fail(&self, image: &TargetName) {
        self.end(image, false);
    }

    fn end(&self, image: &TargetName, well: bool) {
        let number = self.counters.images_done.fetch_add(1, Ordering::Relaxed) + 1;
        let progress = self.images().shift_remove(&self.image(image));
        if self.counters.notes_ended.load(Ordering::Relaxed) {
            self.ended().push(Ended {
                image: self.image(image),
                well,
                number,
                bytes: progress.map_or(0, |progress| progress.done),
            });
        }
    }

    /// From now on images that are finished are kept until they are taken; else nobody frees them.
    pub fn note_ended(&self) {
        self.counters.notes_ended.store(true, Ordering::Relaxed);
    }

    /// Takes the images that were finished since this was asked before.
    pub fn take_ended(&self) -> Vec<Ended> {
        std::mem::take(&mut self.ended())
    }

    fn ended(&self) -> MutexGuard<'_, Vec<Ended>> {
        self.counters
            .ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the counters as they are now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            images_total: self.counters.images_total.load(Ordering::Relaxed),
            images_done: self.counters.images_done.load(Ordering::Relaxed),
            bytes_total: self.counters.bytes_total.load(Ordering::Relaxed),
            bytes_done: self.counters.bytes_done.load(Ordering::Relaxed),
            in_flight: self
                .images()
                .iter()
                .map(|(name, image)| (name.clone(), *image))
                .collect(),
        }
    }

    fn images(&self) -> MutexGuard<'_, IndexMap<ImageName, ImageProgress>> {
        self.counters
            .in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
