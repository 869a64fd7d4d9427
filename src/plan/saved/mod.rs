//! A plan that is kept, so that what is applied later is what was reviewed.
//!
//! It is read back as it comes, out of a pull request perhaps, and never trusted: where images come
//! from, where they go and which platforms of them are wanted is what the files say, and what may be
//! deleted is what the files and the lock say. The plan adds digests alone, each of which the source is asked for
//! again; of the deletions that would be planned now it chooses some.
//!
//! [`pin`] holds it against the files, before anything is asked, and refuses it as a whole;
//! [`confirm`] holds it against what the registries say now, and blocks one image at a time.

mod against;
mod confirm;
mod families;
mod file;
mod follower;
mod mismatch;
mod pin;
mod read;
mod summary;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

use indexmap::IndexMap;
use indexmap::map::Entry;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Descriptor, Digest, Profile};

use super::change::{Action, Change, Plan};
use super::desired::Desired;
use super::expected::SELECTION_VERSION;
use super::rewrite::{RETYPING_VERSION, RULE_VERSION};
use super::rule::rewrite_version;
use super::shards::{Parted, ShardLoad};
use super::target::{Target, TargetLabel, TargetName, place, write_target};

pub use against::{Against, Difference};
pub use confirm::confirm;
pub use families::choose;
pub use file::{Action as PlannedAction, PlanFile};
pub use follower::lost;
pub use mismatch::Mismatch;
pub use pin::{Declared, Pinned, pin};
pub use read::{PlanFileError, read};

/// A plan that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedPlan {
    /// The files that the plan was made from, in the order of reading: first the one that leads to all
    /// others.
    pub files: Vec<FileDigest>,
    /// Where the images go.
    pub target: SavedTarget,
    /// The rules by which the expected digests were found.
    pub rules: RuleVersions,
    /// Whether it was asked what has to be deleted.
    pub prune: bool,
    /// What names the images, where it is a plan of a part; empty where it is of all.
    pub only: Vec<String>,
    /// The tags that each family has, by its name below the namespace.
    pub families: IndexMap<String, Vec<String>>,
    /// What was planned for each target, by its name below the namespace.
    pub changes: IndexMap<String, SavedChange>,
    /// How it is parted for several machines; none where it is not.
    pub shards: Option<SavedShards>,
}

/// How a plan is parted for several machines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedShards {
    /// What is to be done in each, the first first.
    pub loads: Vec<ShardLoad>,
    /// Which one has a target, by its name below the namespace, counted from 0; what is in place is in none.
    pub of: IndexMap<String, usize>,
}

/// A file by its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDigest {
    /// The file, as it is called from the folder that the program works in.
    pub path: String,
    /// The SHA-256 of its text.
    pub digest: Digest,
}

/// Where the images go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Target")]
pub struct SavedTarget {
    /// What the mirror file calls it; not there: it has one target, without a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<TargetLabel>,
    /// The registry's host.
    pub registry: String,
    /// The namespace below which every image goes; null where the registry has none.
    pub namespace: Option<String>,
    /// What the registry accepts, by the name of its profile: `acr-personal`, `acr-enterprise`, `generic`, …
    pub profile: String,
}

/// The versions of the rules that decide what is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Rules")]
pub struct RuleVersions {
    /// Which children of an index are kept.
    pub selection: u32,
    /// How an index with fewer children is written.
    pub rewrite: u32,
}

/// What was planned for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SavedChange {
    /// To make the tag point to this, or leave it there.
    Wanted(Wanted),
    /// To delete the tag.
    Delete(SavedDeletion),
    /// Nothing could be done.
    Blocked,
}

/// The digests that were planned for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What the source pointed to.
    pub source: Digest,
    /// What the tag must point to.
    pub expected: Descriptor,
    /// What the tag pointed to; none where there was no tag.
    pub before: Option<Digest>,
    /// Whether its signatures and other referrers were asked for and could not be read.
    pub referrers_unread: bool,
}

/// A deletion that was planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedDeletion {
    /// What the tag pointed to.
    pub before: Digest,
    /// The new name of the same image, where the plan creates that.
    pub renamed_to: Option<TargetName>,
}

