//! Signatures and other referrers that a saved plan has, and the plan that was made anew has not:
//! their image cannot be read, or the source has lost them.

use std::collections::{HashMap, HashSet};

use crate::plan::blocked::BlockReason;
use crate::plan::change::{Action, Change, Plan};
use crate::plan::entry::{Entry, Referrers};
use crate::plan::followers::following;
use crate::plan::observed::Observation;
use crate::plan::prune::ObservedTags;
use crate::plan::referrers::fallback_tag;
use crate::plan::target::TargetName;

use super::{Pinned, SavedChange, SavedPlan};

/// Names what a saved plan wants and `anew` says nothing of: the target may hold it already.
pub fn lost<'a>(saved: &SavedPlan, pinned: &'a Pinned, anew: &Plan) -> Vec<&'a TargetName> {
    let there: HashSet<_> = anew.changes.iter().map(|change| &change.target).collect();
    let wanted = saved.changes.iter().filter_map(|(name, planned)| {
        let follower = pinned.followers.get(name)?;
        let is_lost = matches!(planned, SavedChange::Wanted(_)) && !there.contains(follower);
        is_lost.then_some(follower)
    });
    wanted.collect()
}

/// Makes changes for what is lost.
pub(super) struct Lost<'a> {
    held: &'a ObservedTags,
    /// The images that something may follow, by their repository in the target.
    leaders: HashMap<&'a str, Vec<&'a Entry>>,
    /// The same, by what the tags of those that follow begin with.
    named: HashMap<(&'a str, String), &'a Entry>,
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
        let mut named = HashMap::new();
        for entry in &pinned.desired.entries {
            if entry.policy.referrers == Referrers::None {
                continue;
            }
            let repository = entry.target.repository.as_str();
            leaders.entry(repository).or_default().push(entry);
            if let Some(SavedChange::Wanted(wanted)) = saved.changes.get(&entry.target.to_string())
            {
                let tag = fallback_tag(&wanted.expected.digest);
                named.entry((repository, tag)).or_insert(entry);
            }
        }
        let is_unread = |reason: &&BlockReason| reason.hides_source();
        let reasons = anew.changes.iter().filter_map(|change| {
            let reason = change.action.block_reason().filter(is_unread)?;
            Some((&change.target, reason))
        });
        Self {
            held,
            leaders,
            named,
            reasons: reasons.collect(),
        }
    }

    /// Makes the change for a follower of this name.
    pub(super) fn change(&self, name: &TargetName) -> Option<Change> {
        let repository = name.repository.as_str();
        let there = self.leaders.get(repository)?;
        // `sha256-<hex>.sig`: what is pushed without a tag does not tell what it follows.
        let tag = name.tag.split('.').next().unwrap_or_default();
        let leader = self.named.get(&(repository, tag.to_owned()));
        let reason = |leader: &&Entry| self.reasons.get(&leader.target).copied();
        let unread = || there.iter().find(|leader| reason(leader).is_some());
        let leader = leader.or_else(unread).or(there.first())?;
        let before = match self.held.get(name) {
            Some(Observation::Present(current)) => Some(current.clone()),
            Some(Observation::Absent(_) | Observation::Unreadable(_)) | None => None,
        };
        let gone = BlockReason::SourceMoved { found: None };
        let reason = reason(leader).cloned().unwrap_or(gone);
        let action = Action::Blocked { before, reason };
        Some(following(leader, name.clone(), action))
    }
}
