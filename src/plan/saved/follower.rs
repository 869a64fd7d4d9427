//! Signatures and other referrers that a saved plan has, and the plan that was made anew has not:
//! their image cannot be read, or the source has lost them.

use std::collections::{HashMap, HashSet};

use super::super::change::{Action, BlockReason, Change, Plan};
use super::super::classify::following;
use super::super::desired::{Entry, Referrers, TargetName};
use super::super::observed::Observation;
use super::super::prune::ObservedTags;
use super::super::referrers::fallback_tag;
use super::{Pinned, Planned, SavedPlan};

/// Names what a saved plan wants and `anew` says nothing of: the target may hold it already.
pub fn lost<'a>(saved: &SavedPlan, pinned: &'a Pinned, anew: &Plan) -> Vec<&'a TargetName> {
    let there: HashSet<_> = anew.changes.iter().map(|change| &change.target).collect();
    let wanted = saved.changes.iter().filter_map(|(name, planned)| {
        let follower = pinned.followers.get(name)?;
        let is_lost = matches!(planned, Planned::Wanted(_)) && !there.contains(follower);
        is_lost.then_some(follower)
    });
    wanted.collect()
}

/// Makes changes for what is lost.
pub(super) struct Lost<'a> {
    saved: &'a SavedPlan,
    held: &'a ObservedTags,
    /// The images that something may follow, by their repository in the target.
    leaders: HashMap<&'a str, Vec<&'a Entry>>,
    /// Why an image, or what follows it, could not be read.
    reasons: HashMap<&'a TargetName, &'a BlockReason>,
}

impl<'a> Lost<'a> {
    /// `held` is what the target holds of that which is [`lost`].
    pub(super) fn of(
        saved: &'a SavedPlan,
        pinned: &'a Pinned,
        anew: &'a Plan,
        held: &'a ObservedTags,
    ) -> Self {
        let mut leaders: HashMap<_, Vec<_>> = HashMap::new();
        for entry in &pinned.desired.entries {
            if entry.policy.referrers != Referrers::None {
                let there = leaders.entry(entry.target.repository.as_str());
                there.or_default().push(entry);
            }
        }
        let is_unread = |reason: &&BlockReason| reason.hides_source();
        let reasons = anew.changes.iter().filter_map(|change| {
            let reason = change.action.block_reason().filter(is_unread)?;
            Some((&change.target, reason))
        });
        Self {
            saved,
            held,
            leaders,
            reasons: reasons.collect(),
        }
    }

    /// Makes the change for a follower of this name.
    pub(super) fn change(&self, name: &TargetName) -> Option<Change> {
        let there = self.leaders.get(name.repository.as_str())?;
        let leader = there.iter().find(|leader| self.is_named(leader, name));
        let reason = |leader: &&Entry| self.reasons.get(&leader.target).copied();
        let unread = || there.iter().find(|leader| reason(leader).is_some());
        let leader = leader.or_else(unread).or(there.first())?;
        let before = match self.held.get(name) {
            Some(Observation::Present(current)) => Some(current.clone()),
            Some(Observation::Absent | Observation::Unreadable(_)) | None => None,
        };
        let gone = BlockReason::SourceMoved { found: None };
        let reason = reason(leader).cloned().unwrap_or(gone);
        let action = Action::Blocked { before, reason };
        Some(following(leader, name.clone(), action))
    }

    /// Tells whether the follower's tag names the digest that was planned for the image.
    fn is_named(&self, leader: &Entry, follower: &TargetName) -> bool {
        match self.saved.changes.get(&leader.target.to_string()) {
            Some(Planned::Wanted(wanted)) => {
                let tag = fallback_tag(&wanted.expected.digest);
                follower.tag.starts_with(&tag)
            }
            Some(Planned::Blocked | Planned::Delete(_)) | None => false,
        }
    }
}
