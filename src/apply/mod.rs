//! Carries a plan out: blobs first, then manifests, children before their index, the tag last.
//!
//! | file | job |
//! | --- | --- |
//! | `context` | what all images of a run share |
//! | `image` | one change, from its manifests to its tag |
//! | `job` | a blob that is to be brought, and what is counted of those that were |
//! | `blobs` | which blob goes where, and how: there already, mounted, or sent; each once |
//! | `relay` | a blob that another target of the run has comes from there |
//! | `prefetch` | small blobs, read while their upload is opened |
//! | `transfer` | one blob into its target: streamed, taken up again where it broke |
//! | `try_outcome` | why a try to bring a blob ended, and so whether another may do |
//! | `retry_budget`, `chunking` | how often a blob may break; in which chunks it goes out |
//! | `resumable_body` | a download as the body of an upload, taken up again where that broke |
//! | `download` | one blob from its source: checked, read on where it breaks |
//! | `uploads` | the uploads that are open: what a stop leaves is ended |
//! | `stop` | how long a run goes on once it is stopped |
//! | `bounds` | how far a run may go; what does not fit is left to a later one |
//! | `delete`, `in_use` | tags that go, and what else needs their manifests |
//! | `attest` | the record of a promotion, attached to its image |
//! | `referrers` | what names a subject is listed, under a tag where the registry has no referrers API |
//! | `tag` | a tag is moved, and looked at after a request that went wrong and when all is done |

mod attest;
mod blobs;
mod bounds;
mod chunking;
mod context;
mod delete;
mod download;
mod image;
mod in_use;
mod job;
mod prefetch;
mod referrers;
mod relay;
mod resumable_body;
mod retry_budget;
mod stop;
mod tag;
mod transfer;
mod try_outcome;
mod uploads;

pub use attest::{RECORD_TYPE, attest};
pub use bounds::Limits;

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::plan::{Action, BlockReason, Bound, Change, ImageCopy, NotDone, Outcome, Plan, Report};
use crate::progress::Progress;
use crate::registry::WriteRegistry;

use bounds::Bounds;
use context::RunContext;
use relay::{Relay, Seat};

/// How many images of all targets are worked on together. The registries' own limits are kept by the client; this
/// one bounds memory.
const IMAGES_AT_ONCE: usize = 48;
/// One of so many works on the smallest images, so that those do not have to wait for all the others.
const ONE_FOR_SMALL: usize = 6;

/// Carries out what `plan` says, and nothing else.
///
/// `looked` tells when the target's tags were looked at for the plan, if that was in this run: a tag that was
/// looked at just now is moved without another look.
///
/// One image that fails does not stop the others. When `stop` turns true, no tag is moved any more
/// but those that are being moved at that moment, for which there are a few seconds, and the uploads that
/// are open are ended at the target.
pub async fn apply<R: WriteRegistry>(
    plan: Plan,
    looked: Option<Instant>,
    registry: &R,
    stop: watch::Receiver<bool>,
    progress: &Progress,
) -> Report {
    let together = Together {
        relay: &Relay::between(1),
        bounds: &Bounds::new(Limits::default()),
        stop: &stop,
        images: IMAGES_AT_ONCE,
    };
    let one = ToApply { plan, looked };
    Box::pin(apply_one(one, 0, registry, &together, progress)).await
}

/// A plan of several, and when its target was looked at for it.
#[derive(Debug)]
pub struct ToApply {
    /// What has to be done.
    pub plan: Plan,
    /// When the target's tags were looked at, as for [`apply`].
    pub looked: Option<Instant>,
}

/// Carries the plans of several targets out together, within these limits: what one of them has the others have from
/// there, so that each blob is read from its source once.
///
/// The reports are in the order of the plans.
pub async fn apply_each<R: WriteRegistry>(
    plans: Vec<ToApply>,
    registry: &R,
    stop: &watch::Receiver<bool>,
    limits: Limits,
    progress: &Progress,
) -> Vec<Report> {
    let together = &Together {
        relay: &Relay::between(plans.len()),
        bounds: &Bounds::new(limits),
        stop,
        images: IMAGES_AT_ONCE.div_ceil(plans.len().max(1)),
    };
    let each = plans.into_iter().enumerate().map(|(number, one)| {
        let progress = progress.of(&one.plan.target);
        async move { apply_one(one, number, registry, together, &progress).await }
    });
    join_all(each).await
}

