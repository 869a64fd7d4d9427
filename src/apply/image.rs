//! One change: its manifests are read, its blobs brought, its manifests pushed, its tag moved.

use std::collections::HashSet;
use std::future::Future;
use std::time::Instant;

use futures_util::StreamExt;

use crate::model::{Descriptor, ErrorCode, Failure, RawManifest, Reference, Repository};
use crate::plan::{Bound, Change, ImageCopy, Outcome, Transfer};
use crate::registry::{Pushed, WriteRegistry};
use crate::tree::{self, Names, Node, Tree, Walker};

use super::bounds::Turn;
use super::context::{ChangeContext, RunContext};
use super::job::{BlobJob, How, Tally};
use super::tag;

/// How many parts of an image, or of a part of it, are worked on together: few have more.
const PARTS_AT_ONCE: usize = 64;

/// Brings one image to the target.
pub(super) async fn copy<R: WriteRegistry>(
    run: &RunContext<'_, R>,
    change: &Change,
    copy: &ImageCopy,
) -> Outcome {
    let begun = Instant::now();
    let (context, retries) = run.of_change();
    let job = ImageJob {
        context: &context,
        change,
        copy,
        repository: context.plan.target.repository(&change.target),
        tally: Tally::new(context.progress, &change.target),
    };
    let bounds = context.bounds;
    let turn = bounds.ask().then(|| bounds.stand_in_line());
    let result = job.run(turn).await;
    let cost = Transfer {
        retries: retries.get(),
        time: begun.elapsed(),
        ..job.tally.transfer()
    };
    Outcome::after(result, cost)
}

struct ImageJob<'a, R> {
    context: &'a ChangeContext<'a, R>,
    change: &'a Change,
    copy: &'a ImageCopy,
    repository: Repository,
    tally: Tally<'a>,
}

impl<R: WriteRegistry> ImageJob<'_, R> {
    /// Brings everything and moves the tag. An `Err` is an outcome in which that was not moved.
    async fn run(&self, turn: Option<Turn>) -> Result<(), Outcome> {
        let tree = tokio::select! {
            tree = self.bring_contents(turn) => tree?,
            needs = self.tally.gives_way() => {
                return Err(Outcome::left(Bound::Deadline, Some(needs)));
            }
            () = self.context.stop.asked() => return Err(self.context.stop.outcome()),
        };
        // From here on nothing is large; a stop lets it end, so that no answer is left unread.
        let listed = self.context.stop.or(self.list_root(&tree.root)).await?;
        listed.map_err(Outcome::failed)?;
        let tag = self.context.plan.target.reference(&self.change.target);
        let planned = self.change.action.before().map(|before| &before.digest);
        let wanted = &tree.root.manifest.descriptor.digest;
        let push = self.push(&tag, &tree.root);
        tag::move_to(self.context, &tag, planned, wanted, push).await
    }

    /// Sees to it that a root that names a subject is listed before a tag points to it.
    async fn list_root(&self, root: &Node) -> Result<(), Failure> {
        if root.subject.is_some() {
            self.push_by_digest(root).await?;
        }
        self.list(root).await
    }

    /// Sees to it that a manifest is listed with the referrers of its subject, if it names one. The tag
    /// moves when that is done: so the next run sees what was not done.
    async fn list(&self, node: &Node) -> Result<(), Failure> {
        let Some(subject) = &node.subject else {
            return Ok(());
        };
        let digest = node.manifest.descriptor.digest.clone();
        let pushed = self
            .context
            .manifests
            .known(&(self.repository.clone(), digest));
        let referrer = (&node.manifest, subject);
        let lists = &self.context.lists;
        lists
            .list(&self.context.registry, &self.repository, referrer, pushed)
            .await
    }

    /// Brings everything but the root manifest, where that fits within the bounds of the run.
    async fn bring_contents(&self, turn: Option<Turn>) -> Result<Tree, Outcome> {
        let Change { source, policy, .. } = self.change;
        let registry = &self.context.registry;
        let walker = Walker::new(registry, source, &self.context.memory);
        let tree = tree::read(walker, &self.copy.expected, policy.foreign_layers).await;
        let tree = tree.map_err(Outcome::failed)?;
        if let Some(turn) = turn {
            self.begin(&tree, turn).await?;
        }
        self.tally.expect(tree.contents().blob_bytes());
        let brought = self.bring_all(&tree).await;
        brought.map_err(Outcome::failed)?;
        Ok(tree)
    }

    /// Waits until what the target lacks of the image fits beside what is under way; if it will not, it is left.
    async fn begin(&self, tree: &Tree, turn: Turn) -> Result<(), Outcome> {
        let place = turn.begin(async || self.lacking(tree).await).await;
        let place = place.map_err(|(by, needs)| Outcome::left(by, Some(needs)))?;
        self.tally.take(place);
        Ok(())
    }

    /// Counts what the target lacks of the image. It is asked once for each blob.
    async fn lacking(&self, tree: &Tree) -> u64 {
        let lists = tree.nodes().filter_map(|node| match &node.names {
            Names::Blobs(blobs) => Some(blobs),
            Names::Manifests(_) => None,
        });
        let mut seen = HashSet::new();
        let blobs = lists.flatten().filter(|blob| seen.insert(&blob.digest));
        let lacking = blobs.map(|blob| self.context.blobs.lacking(self.blob_job(blob)));
        let lacking = futures_util::stream::iter(lacking).buffer_unordered(PARTS_AT_ONCE);
        lacking
            .fold(0_u64, async |sum, bytes| sum.saturating_add(bytes))
            .await
    }

    async fn bring_all(&self, tree: &Tree) -> Result<(), Failure> {
        all(tree.nodes().map(|node| self.bring_image(node, &tree.root))).await?;
        for node in &tree.below {
            if let Names::Manifests(_) = node.names {
                self.push_by_digest(node).await?;
            }
        }
        all(tree.below.iter().map(|node| self.list(node))).await
    }

    /// Brings what has blobs: them first, then their manifest, unless that is the root.
    async fn bring_image(&self, node: &Node, root: &Node) -> Result<(), Failure> {
        let Names::Blobs(blobs) = &node.names else {
            return Ok(());
        };
        let is_root = std::ptr::eq(node, root);
        if !is_root && self.is_there(&node.manifest).await {
            // A registry takes a manifest only with all its blobs.
            for blob in blobs {
                self.tally.count(&How::Present, blob.size);
            }
            return Ok(());
        }
        let jobs = blobs.iter().map(|blob| self.blob_job(blob));
        all(jobs.map(|job| self.context.blobs.bring(job))).await?;
        if !is_root {
            self.push_by_digest(node).await?;
        }
        Ok(())
    }

    fn blob_job<'b>(&'b self, blob: &'b Descriptor) -> BlobJob<'b, R> {
        BlobJob {
            registry: &self.context.registry,
            blob,
            source: self.change.source.repository(),
            target: &self.repository,
            tally: &self.tally,
        }
    }

    /// Tells whether an update finds this child in place: then its blobs need no question each.
    async fn is_there(&self, child: &RawManifest) -> bool {
        if self.change.action.before().is_none() {
            return false;
        }
        let reference =
            Reference::digested(self.repository.clone(), child.descriptor.digest.clone());
        matches!(
            self.context.registry.head_manifest(&reference).await,
            Ok(Some(_))
        )
    }

    async fn push_by_digest(&self, node: &Node) -> Result<(), Failure> {
        let digest = node.manifest.descriptor.digest.clone();
        let reference = Reference::digested(self.repository.clone(), digest.clone());
        let push = async || self.push(&reference, node).await;
        self.context
            .manifests
            .get((self.repository.clone(), digest), push)
            .await?;
        Ok(())
    }

    /// Pushes a manifest; if the target says only now that it lacks a blob, that goes there first.
    async fn push(&self, reference: &Reference, node: &Node) -> Result<Pushed, Failure> {
        let push = async || {
            let registry = &self.context.registry;
            registry.put_manifest(reference, &node.manifest).await
        };
        match (&node.names, push().await) {
            (Names::Blobs(blobs), Err(failure)) if lacks_a_blob(&failure) => {
                tracing::debug!("{failure}; sending its blobs whatever the target says of them");
                self.context.registry.count_retry();
                let jobs = blobs.iter().map(|blob| self.blob_job(blob));
                Box::pin(all(jobs.map(|job| self.context.blobs.bring_again(job)))).await?;
                push().await
            }
            (_, pushed) => pushed,
        }
    }
}

