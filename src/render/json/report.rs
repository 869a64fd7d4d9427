//! `apply --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan as core;
use crate::render::{hints, words};

use super::age::Age;
use super::blocked::{SharedCause, shared};
use super::document::{Descriptor, FORMAT_VERSION, Items, Origin, Platforms, Target, write};
use super::each::schema_of_each;
use super::plan::{Action, after, verified};
use super::policy::{Violation, violations};
use super::record::Record;

/// What happened when a plan was carried out.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "pusher apply")]
struct Report<'a> {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: &'static str,
    /// Where the images go.
    target: Target,
    /// Which part of a saved plan it is, such as `2/4`; null where it is all of it.
    shard: Option<String>,
    /// The digest of that plan's file; null where it is of no shard.
    plan: Option<String>,
    /// Whether every image is in the target as it should be.
    success: bool,
    /// Whether someone stopped the run before its end.
    interrupted: bool,
    /// How many changes ended in each way, and what it cost.
    summary: Summary,
    /// What happened to each change of the plan, in its order.
    #[schemars(with = "Vec<Change>")]
    changes: Items<'a, Change>,
    /// What was promoted: put into the target by this run.
    #[schemars(with = "Vec<Record>")]
    records: Items<'a, Record>,
    /// With `--attest`, what became of the record of each image; else empty.
    #[schemars(with = "Vec<Attachment>")]
    attachments: Items<'a, Attachment>,
    /// What is in the way of several images at once, with all that it hit; empty where nothing is.
    causes: Vec<SharedCause>,
}

/// What became of a record that was to be attached to its image.
#[derive(Debug, Serialize, JsonSchema)]
struct Attachment {
    /// The image.
    image: String,
    /// What became of its record.
    outcome: RecordOutcome,
    /// The digest of the referrer; null where there is none.
    digest: Option<String>,
    /// What went wrong, as a sentence; null where nothing did.
    error: Option<String>,
}

/// What became of a record.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum RecordOutcome {
    /// It is a referrer of the image.
    Attached,
    /// The target is known to take no artifacts, or to list none.
    NotTaken,
    /// It did not work.
    Failed,
}

impl From<&core::Attachment> for Attachment {
    fn from(attachment: &core::Attachment) -> Self {
        let core::Attachment { image, attached } = attachment;
        let (outcome, digest, error) = match attached {
            core::Attached::As(digest) => (RecordOutcome::Attached, Some(digest.to_string()), None),
            core::Attached::NotTaken => (RecordOutcome::NotTaken, None, None),
            core::Attached::Failed(failure) => {
                (RecordOutcome::Failed, None, Some(failure.to_string()))
            }
        };
        Self {
            image: image.to_string(),
            outcome,
            digest,
            error,
        }
    }
}

/// How many changes ended in each way, and what it cost.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Summary {
    /// Tags that were created.
    created: usize,
    /// Tags that were moved.
    updated: usize,
    /// Tags that were deleted.
    deleted: usize,
    /// Tags that were in place.
    unchanged: usize,
    /// Images for which nothing could be done.
    blocked: usize,
    /// Tags that someone else moved after the plan was made.
    stale: usize,
    /// Changes that did not work.
    failed: usize,
    /// Changes that are left to a later run, since this one came to a bound (`--deadline`, `--max-bytes`, `--max-pulls`).
    left: usize,
    /// Changes that the run did not come to.
    not_done: usize,
    /// Bytes of blobs that went over the wire.
    bytes_sent: u64,
    /// Bytes of blobs that the registry mounted from another repository.
    bytes_mounted: u64,
    /// Bytes of blobs that were there already.
    bytes_present: u64,
    /// How often a request was sent again, or a transfer taken up again.
    retries: u64,
}

/// What happened to one change.
#[derive(Debug, Serialize, JsonSchema)]
struct Change {
    /// The name in the target: `repository:tag`, below the namespace.
    target: String,
    /// What to pull: the registry, the namespace and the name.
    image: String,
    /// The same from everywhere; null where the target's host is not one of Alibaba Cloud's.
    image_public: Option<String>,
    /// The same inside a VPC of the registry's region; null where the target's host is not one of
    /// Alibaba Cloud's.
    image_vpc: Option<String>,
    /// Where the image comes from, fully written out.
    source: String,
    /// Which platforms of it are wanted.
    platforms: Platforms,
    /// What had to be done.
    action: Action,
    /// What became of it.
    outcome: Outcome,
    /// What the tag pointed to before; null where there was no tag or it could not be read.
    before: Option<Descriptor>,
    /// What the tag had to point to; null where that was not known.
    after: Option<Descriptor>,
    /// By whom what was to be copied is signed, as a lock records it; null where no rule asks, or nothing was to be
    /// copied.
    verified: Option<String>,
    /// What went wrong, as a sentence; null where nothing did.
    error: Option<String>,
    /// What to do about it, where there is advice to give.
    hint: Option<String>,
    /// What is to be told of the age of the digest that is locked; null where nothing is.
    age: Option<Age>,
    /// The rules of the policy that the image breaks; empty where it breaks none.
    policy: Vec<Violation>,
    /// Where the image was declared.
    origin: Origin,
    /// Bytes of blobs that went over the wire.
    bytes_sent: u64,
    /// Bytes of blobs that the registry mounted from another repository.
    bytes_mounted: u64,
    /// Bytes of blobs that were there already.
    bytes_present: u64,
    /// How often a request was sent again, or a transfer taken up again.
    retries: u64,
    /// From the first request to the last; null where nothing was to be done.
    seconds: Option<f64>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    /// There was nothing to do.
    Unchanged,
    /// The target's tag points to what was planned.
    Done,
    /// The plan already said that nothing can be done.
    Blocked,
    /// Someone else moved the tag after the plan was made, or once more after this run; it was left alone.
    Stale,
    /// It did not work; what the tag points to is unchanged.
    Failed,
    /// The run came to a bound before, which `error` names: it is left to a later one.
    Left,
    /// The run was stopped before; the tag is unchanged, unless `error` says that this is not known.
    NotDone,
}