/// What the targets of a run share.
struct Together<'a> {
    relay: &'a Relay,
    bounds: &'a Arc<Bounds>,
    stop: &'a watch::Receiver<bool>,
    /// How many images of each are worked on at once.
    images: usize,
}

async fn apply_one<R: WriteRegistry>(
    one: ToApply,
    number: usize,
    registry: &R,
    together: &Together<'_>,
    progress: &Progress,
) -> Report {
    let ToApply { plan, looked } = one;
    let Together {
        relay,
        bounds,
        stop,
        images,
    } = *together;
    let seat = Seat { relay, number };
    let run = RunContext::new(
        &plan,
        looked,
        registry,
        stop.clone(),
        bounds,
        progress,
        seat,
    );
    let outcomes = carry_out(&run, images).await;
    drop(run);
    Report {
        plan,
        outcomes,
        shard: None,
        interrupted: *stop.borrow(),
        promotions: vec![],
        attachments: vec![],
    }
}

async fn carry_out<R: WriteRegistry>(
    run: &RunContext<'_, R>,
    images_at_once: usize,
) -> Vec<Outcome> {
    let waiting = &Mutex::new(biggest_first(run.plan));
    let work = async |number: usize| {
        let mut done = vec![];
        while let Some((position, change)) = next(waiting, number) {
            done.push((position, outcome(run, change).await));
        }
        done
    };
    let done = join_all((0..images_at_once).map(work)).await;
    let mut in_order: Vec<(usize, Outcome)> = done.into_iter().flatten().collect();
    // It is large, and over when it is done.
    Box::pin(tag::look_at_moved(&run.of_change().0, &mut in_order)).await;
    // It is large, and most runs delete nothing.
    in_order.extend(Box::pin(delete::delete_all(run, &in_order)).await);
    run.blobs.end_uploads().await;
    in_order.sort_unstable_by_key(|(position, _)| *position);
    in_order.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Images that wait for their turn, the biggest first, each with its position in the plan.
type Waiting<'a> = VecDeque<(usize, &'a Change)>;

/// Leaves deletions aside, and puts the images with the most bytes first, so that the run does not end
/// waiting for one.
fn biggest_first(plan: &Plan) -> Waiting<'_> {
    let is_delete = |change: &Change| matches!(change.action, Action::Delete { .. });
    let mut changes: Vec<_> = plan.changes.iter().enumerate().collect();
    changes.retain(|(_, change)| !is_delete(change));
    let bytes = |change: &Change| change.action.copy().and_then(ImageCopy::blob_bytes);
    // What is of unknown size may be the biggest.
    changes.sort_by_key(|(_, change)| Reverse(bytes(change).unwrap_or(u64::MAX)));
    changes.into()
}

/// Returns what the worker of this number is to do next.
fn next<'a>(waiting: &Mutex<Waiting<'a>>, number: usize) -> Option<(usize, &'a Change)> {
    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    if number.is_multiple_of(ONE_FOR_SMALL) {
        waiting.pop_back()
    } else {
        waiting.pop_front()
    }
}

/// Does what a change says, but for deletions, whose turn comes later.
async fn outcome<R: WriteRegistry>(run: &RunContext<'_, R>, change: &Change) -> Outcome {
    let copy = match &change.action {
        Action::NoOp { .. } => return Outcome::Unchanged,
        Action::Blocked {
            before,
            reason: BlockReason::TargetMoved { .. },
        } => return Outcome::stale(before.as_ref().map(|found| &found.digest)),
        Action::Blocked { reason, .. } if reason.is_own_bound() => {
            return Outcome::left(Bound::MaxPulls, None);
        }
        Action::Blocked { .. } => return Outcome::Blocked,
        Action::Delete { .. } => return Outcome::not_done(NotDone::Stopped),
        Action::Create { after } | Action::Update { after, .. } => after,
    };
    if run.stop.was_asked() {
        return run.stop.outcome();
    }
    run.progress.begin(&change.target);
    let outcome = image::copy(run, change, copy).await;
    if matches!(outcome, Outcome::Done(_)) {
        run.progress.finish(&change.target);
    } else {
        run.progress.fail(&change.target);
    }
    outcome
}
