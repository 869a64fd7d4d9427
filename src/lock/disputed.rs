//! An image that stands in a lock file in several versions, or half.

use crate::model::Descriptor;
use crate::plan::{LockedImage, Observation};

/// An image of which a lock file says several things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disputed {
    /// The lines that say what the target must hold, counted from 1.
    pub lines: Vec<usize>,
    /// What they say, as far as it is whole.
    pub versions: Vec<LockedImage>,
}

impl Disputed {
    /// Returns the version that holds of an image that is no longer declared, going by what the target
    /// has; none where that cannot be said.
    pub fn settled_by(mut self, held: &Observation<Descriptor>) -> Option<LockedImage> {
        let position = match held {
            Observation::Unreadable(_) => return None,
            Observation::Absent(_) => 0,
            // If it has none of them, somebody else pushed there, and neither will be deleted.
            Observation::Present(held) => {
                let is_held = |version: &LockedImage| version.expected.digest == held.digest;
                self.versions.iter().position(is_held).unwrap_or(0)
            }
        };
        (position < self.versions.len()).then(|| self.versions.swap_remove(position))
    }
}
