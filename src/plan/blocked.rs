//! Why nothing can be done for an image.

use crate::model::{Digest, Failure, Reference};
use crate::selection::Refused;

use super::cooldown::Young;
use super::entry::DeclaredAt;
use super::expected::CannotMirror;
use super::family::NoChoice;
use super::observed::Absence;
use super::offers::RefusedName;
use super::policy::Violation;
use super::target::TargetName;
use super::verify::Unverified;

/// Why nothing can be done for an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockReason {
    /// The target would refuse the name.
    NameRefused(Box<RefusedName>),
    /// The source has no such image.
    SourceAbsent(Absence),
    /// The source did not say what it has.
    SourceUnreadable(Failure),
    /// Its rules choose no tags of those that the source has, or others than are allowed.
    TagsRefused(Box<Refused>),
    /// Its rules choose other tags now than are locked.
    TagsMoved {
        /// Those that are not locked.
        added: Vec<String>,
        /// Those that are locked, and no longer chosen.
        dropped: Vec<String>,
    },
    /// Its rules choose a tag whose name in the target another image has.
    NameTaken {
        /// The name.
        name: TargetName,
        /// Where the other image is declared.
        by: DeclaredAt,
    },
    /// What the source points to has not been known for long enough.
    TooYoung(Young),
    /// The source has it, but it cannot be mirrored as asked.
    CannotMirror(CannotMirror),
    /// It breaks rules of the files' policy.
    Policy(Vec<Violation>),
    /// The target did not say what it has.
    TargetUnreadable(Failure),
    /// Neither side said what it has.
    BothUnreadable {
        /// Why the source did not.
        source: Failure,
        /// Why the target did not.
        target: Failure,
    },
    /// The source did not say what names the image as its subject: what was to follow it, or its signatures.
    ReferrersUnreadable(Failure),
    /// It is not signed as a rule wants it.
    Unverified(Box<Unverified>),
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
    /// The target has no room for another repository.
    RepositoryLimit {
        /// For how many it has.
        limit: u32,
        /// How many the images need.
        needed: usize,
        /// How many of these only images need that are left alone.
        left_alone: usize,
    },
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

impl From<&NoChoice> for BlockReason {
    fn from(why: &NoChoice) -> Self {
        match why {
            NoChoice::Absent(absence) => Self::SourceAbsent(*absence),
            NoChoice::Unlisted(why) => Self::SourceUnreadable(why.clone()),
            NoChoice::Refused(refused) => Self::TagsRefused(refused.clone().into()),
            NoChoice::NameTaken { name, by } => Self::NameTaken {
                name: name.clone(),
                by: by.clone(),
            },
            NoChoice::BlockedWhenPlanned => Self::BlockedWhenPlanned,
        }
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

    /// Tells whether nothing is in the way but that whoever began the run wanted no more pulls.
    pub fn is_own_bound(&self) -> bool {
        match self.failures() {
            (None, None) => false,
            (source, target) => source.into_iter().chain(target).all(Failure::is_own_bound),
        }
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
            | Self::TagsRefused(_)
            | Self::TagsMoved { .. }
            | Self::NameTaken { .. }
            | Self::TooYoung(_)
            | Self::CannotMirror(_)
            | Self::Policy(_)
            | Self::BlockedWhenPlanned
            | Self::SourceMoved { .. }
            | Self::TargetMoved { .. }
            | Self::NotOurs { .. }
            | Self::NewNameMissing { .. }
            | Self::CannotDelete
            | Self::RepositoryLimit { .. }
            | Self::PruneLimit { .. }
            | Self::ReferrersDiffer { .. }
            | Self::LockBroken { .. }
            | Self::Unverified(_) => false,
        }
    }
}
