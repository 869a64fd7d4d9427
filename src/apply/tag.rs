//! Moves a tag, and tells what it points to after a request that went wrong and when all is done.

use std::time::Duration;

use futures_util::StreamExt as _;

use crate::model::{Digest, Failure, Reference};
use crate::plan::{Outcome, TagAfter, Transfer};
use crate::registry::{Pushed, WriteRegistry};

use super::context::ChangeContext;

/// So long what the plan saw of a tag is taken for what it points to. No look is nearer to the move than the
/// way to the registry is long, and each costs a request.
const FRESH: Duration = Duration::from_secs(5);

/// Moves a tag by `push`, if it still points to what the plan saw, or to nothing where that is none: it is
/// looked at once more, unless the plan has looked just now.
pub(super) async fn move_to<R: WriteRegistry>(
    context: &ChangeContext<'_, R>,
    tag: &Reference,
    planned: Option<&Digest>,
    wanted: &Digest,
    push: impl Future<Output = Result<Pushed, Failure>>,
) -> Result<(), Outcome> {
    let (registry, stop) = (&context.registry, &context.stop);
    if context
        .looked
        .is_none_or(|looked| looked.elapsed() >= FRESH)
    {
        let now = stop.or(registry.head_manifest(tag)).await?;
        let now = now.map_err(Outcome::failed)?.map(|found| found.digest);
        if now.as_ref() == Some(wanted) {
            return Ok(());
        }
        if now.as_ref() != planned {
            return Err(Outcome::stale(now.as_ref()));
        }
    }
    match stop.or_unanswered(push).await? {
        Ok(_) => Ok(()),
        Err(failure) => look_again(context, tag, Some(wanted), planned, failure).await,
    }
}

/// Tells what became of a tag whose move or deletion was not answered, or was refused: the request may
/// have arrived all the same.
///
/// `wanted` is what it should point to now, and `planned` what it pointed to before; none is no tag.
pub(super) async fn look_again<R: WriteRegistry>(
    context: &ChangeContext<'_, R>,
    tag: &Reference,
    wanted: Option<&Digest>,
    planned: Option<&Digest>,
    failure: Failure,
) -> Result<(), Outcome> {
    let looking = context.registry.head_manifest(tag);
    let after = match context.stop.or(looking).await {
        Err(_) | Ok(Err(_)) => TagAfter::Unknown,
        Ok(Ok(found)) => {
            let found = found.map(|found| found.digest);
            if found.as_ref() == wanted {
                return Ok(());
            }
            if found.as_ref() != planned {
                return Err(Outcome::stale(found.as_ref()));
            }
            TagAfter::Unchanged
        }
    };
    Err(Outcome::Failed {
        failure,
        tag: after,
        cost: Transfer::default(),
    })
}

/// How many tags are looked at together: each look is one small request.
const LOOKS_AT_ONCE: usize = 256;

/// How often a tag is looked at that is not where this run has moved it: what answers may lag behind.
const LOOKS: usize = 3;

/// Looks once more at the tags that this run has moved, and says so where one points elsewhere by now.
///
/// No registry moves a tag on the condition that it is still where it was. Of two that move it at the same
/// time, the one that was overwritten learns it here.
pub(super) async fn look_at_moved<R: WriteRegistry>(
    context: &ChangeContext<'_, R>,
    outcomes: &mut [(usize, Outcome)],
) {
    let looks = outcomes.iter_mut().map(async |(position, outcome)| {
        let change = &context.plan.changes[*position];
        if let (Outcome::Done(cost), Some(copy)) = (&*outcome, change.action.copy()) {
            let tag = context.plan.target.reference(&change.target);
            let before = change.action.before().map(|before| &before.digest);
            let moved = &copy.expected.descriptor.digest;
            if let Some(found) = moved_again(context, &tag, before, moved).await {
                *outcome = Outcome::moved_again(found, *cost);
            }
        }
    });
    let looking = futures_util::stream::iter(looks).buffer_unordered(LOOKS_AT_ONCE);
    looking.collect::<()>().await;
}

/// Returns what a tag points to if someone else has moved it; none where that is not known.
async fn moved_again<R: WriteRegistry>(
    context: &ChangeContext<'_, R>,
    tag: &Reference,
    before: Option<&Digest>,
    moved: &Digest,
) -> Option<Option<Digest>> {
    let mut last = None;
    for time in 1..=LOOKS {
        let looking = context.stop.or(look(&context.registry, tag));
        let found = looking.await.ok()?.ok()?;
        let is_ours = match &found {
            // A registry may name what was pinned in another way by a digest of its own choice.
            Some(found) => found == moved || found.algorithm() != moved.algorithm(),
            None => false,
        };
        if is_ours {
            return None;
        }
        // What is believed was seen twice, for it tells of someone else.
        let is_sure = found.as_ref() != before && last.as_ref() == Some(&found);
        last = Some(found);
        if is_sure {
            break;
        }
        if time < LOOKS {
            context.registry.rest(time).await;
        }
    }
    last
}

/// Returns what a tag points to. What hides it from HEAD may show it to GET.
async fn look<R: WriteRegistry>(registry: &R, tag: &Reference) -> Result<Option<Digest>, Failure> {
    if let Some(found) = registry.head_manifest(tag).await? {
        return Ok(Some(found.digest));
    }
    let read = registry.get_manifest(tag).await?;
    Ok(read.map(|manifest| manifest.descriptor.digest))
}