impl From<&core::Outcome> for Outcome {
    fn from(outcome: &core::Outcome) -> Self {
        match outcome {
            core::Outcome::Unchanged => Self::Unchanged,
            core::Outcome::Done(_) => Self::Done,
            core::Outcome::Blocked => Self::Blocked,
            core::Outcome::Stale { .. } => Self::Stale,
            core::Outcome::Failed { .. } => Self::Failed,
            core::Outcome::Left { .. } => Self::Left,
            core::Outcome::NotDone { .. } => Self::NotDone,
        }
    }
}

impl Change {
    fn of(change: &core::Change, outcome: &core::Outcome, target: &core::Target) -> Self {
        let cost = outcome.cost().copied();
        let at = |host| target.at(host).reference(&change.target).to_string();
        let hosts = core::AliyunHosts::of_host(&target.registry);
        let (public, vpc) = hosts.map(|both| (at(both.public), at(both.vpc))).unzip();
        let core::Transfer {
            bytes_sent,
            bytes_mounted,
            bytes_present,
            retries,
            time: _,
        } = cost.unwrap_or_default();
        Self {
            target: change.target.to_string(),
            image: target.reference(&change.target).to_string(),
            image_public: public,
            image_vpc: vpc,
            source: change.source.to_string(),
            platforms: (&change.platforms).into(),
            action: (&change.action).into(),
            outcome: outcome.into(),
            before: change.action.before().map(Into::into),
            after: after(&change.action),
            verified: verified(&change.action),
            error: words::outcome_reason(change, outcome),
            hint: hints::for_outcome(change, outcome, target),
            age: Age::of(&change.age),
            policy: violations(change),
            origin: (&change.origin).into(),
            bytes_sent,
            bytes_mounted,
            bytes_present,
            retries,
            seconds: cost.map(|cost| cost.time.as_secs_f64()),
        }
    }
}

/// Writes what was done.
pub fn report(report: &core::Report, out: &mut dyn fmt::Write) -> fmt::Result {
    let core::Report {
        plan: core::Plan { target, changes },
        outcomes,
        shard,
        interrupted,
        promotions,
        attachments,
    } = report;
    let summary = report.summary();
    let ends: Vec<_> = changes.iter().zip(outcomes).collect();
    let document = Report {
        format_version: FORMAT_VERSION,
        target: target.into(),
        shard: shard.as_ref().map(|of| of.shard.to_string()),
        plan: shard.as_ref().map(|of| of.plan.to_string()),
        success: summary.is_success(),
        interrupted: *interrupted,
        summary: summary.into(),
        changes: Items::of(&ends, |(change, outcome)| {
            Change::of(change, outcome, target)
        }),
        records: Items::of(promotions, Record::from),
        attachments: Items::of(attachments, Attachment::from),
        causes: shared(
            ends.iter()
                .map(|(change, outcome)| (&change.target, change.hits_of(outcome, target))),
            target,
        ),
    };
    write(&document, out)
}

impl From<core::ReportSummary> for Summary {
    fn from(summary: core::ReportSummary) -> Self {
        let core::ReportSummary {
            created,
            updated,
            deleted,
            unchanged,
            blocked,
            stale,
            failed,
            left,
            not_done,
            cost,
            interrupted: _,
        } = summary;
        let core::Transfer {
            bytes_sent,
            bytes_mounted,
            bytes_present,
            retries,
            time: _,
        } = cost;
        Self {
            created,
            updated,
            deleted,
            unchanged,
            blocked,
            stale,
            failed,
            left,
            not_done,
            bytes_sent,
            bytes_mounted,
            bytes_present,
            retries,
        }
    }
}

/// Returns the JSON Schema of what [`report`] writes.
pub fn report_schema() -> serde_json::Value {
    schema_of_each::<Report<'_>>()
}
