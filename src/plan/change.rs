//! The plan and its changes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::{Descriptor, Digest, Failure, Platforms, Reference, Repository, Verified};

use super::blocked::BlockReason;
use super::contents::Contents;
use super::cooldown::Age;
use super::entry::{DeclaredAt, Entry, Policy};
use super::expected::Expected;
use super::lock::{LockState, LockedImage};
use super::observed::RefusedReferrers;
use super::policy::Violation;
use super::target::{Target, TargetName};

/// What has to be done, in the order of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where the images go.
    pub target: Target,
    /// One change for each entry, and for each tag that follows an image or is deleted.
    pub changes: Vec<Change>,
}

/// What has to be done for one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The name in the target.
    pub target: TargetName,
    /// Where the image comes from.
    pub source: Reference,
    /// Which platforms of it are wanted.
    pub platforms: Platforms,
    /// Where the entry was declared.
    pub origin: DeclaredAt,
    /// The entry's choices.
    pub policy: Policy,
    /// Whether the lock settles the digest.
    pub lock: LockState,
    /// What is to be told of the digest's age.
    pub age: Age,
    /// Which rules of the policy it breaks that do not block it, or not by themselves.
    pub warnings: Vec<Violation>,
    /// What has to be done.
    pub action: Action,
}

/// What has to be done for one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The target has no such tag: copy.
    Create {
        /// What to copy.
        after: ImageCopy,
    },
    /// The tag points to something else: copy and move it.
    Update {
        /// What it points to now.
        before: Descriptor,
        /// What to copy.
        after: ImageCopy,
    },
    /// The tag points to what it should.
    NoOp {
        /// What it points to.
        current: Descriptor,
        /// What the source reference pointed to, as far as it was asked: else what is expected.
        source: Digest,
        /// Whether no more is known than that the target lists the tag, which never moves.
        listed: bool,
    },
    /// The lock records the tag and the files no longer declare it: delete it.
    Delete {
        /// What it points to now.
        before: Descriptor,
        /// The new name of the same image, if it gets one in this plan.
        renamed_to: Option<TargetName>,
    },
    /// Nothing can be done.
    Blocked {
        /// What the tag points to now, where that is known.
        before: Option<Descriptor>,
        /// Why.
        reason: BlockReason,
    },
}

/// What a create or an update copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageCopy {
    /// What the source reference pointed to when the plan was made.
    pub source: Descriptor,
    /// What the tag must point to afterwards.
    pub expected: Expected,
    /// What it is made of, where that was read.
    pub contents: Option<Arc<Contents>>,
    /// By whom it is signed, where a rule asks for that.
    pub verified: Option<Box<Verified>>,
    /// Whether signatures were asked for and cannot follow, since the digest changes on the way.
    pub referrers_stay: bool,
    /// What was asked to follow and cannot, for what the target takes.
    pub referrers_refused: RefusedReferrers,
    /// The name that the image had before, by the lock, where that stays behind: nothing deletes it, and nothing moves it
    /// any more.
    pub formerly: Option<TargetName>,
    /// Why the target did not say whether the tag is there, where it may not be: then the push tells, and
    /// moves no tag that turns out to be.
    pub unseen: Option<Failure>,
}

/// How many changes there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Tags to create.
    pub create: usize,
    /// Tags to move.
    pub update: usize,
    /// Tags to delete.
    pub delete: usize,
    /// Images that get another name: each is among those to create, and those to delete, as well.
    pub rename: usize,
    /// Tags that are as they should be.
    pub no_op: usize,
    /// Tags that never move and were not asked for, since the target lists them; each is among those as well.
    pub listed: usize,
    /// Entries for which nothing can be done.
    pub blocked: usize,
    /// Entries of which nothing is known, since nobody was asked; each is among the blocked as well.
    pub unknown: usize,
}

impl Change {
    /// Makes the change of an entry of which a lock says nothing.
    pub(super) fn of(entry: &Entry, action: Action) -> Self {
        Self {
            target: entry.target.clone(),
            source: entry.source.clone(),
            platforms: entry.platforms.clone(),
            origin: entry.origin.clone(),
            policy: entry.policy,
            lock: LockState::NoLock,
            age: Age::default(),
            warnings: vec![],
            action,
        }
    }

