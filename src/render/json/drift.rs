//! `drift --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan as core;
use crate::render::{hints, words};

use super::blocked::{Cause, ReasonKind, SharedCause, shared};
use super::document::{Descriptor, FORMAT_VERSION, Items, Origin, Platforms, Target, write};
use super::each::schema_of_each;
use super::plan::after;
use super::whence::Whence;

/// How the target differs from what is declared.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "pusher drift")]
struct Drift<'a> {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: &'static str,
    /// Where the images go.
    target: Target,
    /// How many images there are of each kind.
    summary: Summary,
    /// What differs, in the order of the files.
    #[schemars(with = "Vec<Difference>")]
    differences: Items<'a, Difference>,
    /// What is in the way of several images at once, with all that it hit; empty where nothing is.
    causes: Vec<SharedCause>,
}

/// How many images there are of each kind.
#[derive(Debug, Serialize, JsonSchema)]
struct Summary {
    /// Images that are as they should be.
    in_place: usize,
    /// See the kind `upstream-moved`.
    upstream_moved: usize,
    /// See the kind `target-changed`.
    target_changed: usize,
    /// See the kind `differs`.
    differs: usize,
    /// See the kind `target-missing`.
    target_missing: usize,
    /// See the kind `source-missing`.
    source_missing: usize,
    /// See the kind `not-declared`.
    not_declared: usize,
    /// See the kind `unreadable`.
    unreadable: usize,
    /// See the kind `blocked`.
    blocked: usize,
}

/// How one image differs from what is declared.
#[derive(Debug, Serialize, JsonSchema)]
struct Difference {
    /// How it differs.
    kind: DriftKind,
    /// The name in the target: `repository:tag`, below the namespace.
    target: String,
    /// Where the image comes from, fully written out.
    source: String,
    /// Which platforms of it are wanted.
    platforms: Platforms,
    /// What the tag points to; null where there is no tag or it could not be read.
    found: Option<Descriptor>,
    /// What the tag should point to; null where that is not known.
    expected: Option<Descriptor>,
    /// The source's tag, then and now; null for every kind but `upstream-moved`.
    upstream: Option<Upstream>,
    /// What is known of that which the tag points to; null for every kind but `target-changed`.
    whence: Option<Whence>,
    /// What is known about it, as a sentence.
    reason: Option<String>,
    /// Why nothing can be done; null where `pusher apply` mends it.
    reason_kind: Option<ReasonKind>,
    /// Why a registry could not be read; null for every other reason.
    cause: Option<Cause>,
    /// What to do about it, where there is advice to give.
    hint: Option<String>,
    /// Where the image was declared.
    origin: Origin,
}

/// How a target can differ from what is declared.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum DriftKind {
    /// The source's tag points to something else than when it was locked.
    UpstreamMoved,
    /// The target's tag points to something else than is locked: someone pushed there.
    TargetChanged,
    /// The target's tag points to something else, and the image is not locked: the upstream tag
    /// moved, or someone changed the target. The digests alone do not tell which.
    Differs,
    /// The target has no such tag.
    TargetMissing,
    /// The source has no such image any more.
    SourceMissing,
    /// The lock records it, the target has it, and the files no longer declare it.
    NotDeclared,
    /// A registry did not say what it has: whether the image has drifted cannot be told.
    Unreadable,
    /// The image cannot be mirrored as it is declared.
    Blocked,
}

impl From<core::DriftKind> for DriftKind {
    fn from(kind: core::DriftKind) -> Self {
        match kind {
            core::DriftKind::UpstreamMoved => Self::UpstreamMoved,
            core::DriftKind::TargetChanged => Self::TargetChanged,
            core::DriftKind::Differs => Self::Differs,
            core::DriftKind::TargetMissing => Self::TargetMissing,
            core::DriftKind::SourceMissing => Self::SourceMissing,
            core::DriftKind::NotDeclared => Self::NotDeclared,
            core::DriftKind::Unreadable => Self::Unreadable,
            core::DriftKind::Blocked => Self::Blocked,
        }
    }
}

/// A source's tag, then and now.
#[derive(Debug, Serialize, JsonSchema)]
struct Upstream {
    /// The digest that it pointed to when it was locked.
    locked: String,
    /// The digest that it points to now.
    #[serde(rename = "now")]
    found: String,
}

impl Difference {
    fn of(difference: &core::Difference, target: &core::Target) -> Self {
        let core::Difference {
            kind,
            change,
            upstream,
            unasked,
            whence,
            ..
        } = difference;
        let blocked = match &change.action {
            core::Action::Blocked { reason, .. } => Some(reason),
            _ => None,
        };
        Self {
            kind: (*kind).into(),
            target: change.target.to_string(),
            source: change.source.to_string(),
            platforms: (&change.platforms).into(),
            found: change.action.before().map(Into::into),
            expected: match kind {
                core::DriftKind::NotDeclared => None,
                _ => after(&change.action),
            },
            upstream: upstream.as_ref().map(|(locked, found)| Upstream {
                locked: locked.to_string(),
                found: found.to_string(),
            }),
            whence: whence.as_ref().map(Into::into),
            reason: words::reason(&change.action),
            reason_kind: blocked.map(Into::into),
            cause: blocked.and_then(Cause::of),
            hint: hints::for_change(change, target)
                .or_else(|| unasked.then(|| words::drift::unasked().to_owned())),
            origin: (&change.origin).into(),
        }
    }
}

/// Writes how the target differs from what is declared.
pub fn drift(drift: &core::Drift<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let target = &drift.plan.target;
    let document = Drift {
        format_version: FORMAT_VERSION,
        target: target.into(),
        summary: Summary {
            in_place: drift.in_place,
            upstream_moved: drift.count(core::DriftKind::UpstreamMoved),
            target_changed: drift.count(core::DriftKind::TargetChanged),
            differs: drift.count(core::DriftKind::Differs),
            target_missing: drift.count(core::DriftKind::TargetMissing),
            source_missing: drift.count(core::DriftKind::SourceMissing),
            not_declared: drift.count(core::DriftKind::NotDeclared),
            unreadable: drift.count(core::DriftKind::Unreadable),
            blocked: drift.count(core::DriftKind::Blocked),
        },
        differences: Items::of(&drift.found, |one| Difference::of(one, target)),
        causes: shared(
            drift
                .found
                .iter()
                .map(|one| (&one.change.target, one.change.hits())),
            target,
        ),
    };
    write(&document, out)
}

/// Returns the JSON Schema of what [`drift`] writes.
pub fn drift_schema() -> serde_json::Value {
    schema_of_each::<Drift<'_>>()
}
