//! What a plan alone does not tell of drift: the lock's side, and what was asked beyond the plan.

use indexmap::IndexMap;

use crate::model::{Descriptor, Digest};

use super::change::Change;
use super::desired::TargetName;
use super::observed::Observation;

/// What was found out beside a plan, to tell kinds of drift apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Whether there is a lock.
    pub locked: bool,
    /// What each locked image's source pointed to when it was locked, and what it points to now.
    pub upstream: IndexMap<TargetName, Upstream>,
    /// What the lock records, the files do not declare, and the target holds or does not tell of:
    /// as changes that would leave it as it is.
    pub undeclared: Vec<Change>,
}

/// A source's tag, then and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// What it pointed to when it was locked.
    pub locked: Digest,
    /// What it points to now.
    pub current: Observation<Descriptor>,
}