    /// Makes the change of what the lock alone declares.
    pub(super) fn recorded(
        target: TargetName,
        image: LockedImage,
        origin: DeclaredAt,
        action: Action,
    ) -> Self {
        Self {
            target,
            source: image.source,
            platforms: image.platforms,
            origin,
            policy: Policy::default(),
            lock: LockState::Locked,
            age: Age::default(),
            warnings: vec![],
            action,
        }
    }
}

impl Change {
    /// Returns which rules of the policy it breaks, those that block it first.
    pub fn violations(&self) -> impl Iterator<Item = &Violation> {
        let blocking = match &self.action {
            Action::Blocked {
                reason: BlockReason::Policy(violations),
                ..
            } => violations.as_slice(),
            _ => &[],
        };
        blocking.iter().chain(&self.warnings)
    }
}

impl ImageCopy {
    /// Returns the bytes of the blobs, where they were counted; the target may have some.
    pub fn blob_bytes(&self) -> Option<u64> {
        self.contents.as_ref().map(|contents| contents.blob_bytes())
    }
}

impl Plan {
    /// Returns the repositories that hold images of the plan already.
    pub fn existing_repositories(&self) -> HashSet<Repository> {
        let holds_a_tag = |change: &&Change| change.action.before().is_some();
        let existing = self.changes.iter().filter(holds_a_tag);
        existing
            .map(|change| self.target.repository(&change.target))
            .collect()
    }

    /// Returns the old name of each image that gets another one, by the new one.
    pub fn renames(&self) -> HashMap<&TargetName, &TargetName> {
        let renamed = self
            .changes
            .iter()
            .filter_map(|change| match &change.action {
                Action::Delete { renamed_to, .. } => Some((renamed_to.as_ref()?, &change.target)),
                _ => None,
            });
        renamed.collect()
    }

    /// Counts what is blocked for another reason than that it could not be looked at.
    pub fn known_to_be_blocked(&self) -> usize {
        let is_known = |change: &&Change| match &change.action {
            Action::Blocked { reason, .. } => !reason.is_unknown(),
            _ => false,
        };
        self.changes.iter().filter(is_known).count()
    }

    /// Counts the changes.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for change in &self.changes {
            match change.action {
                Action::Create { .. } => summary.create += 1,
                Action::Update { .. } => summary.update += 1,
                Action::NoOp { listed, .. } => {
                    summary.no_op += 1;
                    summary.listed += usize::from(listed);
                }
                Action::Delete { ref renamed_to, .. } => {
                    summary.delete += 1;
                    summary.rename += usize::from(renamed_to.is_some());
                }
                Action::Blocked { ref reason, .. } => {
                    summary.blocked += 1;
                    summary.unknown += usize::from(reason.was_not_asked());
                }
            }
        }
        summary
    }
}

impl Summary {
    /// Returns how many changes are waiting to be carried out.
    pub fn pending(&self) -> usize {
        let Self {
            create,
            update,
            delete,
            rename: _,
            no_op: _,
            listed: _,
            blocked: _,
            unknown: _,
        } = *self;
        create + update + delete
    }
}

impl Action {
    /// Leaves a tag as it is, where the source need not be asked.
    pub fn in_place(current: Descriptor) -> Self {
        let source = current.digest.clone();
        Self::NoOp {
            current,
            source,
            listed: false,
        }
    }

    /// Does nothing to a tag of which it is not known what it points to.
    pub(super) fn blocked(reason: BlockReason) -> Self {
        Self::Blocked {
            before: None,
            reason,
        }
    }

    /// Returns what the tag points to now, where that is known.
    pub fn before(&self) -> Option<&Descriptor> {
        match self {
            Self::Create { .. } => None,
            Self::Update { before, .. } | Self::Delete { before, .. } => Some(before),
            Self::NoOp { current, .. } => Some(current),
            Self::Blocked { before, .. } => before.as_ref(),
        }
    }

    /// Tells whether it deletes the old name of an image that gets another one.
    pub fn ends_a_rename(&self) -> bool {
        matches!(self, Self::Delete { renamed_to, .. } if renamed_to.is_some())
    }

    /// Returns why nothing can be done, where that is so.
    pub fn block_reason(&self) -> Option<&BlockReason> {
        match self {
            Self::Blocked { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// Returns what is to be copied, if anything.
    pub fn copy(&self) -> Option<&ImageCopy> {
        match self {
            Self::Create { after } | Self::Update { after, .. } => Some(after),
            Self::NoOp { .. } | Self::Delete { .. } | Self::Blocked { .. } => None,
        }
    }
}
