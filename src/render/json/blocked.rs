//! Why nothing can be done for an image, and what several images have in common.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model;
use crate::plan::{self as core, Hit, Told, by_cause};
use crate::render::hints;

/// Why nothing can be done for an image.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ReasonKind {
    /// The target would refuse the name.
    NameRefused,
    /// The source has no such image.
    SourceAbsent,
    /// The source did not say what it has.
    SourceUnreadable,
    /// The rules choose none of the tags that the source has, or others than are allowed.
    TagsRefused,
    /// The rules choose other tags now than are locked.
    TagsMoved,
    /// The rules choose a tag whose name in the target another image has.
    NameTaken,
    /// What the source points to has not been known to the lock for as long as `min-age` says.
    TooYoung,
    /// The source has it, in a format that cannot be copied.
    NotCopyable,
    /// The source lacks platforms that were asked for.
    PlatformsMissing,
    /// The target refuses such a manifest.
    ManifestRefused,
    /// It breaks rules of the policy.
    Policy,
    /// The target did not say what it has.
    TargetUnreadable,
    /// It is not signed as the files want it.
    Unverified,
    /// The registries were not asked.
    NotObserved,
    /// It would be deleted, but someone else moved the tag.
    NotOurs,
    /// It would be deleted as an old name, but the new one is not there.
    NewNameMissing,
    /// It would be deleted, but the target does not delete.
    CannotDelete,
    /// The target has no room for another repository.
    RepositoryLimit,
    /// More tags would be deleted than `prune-limit` allows.
    PruneLimit,
    /// No registry was to be asked.
    Offline,
    /// The saved plan already said that nothing can be done.
    BlockedWhenPlanned,
    /// What follows the image has another digest at the source than the saved plan says.
    SourceMoved,
    /// The target's tag was moved after the plan was saved.
    TargetMoved,
    /// Another image of the same digest brings something else under the same tag.
    ReferrersDiffer,
    /// The lock wants a digest that its own source does not come to.
    LockBroken,
}

impl From<&core::BlockReason> for ReasonKind {
    fn from(reason: &core::BlockReason) -> Self {
        use core::{BlockReason, CannotMirror};
        match reason {
            BlockReason::NameRefused(_) => Self::NameRefused,
            BlockReason::SourceAbsent(_) => Self::SourceAbsent,
            BlockReason::SourceUnreadable(_)
            | BlockReason::BothUnreadable { .. }
            | BlockReason::ReferrersUnreadable(_) => Self::SourceUnreadable,
            BlockReason::TagsRefused(_) => Self::TagsRefused,
            BlockReason::TagsMoved { .. } => Self::TagsMoved,
            BlockReason::NameTaken { .. } => Self::NameTaken,
            BlockReason::TooYoung(_) => Self::TooYoung,
            BlockReason::CannotMirror(CannotMirror::Manifest(_) | CannotMirror::Excess(_)) => {
                Self::NotCopyable
            }
            BlockReason::CannotMirror(CannotMirror::PlatformsMissing { .. }) => {
                Self::PlatformsMissing
            }
            BlockReason::CannotMirror(
                CannotMirror::ConfigRefused { .. }
                | CannotMirror::AttestationsRefused { .. }
                | CannotMirror::NothingLeft { .. },
            ) => Self::ManifestRefused,
            BlockReason::Policy(_) => Self::Policy,
            BlockReason::TargetUnreadable(_) => Self::TargetUnreadable,
            BlockReason::Unverified(_) => Self::Unverified,
            BlockReason::NotObserved => Self::NotObserved,
            BlockReason::NotOurs { .. } => Self::NotOurs,
            BlockReason::NewNameMissing { .. } => Self::NewNameMissing,
            BlockReason::CannotDelete => Self::CannotDelete,
            BlockReason::RepositoryLimit { .. } => Self::RepositoryLimit,
            BlockReason::PruneLimit { .. } => Self::PruneLimit,
            BlockReason::Offline { .. } => Self::Offline,
            BlockReason::BlockedWhenPlanned => Self::BlockedWhenPlanned,
            BlockReason::SourceMoved { .. } => Self::SourceMoved,
            BlockReason::TargetMoved { .. } => Self::TargetMoved,
            BlockReason::ReferrersDiffer { .. } => Self::ReferrersDiffer,
            BlockReason::LockBroken { .. } => Self::LockBroken,
        }
    }
}

/// Why a registry could not be read.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Cause {
    /// It wants a login, or refused the one it got (401).
    Unauthorized,
    /// It knows who asks and does not allow it (403).
    Denied,
    /// It asks for fewer requests (429).
    RateLimited,
    /// It was not reached.
    Unreachable,
    /// It has a fault of its own (5xx).
    Server,
    /// Its answer was not what the specification allows.
    Protocol,
    /// It said no, and will say so again.
    Refused,
}

impl Cause {
    pub(super) fn of(reason: &core::BlockReason) -> Option<Self> {
        let (source, target) = reason.failures();
        source.or(target).map(|why| why.cause().into())
    }
}

impl From<model::Cause> for Cause {
    fn from(cause: model::Cause) -> Self {
        match cause {
            model::Cause::Unauthorized => Self::Unauthorized,
            model::Cause::Denied => Self::Denied,
            model::Cause::RateLimited => Self::RateLimited,
            model::Cause::Unreachable => Self::Unreachable,
            model::Cause::Server => Self::Server,
            model::Cause::Protocol => Self::Protocol,
            model::Cause::Refused => Self::Refused,
        }
    }
}

/// What is in the way of several images at once. Each of them tells it of itself, too.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SharedCause {
    /// The registry at which it happened.
    registry: String,
    /// Why it could not be read or written.
    cause: Cause,
    /// What happened, as a sentence.
    message: String,
    /// What to do about it, where there is advice to give.
    hint: Option<String>,
    /// All images that it hit, by their names in the target.
    images: Vec<String>,
}

/// Returns what several of some images have in common.
pub(super) fn shared<'a>(
    images: impl Iterator<Item = (&'a core::TargetName, Vec<Hit<'a>>)>,
    target: &core::Target,
) -> Vec<SharedCause> {
    let told = by_cause(images, target);
    let shared = told.into_iter().filter_map(|told| match told {
        Told::Shared(shared) => Some(shared),
        Told::Alone(_) | Told::Rest(..) => None,
    });
    shared
        .map(|core::Shared { hit, items }| SharedCause {
            registry: hit.failure.host.clone(),
            cause: hit.failure.cause().into(),
            message: hit.to_string(),
            hint: hints::for_hit(&hit, target),
            images: items.into_iter().map(ToString::to_string).collect(),
        })
        .collect()
}
