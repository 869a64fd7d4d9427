//! The plan and its changes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::{Descriptor, Digest, Failure, Platforms, Reference, Repository};

use super::cost::Contents;
use super::desired::{Origin, Policy, Target, TargetName};
use super::expected::{Expected, Refusal};
use super::lock::LockState;
use super::names::NameRefused;
use super::observed::Absence;

/// What has to be done, in the order of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where the images go.
    pub target: Target,
    /// One change for each entry.
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
    pub origin: Origin,
    /// The entry's choices.
    pub policy: Policy,
    /// Whether the lock settles the digest.
    pub lock: LockState,
    /// What has to be done.
    pub action: Action,
}

/// What has to be done for one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The target has no such tag: copy.
    Create {
        /// What to copy.
        after: Copy,
    },
    /// The tag points to something else: copy and move it.
    Update {
        /// What it points to now.
        before: Descriptor,
        /// What to copy.
        after: Copy,
    },
    /// The tag points to what it should.
    NoOp {
        /// What it points to.
        current: Descriptor,
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
pub struct Copy {
    /// What the source reference pointed to when the plan was made.
    pub source: Descriptor,
    /// What the tag must point to afterwards.
    pub expected: Expected,
    /// What it is made of, where that was read.
    pub contents: Option<Arc<Contents>>,
    /// Whether signatures were asked for and cannot follow, since the digest changes on the way.
    pub referrers_stay: bool,
    /// Why the target did not say whether the tag is there, where it may not be: then the push tells, and
    /// moves no tag that turns out to be.
    pub unseen: Option<Failure>,
}

/// Why nothing can be done for an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockReason {
    /// The target would refuse the name.
    NameRefused(NameRefused),
    /// The source has no such image.
    SourceAbsent(Absence),
    /// The source did not say what it has.
    SourceUnreadable(Failure),
    /// The source has it, but it cannot be mirrored as asked.
    Refused(Refusal),
    /// The target did not say what it has.
    TargetUnreadable(Failure),
    /// Neither side said what it has.
    BothUnreadable {
        /// Why the source did not.
        source: Failure,
        /// Why the target did not.
        target: Failure,
    },
    /// The source did not say what names the image as its subject.
    ReferrersUnreadable(Failure),
    /// The registries were not asked.
    NotObserved,
    /// It would be deleted, but points to something that the lock does not record.
    NotOurs {
        /// What the lock records.
        locked: Digest,
    },
    /// It would be deleted as the old name of an image whose new name is not there.
    NewNameMissing {
        /// The new name.
        name: TargetName,
    },
    /// It would be deleted, but the target does not delete.
    CannotDelete,
    /// More tags would be deleted than one run may.
    PruneLimit {
        /// How many.
        count: usize,
        /// How many may be.
        limit: usize,
    },
    /// No registry was to be asked.
    Offline {
        /// What the lock wants the target to hold.
        locked: Option<Digest>,
    },
    /// The saved plan already said that nothing can be done.
    BlockedWhenPlanned,
    /// What follows the image has another digest at the source than the saved plan says.
    SourceMoved {
        /// What the source has for it now.
        found: Option<Digest>,
    },
    /// The target's tag was moved after the saved plan was made.
    TargetMoved {
        /// What it pointed to then.
        planned: Option<Digest>,
    },
    /// Several images that stand under one digest in the target bring different referrers under one
    /// tag.
    ReferrersDiffer {
        /// Another source of it than the change's.
        other: Reference,
    },
    /// The lock wants a digest that its own source does not come to.
    LockBroken {
        /// What the lock wants.
        locked: Digest,
        /// What comes of the source digest in it.
        found: Digest,
    },
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
    /// Entries for which nothing can be done.
    pub blocked: usize,
    /// Entries of which nothing is known, since nobody was asked; each is among the blocked as well.
    pub unknown: usize,
}

impl Copy {
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
                Action::NoOp { .. } => summary.no_op += 1,
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

impl BlockReason {
    /// Returns what could not be read at the source, and what at the target.
    pub fn failures(&self) -> (Option<&Failure>, Option<&Failure>) {
        match self {
            Self::SourceUnreadable(why) | Self::ReferrersUnreadable(why) => (Some(why), None),
            Self::TargetUnreadable(why) => (None, Some(why)),
            Self::BothUnreadable { source, target } => (Some(source), Some(target)),
            _ => (None, None),
        }
    }

    /// Tells whether the source did not show the image, or what follows it.
    pub fn hides_source(&self) -> bool {
        let (unreadable, _) = self.failures();
        unreadable.is_some() || matches!(self, Self::SourceAbsent(_))
    }

    /// Tells whether nothing is known about the image because nobody wanted a registry to be asked.
    pub fn was_not_asked(&self) -> bool {
        matches!(self, Self::Offline { .. })
    }

    /// Tells whether something about the image is unknown, rather than known to be in the way.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::SourceUnreadable(_)
            | Self::TargetUnreadable(_)
            | Self::BothUnreadable { .. }
            | Self::ReferrersUnreadable(_)
            | Self::NotObserved
            | Self::Offline { .. } => true,
            Self::NameRefused(_)
            | Self::SourceAbsent(_)
            | Self::Refused(_)
            | Self::BlockedWhenPlanned
            | Self::SourceMoved { .. }
            | Self::TargetMoved { .. }
            | Self::NotOurs { .. }
            | Self::NewNameMissing { .. }
            | Self::CannotDelete
            | Self::PruneLimit { .. }
            | Self::ReferrersDiffer { .. }
            | Self::LockBroken { .. } => false,
        }
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
            blocked: _,
            unknown: _,
        } = *self;
        create + update + delete
    }
}

impl Action {
    /// Returns what the tag points to now, where that is known.
    pub fn before(&self) -> Option<&Descriptor> {
        match self {
            Self::Create { .. } => None,
            Self::Update { before, .. } | Self::Delete { before, .. } => Some(before),
            Self::NoOp { current } => Some(current),
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
    pub fn copy(&self) -> Option<&Copy> {
        match self {
            Self::Create { after } | Self::Update { after, .. } => Some(after),
            Self::NoOp { .. } | Self::Delete { .. } | Self::Blocked { .. } => None,
        }
    }
}
