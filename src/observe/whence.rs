//! What images that were found in the place of others consist of: the same as others that are at hand, or not.

use futures_util::StreamExt;
use indexmap::IndexMap;

use crate::cache::ResolutionCache;
use crate::model::{Digest, Reference, media_type};
use crate::plan::same_content::{SameContent, contents_of};
use crate::plan::{Contents, Desired, Entry, Likeness, Lock, Observation, TargetName, Whence};
use crate::registry::ReadRegistry;
use crate::tree::{self, Walker};

use super::observer::{Observer, SourceAnswers};

/// Of how many images it is looked what they consist of.
const MOST_IMAGES: usize = 16;
/// With how many others of the same source each is compared.
const MOST_OTHERS: usize = 6;
/// How many are looked at together.
const AT_ONCE: usize = 8;

/// An image of which nobody knows the digest that its tag points to.
#[derive(Debug, Clone, Copy)]
pub struct Unknown<'a> {
    /// The image.
    pub entry: &'a Entry,
    /// What its tag points to.
    pub found: &'a Digest,
    /// What it should consist of, where that was read.
    pub contents: Option<&'a Contents>,
    /// Whether its source's tag has moved since it was locked.
    pub moved: bool,
}

/// Tells what such images have the same content as: what should be there, what the source holds now, what the target
/// holds of other images of that source.
///
/// Of each it reads a manifest of the target, and of some others besides; where the source's tag has moved, what that points
/// to. What could not be read is like nothing.
pub async fn likenesses<R: ReadRegistry>(
    desired: &Desired,
    unknown: &[Unknown<'_>],
    answers: &SourceAnswers,
    registry: &R,
    cache: &ResolutionCache,
) -> IndexMap<TargetName, Likeness> {
    let Some(lock) = &desired.lock else {
        return IndexMap::new();
    };
    let search = &Search {
        observer: Observer::new(desired, answers, registry, cache),
        lock,
    };
    let asked = unknown.iter().take(MOST_IMAGES).map(|one| async move {
        let found = search.likeness(one).await?;
        Some((one.entry.target.clone(), found))
    });
    futures_util::stream::iter(asked.collect::<Vec<_>>())
        .buffered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await
}

struct Search<'a, R> {
    observer: Observer<'a, R>,
    lock: &'a Lock,
}

impl<R: ReadRegistry> Search<'_, R> {
    async fn likeness(&self, unknown: &Unknown<'_>) -> Option<Likeness> {
        let Unknown {
            entry,
            found,
            contents,
            moved,
        } = unknown;
        let Observer {
            registry, desired, ..
        } = self.observer;
        let repository = desired.target.repository(&entry.target);
        let held = Reference::digested(repository, (*found).clone());
        let held = registry.get_manifest(&held).await.ok().flatten()?;
        let same = |contents: &Contents| SameContent::of(&held, contents);
        if let Some(same) = contents.and_then(same) {
            return Some(Likeness::Declared(same));
        }
        if *moved && let Some(like) = self.upstream(entry, found, same).await {
            return Some(like);
        }
        // An index is like another only byte for byte, and that would have been told.
        if !media_type::is_manifest(&held.descriptor.media_type) {
            return None;
        }
        for (name, image) in Whence::neighbours(&entry.target, self.lock, MOST_OTHERS) {
            if !media_type::is_manifest(&image.expected.media_type) {
                continue;
            }
            let there = desired.target.repository(name);
            let other = Reference::digested(there, image.expected.digest.clone());
            let Ok(Some(other)) = registry.get_manifest(&other).await else {
                continue;
            };
            if let Some(same) = contents_of(&other).as_ref().and_then(same) {
                return Whence::content_of(name, &entry.target, self.lock, same);
            }
        }
        None
    }

    /// Compares with what the source's tag points to now.
    async fn upstream(
        &self,
        entry: &Entry,
        found: &Digest,
        same: impl Fn(&Contents) -> Option<SameContent>,
    ) -> Option<Likeness> {
        let Observation::Present(image) = self.observer.source_alone(entry).await else {
            return None;
        };
        let expected = image.expected.ok()?;
        if expected.descriptor.digest == *found {
            return Some(Likeness::Upstream(None));
        }
        let Observer {
            registry, memory, ..
        } = &self.observer;
        let walker = Walker::new(*registry, &entry.source, memory);
        let tree = tree::read(walker, &expected, entry.policy.foreign_layers).await;
        same(&tree.ok()?.contents()).map(|same| Likeness::Upstream(Some(same)))
    }
}
