//! Who gave the bytes of a blob: a digest tells only of all of them whether they are the blob.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::MirrorPlace;

/// Who gave the bytes of a blob so far: mirrors, or the registry itself where it is none.
///
/// A clone is the same, and goes on with what it stands for.
#[derive(Debug, Clone, Default)]
pub struct Givers(Arc<Mutex<BTreeSet<Option<MirrorPlace>>>>);

impl Givers {
    /// Adds a mirror, or the registry itself where it is none.
    pub(super) fn add(&self, mirror: Option<&MirrorPlace>) {
        self.givers().insert(mirror.cloned());
    }

    /// Returns the mirrors among them.
    pub(super) fn mirrors(&self) -> Vec<MirrorPlace> {
        self.givers().iter().flatten().cloned().collect()
    }

    fn givers(&self) -> MutexGuard<'_, BTreeSet<Option<MirrorPlace>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
