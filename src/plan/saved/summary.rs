//! What a saved plan would do, in numbers.

use crate::plan::change::Summary;

use super::file::Action;
use super::{SavedChange, SavedDeletion, SavedPlan};

impl SavedChange {
    /// Returns what has to be done.
    pub fn action(&self) -> Action {
        match self {
            Self::Wanted(wanted) => Action::of(wanted),
            Self::Delete(_) => Action::Delete,
            Self::Blocked => Action::Blocked,
        }
    }
}

impl SavedPlan {
    /// Counts its changes.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for planned in self.changes.values() {
            let count = match planned.action() {
                Action::Create => &mut summary.create,
                Action::Update => &mut summary.update,
                Action::NoOp => &mut summary.no_op,
                Action::Delete => &mut summary.delete,
                Action::Blocked => &mut summary.blocked,
            };
            *count += 1;
            if let SavedChange::Delete(SavedDeletion {
                renamed_to: Some(_),
                ..
            }) = planned
            {
                summary.rename += 1;
            }
        }
        summary
    }
}
