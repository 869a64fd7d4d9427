//! `plan --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model;
use crate::plan as core;

use super::super::format::Details;
use super::super::{hints, words};
use super::causes::{self, SharedCause};
use super::cost::Cost;
use super::diff::Diff;
use super::{Descriptor, FORMAT_VERSION, Origin, Platforms, Target};

/// What has to be done, in the order of the files.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "pusher plan")]
struct Plan {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: &'static str,
    /// Where the images go.
    target: Target,
    /// How many changes there are of each kind.
    summary: Summary,
    /// What it costs to carry the plan out; null where nobody counted.
    cost: Option<Cost>,
    /// One change for each image.
    changes: Vec<Change>,
    /// What is in the way of several images at once, with all that it hit; empty where nothing is.
    causes: Vec<SharedCause>,
}

/// How many changes there are of each kind.
#[derive(Debug, Serialize, JsonSchema)]
struct Summary {
    /// Tags to create.
    create: usize,
    /// Tags to move.
    update: usize,
    /// Tags to delete.
    delete: usize,
    /// Images that get another name; each is counted in `create` and in `delete` as well.
    rename: usize,
    /// Tags that are as they should be.
    no_op: usize,
    /// Images for which nothing can be done.
    blocked: usize,
    /// Images of which nothing is known, since no registry was to be asked; each is counted in
    /// `blocked` as well.
    unknown: usize,
}

/// What has to be done for one image.
#[derive(Debug, Serialize, JsonSchema)]
struct Change {
    /// The name in the target: `repository:tag`, below the namespace.
    target: String,
    /// Where the image comes from, fully written out.
    source: String,
    /// Which platforms of it are wanted.
    platforms: Platforms,
    /// What has to be done.
    action: Action,
    /// What the tag points to now; null where there is no tag or it could not be read.
    before: Option<Descriptor>,
    /// What the tag must point to; null where that is not known.
    after: Option<Descriptor>,
    /// Why, as a sentence; null for `no-op`.
    reason: Option<String>,
    /// Why nothing can be done; null for every action but `blocked`.
    reason_kind: Option<ReasonKind>,
    /// Why a registry could not be read; null for every other reason.
    cause: Option<Cause>,
    /// What to do about it, where there is advice to give.
    hint: Option<String>,
    /// What is left out of the source's index, and why; which digest the target gets for one that is
    /// pinned; that the target does not say whether it has the tag.
    notes: Vec<String>,
    /// Whether the lock settles the digest; null where there is no lock.
    locked: Option<bool>,
    /// Where the image was declared; for a deletion, where the lock records it.
    origin: Origin,
    /// The new name of an image whose old one is deleted; null for everything else.
    renamed_to: Option<String>,
    /// The bytes of the image's blobs, of which the target may have some; null where they were not
    /// counted or nothing is copied.
    bytes_to_copy: Option<u64>,
    /// How the target holds the same image under another digest; null where it does not, or where
    /// nobody looked.
    same_content: Option<SameContent>,
    /// What differs inside; null unless it was asked for and the image is updated.
    diff: Option<Diff>,
    /// Why it cannot be told what differs inside; null where it can, or nobody asked.
    diff_unreadable: Option<String>,
}

/// What has to be done for one image.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Action {
    /// The target has no such tag: copy.
    Create,
    /// The tag points to something else: copy and move it.
    Update,
    /// The tag points to what it should.
    NoOp,
    /// The files no longer declare the tag: delete it.
    Delete,
    /// Nothing can be done.
    Blocked,
}

impl From<&core::Action> for Action {
    fn from(action: &core::Action) -> Self {
        match action {
            core::Action::Create { .. } => Self::Create,
            core::Action::Update { .. } => Self::Update,
            core::Action::NoOp { .. } => Self::NoOp,
            core::Action::Delete { .. } => Self::Delete,
            core::Action::Blocked { .. } => Self::Blocked,
        }
    }
}

/// How an image is the same under another digest.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum SameContent {
    /// Config and layers are the same, byte for byte; the manifest is written differently.
    OtherManifest,
    /// The config is the same; layers are compressed differently.
    OtherCompression,
}

