//! What is found out beside a plan, to tell kinds of drift apart.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::plan::blocked::BlockReason;
use crate::plan::change::{Action, Change};
use crate::plan::entry::DeclaredAt;
use crate::plan::family::{Choice, Family};
use crate::plan::lock::{Lock, LockedImage};
use crate::plan::observed::Observation;
use crate::plan::prune::ObservedTags;
use crate::plan::target::TargetName;

use super::upstream::Upstream;
use super::whence::Whence;

/// What was found out beside a plan, to tell kinds of drift apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Whether there is a lock.
    pub locked: bool,
    /// What each locked image's source pointed to when it was locked, and what it points to now.
    pub upstream: IndexMap<TargetName, Upstream>,
    /// The families whose rules choose other tags now than are locked, or can choose none, as changes that do nothing.
    pub families: Vec<Change>,
    /// What the lock records, the files do not declare, and the target holds or does not tell of:
    /// as changes that would leave it as it is.
    pub undeclared: Vec<Change>,
    /// What no plan asks for while the target lists it: tags that never move.
    pub unasked: HashSet<TargetName>,
    /// What is known of that which changed tags point to.
    pub whence: IndexMap<TargetName, Whence>,
}

impl Evidence {
    /// Gathers what a lock and the registries tell: what the sources of locked images point to
    /// (`current`), what the rules of its families choose `now`, and what the target holds of that which is `undeclared`, recorded at its `origin`.
    pub fn of(
        lock: &Lock,
        current: ObservedTags,
        now: &[Family],
        undeclared: Vec<(TargetName, LockedImage)>,
        held: &ObservedTags,
        origin: impl Fn(&TargetName) -> DeclaredAt,
    ) -> Self {
        let then_and_now = |(name, current)| {
            let image = lock.images.get(&name)?;
            let upstream = Upstream {
                locked: image.source_digest.clone(),
                expected: image.expected.clone(),
                current,
            };
            Some((name, upstream))
        };
        let left = |(name, image): (TargetName, LockedImage)| {
            let action = match held.get(&name)? {
                Observation::Absent(_) => return None,
                Observation::Present(current) => Action::in_place(current.clone()),
                Observation::Unreadable(why) => {
                    Action::blocked(BlockReason::TargetUnreadable(why.clone()))
                }
            };
            let origin = origin(&name);
            Some(Change::recorded(name, image, origin, action))
        };
        Self {
            locked: true,
            upstream: current.into_iter().filter_map(then_and_now).collect(),
            families: now
                .iter()
                .filter_map(|family| moved(lock, family))
                .collect(),
            undeclared: undeclared.into_iter().filter_map(left).collect(),
            unasked: HashSet::new(),
            whence: IndexMap::new(),
        }
    }
}

/// Tells what became of the tags that the rules of a locked family choose.
fn moved(lock: &Lock, now: &Family) -> Option<Change> {
    let locked = lock.tags(now).ok()?;
    let reason = match &now.choice {
        Choice::Open => return None,
        Choice::Failed(why) => BlockReason::from(&**why),
        Choice::Taken(tags) => {
            let lacking = |these: &[String], those: &[String]| -> Vec<String> {
                let those: HashSet<&String> = those.iter().collect();
                let lacking = these.iter().filter(|tag| !those.contains(tag));
                lacking.cloned().collect()
            };
            let (added, dropped) = (lacking(tags, locked), lacking(locked, tags));
            if added.is_empty() && dropped.is_empty() {
                return None;
            }
            BlockReason::TagsMoved { added, dropped }
        }
    };
    Some(Change::of(&now.any, Action::blocked(reason)))
}