impl RuleVersions {
    /// Returns the rules for a target of this profile.
    pub fn of(profile: &Profile) -> Self {
        Self {
            selection: SELECTION_VERSION,
            rewrite: rewrite_version(profile),
        }
    }

    /// Tells whether this program has these rules, be it for another target.
    pub fn are_known(self) -> bool {
        let rewrite = [RULE_VERSION, RETYPING_VERSION];
        self.selection == SELECTION_VERSION && rewrite.contains(&self.rewrite)
    }
}

impl fmt::Display for SavedTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = place(&self.registry, self.namespace.as_deref());
        write_target(f, self.name.as_ref(), &place)
    }
}

impl From<&Target> for SavedTarget {
    fn from(target: &Target) -> Self {
        Self {
            name: target.label.clone(),
            registry: target.registry.clone(),
            namespace: target.namespace.clone(),
            profile: target.profile.name.to_string(),
        }
    }
}

impl SavedPlan {
    /// Returns what is to be kept of a plan that was made from these files: of all of them, and without
    /// asking what has to be deleted.
    pub fn of(desired: &Desired, plan: &Plan, files: Vec<FileDigest>) -> Self {
        let locked: HashMap<_, _> = desired
            .entries
            .iter()
            .filter_map(|entry| Some((&entry.target, &desired.locked(entry)?.source_digest)))
            .collect();
        let mut changes: IndexMap<String, SavedChange> = IndexMap::new();
        for change in &plan.changes {
            let planned = match &change.action {
                Action::Delete { before, renamed_to } => SavedChange::Delete(SavedDeletion {
                    before: before.digest.clone(),
                    renamed_to: renamed_to.clone(),
                }),
                _ => wanted(change, &locked).map_or(SavedChange::Blocked, SavedChange::Wanted),
            };
            match changes.entry(change.target.to_string()) {
                Entry::Vacant(new) => drop(new.insert(planned)),
                // The second change of an image says that its referrers could not be read.
                Entry::Occupied(mut image) => {
                    if let SavedChange::Wanted(wanted) = image.get_mut() {
                        wanted.referrers_unread = true;
                    }
                }
            }
        }
        Self {
            files,
            target: (&plan.target).into(),
            rules: RuleVersions::of(&plan.target.profile),
            prune: false,
            only: vec![],
            families: families::of(desired),
            changes,
            shards: None,
        }
    }

    /// Leaves only what is in one of its shards, counted from 0.
    #[must_use]
    pub fn in_shard(&self, number: usize) -> Self {
        let is_in = |name: &String| self.shard_of(name) == Some(number);
        let changes = self.changes.iter().filter(|(name, _)| is_in(name));
        Self {
            changes: changes
                .map(|(name, one)| (name.clone(), one.clone()))
                .collect(),
            ..self.clone()
        }
    }

    /// Returns the shard that a target is in.
    pub fn shard_of(&self, name: &str) -> Option<usize> {
        self.shards.as_ref()?.of.get(name).copied()
    }
}

impl SavedShards {
    /// Keeps how a plan was parted.
    pub fn of(parted: &Parted, plan: &Plan) -> Self {
        let names = plan.changes.iter().map(|change| &change.target);
        let of = names.filter_map(|name| Some((name.to_string(), *parted.shards.get(name)?)));
        Self {
            loads: parted.loads.clone(),
            of: of.collect(),
        }
    }
}

fn wanted(change: &Change, locked: &HashMap<&TargetName, &Digest>) -> Option<Wanted> {
    match &change.action {
        Action::Create { after } | Action::Update { after, .. } => Some(Wanted {
            source: after.source.digest.clone(),
            expected: after.expected.descriptor.clone(),
            before: change.action.before().map(|before| before.digest.clone()),
            referrers_unread: false,
        }),
        Action::NoOp {
            current,
            source,
            listed: _,
        } => {
            // Where it is locked the source was not asked.
            let locked = locked.get(&change.target).copied();
            Some(Wanted {
                source: locked.unwrap_or(source).clone(),
                expected: current.clone(),
                before: Some(current.digest.clone()),
                referrers_unread: false,
            })
        }
        Action::Delete { .. } | Action::Blocked { .. } => None,
    }
}