impl From<core::SameContent> for SameContent {
    fn from(same: core::SameContent) -> Self {
        match same {
            core::SameContent::OtherManifest => Self::OtherManifest,
            core::SameContent::OtherCompression => Self::OtherCompression,
        }
    }
}

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
    /// The source has it, in a format that cannot be copied.
    NotCopyable,
    /// The source lacks platforms that were asked for.
    PlatformsMissing,
    /// The target refuses such a manifest.
    ManifestRefused,
    /// The target did not say what it has.
    TargetUnreadable,
    /// The registries were not asked.
    NotObserved,
    /// It would be deleted, but someone else moved the tag.
    NotOurs,
    /// It would be deleted as an old name, but the new one is not there.
    NewNameMissing,
    /// It would be deleted, but the target does not delete.
    CannotDelete,
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
        use core::{BlockReason, Refusal};
        match reason {
            BlockReason::NameRefused(_) => Self::NameRefused,
            BlockReason::SourceAbsent(_) => Self::SourceAbsent,
            BlockReason::SourceUnreadable(_)
            | BlockReason::BothUnreadable { .. }
            | BlockReason::ReferrersUnreadable(_) => Self::SourceUnreadable,
            BlockReason::Refused(Refusal::Manifest(_) | Refusal::Excess(_)) => Self::NotCopyable,
            BlockReason::Refused(Refusal::PlatformsMissing { .. }) => Self::PlatformsMissing,
            BlockReason::Refused(Refusal::ConfigRefused { .. } | Refusal::NothingLeft { .. }) => {
                Self::ManifestRefused
            }
            BlockReason::TargetUnreadable(_) => Self::TargetUnreadable,
            BlockReason::NotObserved => Self::NotObserved,
            BlockReason::NotOurs { .. } => Self::NotOurs,
            BlockReason::NewNameMissing { .. } => Self::NewNameMissing,
            BlockReason::CannotDelete => Self::CannotDelete,
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

impl Change {
    fn of(change: &core::Change, target: &core::Target, details: Details<'_>) -> Self {
        let core::Change {
            target: name,
            source,
            platforms,
            origin,
            policy: _,
            lock,
            action,
        } = change;
        let blocked = match action {
            core::Action::Blocked { reason, .. } => Some(reason),
            _ => None,
        };
        let copy = action.copy();
        let diff = details.diffs.and_then(|diffs| diffs.get(name));
        Self {
            target: name.to_string(),
            source: source.to_string(),
            platforms: platforms.into(),
            action: action.into(),
            before: action.before().map(Into::into),
            after: after(action),
            reason: words::reason(action),
            reason_kind: blocked.map(Into::into),
            cause: blocked.and_then(Cause::of),
            hint: hints::for_change(change, target),
            notes: words::notes(change, target.profile.kind),
            locked: (*lock != core::LockState::NoLock).then_some(*lock == core::LockState::Locked),
            origin: origin.into(),
            renamed_to: match action {
                core::Action::Delete { renamed_to, .. } => {
                    renamed_to.as_ref().map(ToString::to_string)
                }
                _ => None,
            },
            bytes_to_copy: copy.and_then(core::Copy::blob_bytes),
            same_content: details.same_content(change).map(Into::into),
            diff: diff.and_then(|diff| Some(diff.as_ref().ok()?.into())),
            diff_unreadable: diff.and_then(|diff| Some(diff.as_ref().err()?.to_string())),
        }
    }
}

/// Returns what the tag must point to, where that is known.
pub(super) fn after(action: &core::Action) -> Option<Descriptor> {
    match action {
        core::Action::NoOp { current } => Some(current.into()),
        other => other.copy().map(|copy| (&copy.expected.descriptor).into()),
    }
}

/// Writes what has to be done.
pub fn plan(plan: &core::Plan, details: &Details<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let core::Plan { target, changes } = plan;
    let core::Summary {
        create,
        update,
        delete,
        rename,
        no_op,
        blocked,
        unknown,
    } = plan.summary();
    let document = Plan {
        format_version: FORMAT_VERSION,
        target: target.into(),
        summary: Summary {
            create,
            update,
            delete,
            rename,
            no_op,
            blocked,
            unknown,
        },
        cost: details.cost.map(Into::into),
        changes: changes
            .iter()
            .map(|change| Change::of(change, target, *details))
            .collect(),
        causes: causes::shared(
            changes.iter().map(|change| (&change.target, change.hits())),
            target,
        ),
    };
    super::write(&document, out)
}

/// Returns the JSON Schema of what [`plan`] writes.
pub fn plan_schema() -> serde_json::Value {
    super::schema::<Plan>()
}
