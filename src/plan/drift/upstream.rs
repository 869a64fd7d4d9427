//! The source of a locked image, then and now.

use crate::model::{Descriptor, Digest};
use crate::plan::observed::Observation;

/// A source's tag, then and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// What it pointed to when it was locked.
    pub locked: Digest,
    /// What the target should hold for that.
    pub expected: Descriptor,
    /// What it points to now.
    pub current: Observation<Descriptor>,
}

impl Upstream {
    /// Tells whether it is known to point to something else now.
    pub fn has_moved(&self) -> bool {
        matches!(&self.current, Observation::Present(now) if now.digest != self.locked)
    }
}
