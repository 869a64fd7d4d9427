//! `plan --format json`.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan as core;
use crate::plan::shards::ShardLoad;
use crate::render::inputs::Details;
use crate::render::{hints, words};

use super::age::Age;
use super::blocked::{Cause, ReasonKind, SharedCause, shared};
use super::diff::Diff;
use super::document::{Descriptor, FORMAT_VERSION, Items, Origin, Platforms, Target, write};
use super::each::schema_of_each;
use super::policy::{Violation, violations};

/// What has to be done, in the order of the files.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "pusher plan")]
struct Plan<'a> {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: &'static str,
    /// Where the images go.
    target: Target,
    /// How many changes there are of each kind.
    summary: Summary,
    /// What names the images of which it is; null where it is of all that the files declare.
    only: Option<Vec<String>>,
    /// What it costs to carry the plan out; null where nobody counted.
    cost: Option<Cost>,
    /// What is to be done in each shard of the saved plan, the first first; null where it has none.
    shards: Option<Vec<Shard>>,
    /// One change for each image.
    #[schemars(with = "Vec<Change>")]
    changes: Items<'a, Change>,
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
    /// Tags that are declared never to move and were taken as in place since the lock settles them and the target
    /// lists them; each is counted in `no_op` as well.
    listed: usize,
    /// Images for which nothing can be done.
    blocked: usize,
    /// Images of which nothing is known, since no registry was to be asked; each is counted in
    /// `blocked` as well.
    unknown: usize,
}

/// What is to be done in a shard.
#[derive(Debug, Serialize, JsonSchema)]
struct Shard {
    /// How many tags are created, moved or deleted.
    images: usize,
    /// How many bytes of blobs are copied; what cannot be told before is not counted.
    bytes: u64,
}

impl From<&ShardLoad> for Shard {
    fn from(load: &ShardLoad) -> Self {
        let ShardLoad { images, bytes } = *load;
        Self { images, bytes }
    }
}

/// What it costs to carry the plan out: an estimate, without tokens, second tries and deletions.
#[derive(Debug, Serialize, JsonSchema)]
struct Cost {
    /// The bytes of blobs that go over the wire: what the target holds or can mount is not in it.
    bytes_to_copy: u64,
    /// The bytes of the blobs of all images that are created or updated.
    bytes_of_images: u64,
    /// How many images are of unknown size; nothing but their pulls is counted.
    images_of_unknown_size: usize,
    /// How many requests go to the sources.
    requests_to_sources: usize,
    /// How many requests go to the target.
    requests_to_target: usize,
    /// How many images are read from each registry, one for each platform, as Docker Hub counts
    /// pulls.
    pulls: BTreeMap<String, usize>,
    /// How many repositories come into being in the target.
    repositories_to_create: usize,
    /// How many repositories the declared images are in, with those.
    repositories: usize,
    /// How many repositories the target may have; null where no limit is known.
    repository_limit: Option<u32>,
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
    /// Why, as a sentence; null for `no-op`, but where the tag was taken as in place unasked.
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
    /// The rules of the policy that the image breaks; empty where it breaks none.
    policy: Vec<Violation>,
    /// Whether the lock settles the digest; null where there is no lock.
    locked: Option<bool>,
    /// What is to be told of the age of the digest that is locked; null where nothing is.
    age: Option<Age>,
    /// Where the image was declared; for a deletion, where the lock records it.
    origin: Origin,
    /// The new name of an image whose old one is deleted; null for everything else.
    renamed_to: Option<String>,
    /// The bytes of the image's blobs, of which the target may have some; null where they were not
    /// counted or nothing is copied.
    bytes_to_copy: Option<u64>,
    /// By whom the image is signed, as a lock records it: `cosign-key` and the key's fingerprint, `cosign-identity`, the
    /// issuer and the identity, or `github`, the repository and the workflow; null where no rule asks, or nothing is
    /// copied.
    verified: Option<String>,
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
pub(super) enum SameContent {
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

impl From<&core::Cost> for Cost {
    fn from(cost: &core::Cost) -> Self {
        let core::Cost {
            is_bound: _,
            bytes_to_copy,
            bytes_of_images,
            images_of_unknown_size,
            requests_to_sources,
            requests_to_target,
            pulls,
            repositories_to_create,
            repositories,
            repository_limit,
        } = cost;
        Self {
            bytes_to_copy: *bytes_to_copy,
            bytes_of_images: *bytes_of_images,
            images_of_unknown_size: *images_of_unknown_size,
            requests_to_sources: *requests_to_sources,
            requests_to_target: *requests_to_target,
            pulls: pulls.clone(),
            repositories_to_create: *repositories_to_create,
            repositories: *repositories,
            repository_limit: *repository_limit,
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
            age,
            warnings: _,
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
            notes: words::notes(change, &target.profile.name),
            policy: violations(change),
            locked: (*lock != core::LockState::NoLock).then_some(*lock == core::LockState::Locked),
            age: Age::of(age),
            origin: origin.into(),
            renamed_to: match action {
                core::Action::Delete { renamed_to, .. } => {
                    renamed_to.as_ref().map(ToString::to_string)
                }
                _ => None,
            },
            bytes_to_copy: copy.and_then(core::ImageCopy::blob_bytes),
            verified: verified(action),
            same_content: details.same_content(change).map(Into::into),
            diff: diff.and_then(|diff| Some(diff.as_ref().ok()?.into())),
            diff_unreadable: diff.and_then(|diff| Some(diff.as_ref().err()?.to_string())),
        }
    }
}

/// Returns what the tag must point to, where that is known.
pub(super) fn after(action: &core::Action) -> Option<Descriptor> {
    match action {
        core::Action::NoOp { current, .. } => Some(current.into()),
        other => other.copy().map(|copy| (&copy.expected.descriptor).into()),
    }
}

/// Returns by whom what is copied is signed.
pub(super) fn verified(action: &core::Action) -> Option<String> {
    let verified = action.copy()?.verified.as_ref();
    verified.map(ToString::to_string)
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
        listed,
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
            listed,
            blocked,
            unknown,
        },
        only: details.part.map(|part| part.patterns.clone()),
        cost: details.cost.map(Into::into),
        shards: details
            .shards
            .map(|loads| loads.iter().map(Shard::from).collect()),
        changes: Items::of(changes, |change| Change::of(change, target, *details)),
        causes: shared(
            changes.iter().map(|change| (&change.target, change.hits())),
            target,
        ),
    };
    write(&document, out)
}

/// Returns the JSON Schema of what [`plan`] writes.
pub fn plan_schema() -> serde_json::Value {
    schema_of_each::<Plan<'_>>()
}
