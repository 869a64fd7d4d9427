//! Asks the registries about every entry of a desired set, many at a time.
//!
//! A tag that is in place costs one HEAD at each side. A manifest is read only where the expected
//! digest depends on it, or where something will have to be copied. Where the lock settles the
//! digest and the target holds it, the source is asked for no more than the referrers, where these are wanted; and
//! where the tag never moves, the target for no more than a list of its tags.

mod attached;
mod expected;
mod families;
mod image;
mod inventory;
mod listed;
mod memory_bound;
mod observer;
mod referrers;
mod resolve;
mod same_content;
mod signatures;
mod whence;

use futures_util::StreamExt;

use crate::cache::ResolutionCache;
use crate::plan::{ClassifiedImage, ClassifiedImages, Desired, Entry};
use crate::progress::Progress;
use crate::registry::ReadRegistry;

use observer::{ENTRIES_AT_ONCE, Observer};

pub use families::choose;
pub use inventory::inventory;
pub use listed::seen;
pub use observer::SourceAnswers;
pub use resolve::{resolve, tags, upstream};
pub use same_content::same_content;
pub use whence::{Unknown, likenesses};

/// Asks the registries what they hold for each entry; never fails as a whole.
///
/// What sources have said already is in `answers`, and what they say now goes there.
pub async fn observe<R: ReadRegistry>(
    desired: &Desired,
    answers: &SourceAnswers,
    registry: &R,
    cache: &ResolutionCache,
    progress: &Progress,
) -> ClassifiedImages {
    let observer = &Observer::new(desired, answers, registry, cache);
    let listed = &listed::listed(desired, registry).await;
    let judge = &desired.judge();
    let accepted = |entry: &&Entry| {
        desired.target.refuses_name(&entry.target).is_none() && !desired.is_forbidden(judge, entry)
    };
    let entries = desired.entries.iter().filter(accepted);
    let mut seen = futures_util::stream::iter(entries)
        .map(|entry| async move {
            progress.begin(&entry.target);
            let is_listed = listed.contains(&entry.target);
            let mut image = observer.image(entry, is_listed).await;
            observer.memory_bound.contents(&mut image);
            progress.finish(&entry.target);
            let image = ClassifiedImage::from(image);
            let image = if is_listed { image.listed() } else { image };
            (entry.target.clone(), image)
        })
        .buffer_unordered(ENTRIES_AT_ONCE);
    let mut kept = ClassifiedImages::with_capacity(desired.entries.len());
    while let Some((name, image)) = seen.next().await {
        kept.insert(name, image);
    }
    kept
}