/// Tells whether a registry says that a manifest names a blob that it does not have.
fn lacks_a_blob(failure: &Failure) -> bool {
    matches!(
        failure.error_code(),
        Some(ErrorCode::ManifestBlobUnknown | ErrorCode::BlobUnknown)
    )
}

/// Waits for all, also when one fails: what has begun need not be done again by the next run, and
/// no upload is left half open. Of several failures the first in order is told.
async fn all(
    parts: impl Iterator<Item = impl Future<Output = Result<(), Failure>>>,
) -> Result<(), Failure> {
    let numbered = parts
        .enumerate()
        .map(async |(number, part)| Some((number, part.await.err()?)));
    let ended = futures_util::stream::iter(numbered).buffer_unordered(PARTS_AT_ONCE);
    let failed: Vec<_> = ended.filter_map(std::future::ready).collect().await;
    let first = failed.into_iter().min_by_key(|(number, _)| *number);
    first.map_or(Ok(()), |(_, failure)| Err(failure))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::task::yield_now;

    use crate::model::Cause;

    use super::*;

    #[tokio::test]
    async fn all_parts_are_done_a_few_at_a_time_and_the_first_failure_is_told() {
        let (under_way, most, done) = (Cell::new(0), Cell::new(0), Cell::new(0));
        let part = async |number: usize| {
            under_way.set(under_way.get() + 1);
            most.set(most.get().max(under_way.get()));
            // The last ones end first.
            for _ in 0..(200 - number) {
                yield_now().await;
            }
            under_way.set(under_way.get() - 1);
            done.set(done.get() + 1);
            match number {
                20 => Err(Failure::for_test(Cause::Denied)),
                30 => Err(Failure::for_test(Cause::Server)),
                _ => Ok(()),
            }
        };
        let failure = all((0..200).map(part)).await.unwrap_err();
        assert_eq!(failure.cause(), Cause::Denied);
        assert_eq!((most.get(), done.get()), (PARTS_AT_ONCE, 200));
    }
}
