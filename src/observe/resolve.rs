//! Parts of what [`super::observe`] asks: for the lock, for drift and for what may be deleted.

use futures_util::StreamExt;
use indexmap::IndexMap;

use crate::cache::ResolutionCache;
use crate::model::{Descriptor, Reference};
use crate::plan::{Desired, Entry, Observation, SourceImage, Target, TargetName};
use crate::progress::Progress;
use crate::registry::ReadRegistry;
use crate::tree::Walker;

use super::{ENTRIES_AT_ONCE, Observer, head};

/// Asks the sources what the target must hold for these entries; the target is not asked.
pub async fn resolve<R: ReadRegistry>(
    desired: &Desired,
    entries: &[&Entry],
    registry: &R,
    cache: &ResolutionCache,
    progress: &Progress,
) -> IndexMap<TargetName, Observation<SourceImage>> {
    let observer = &Observer::new(desired, registry, cache);
    let asked = entries.iter().map(|entry| async move {
        progress.begin(&entry.target);
        let image = observer.source_alone(entry).await;
        progress.finish(&entry.target);
        (entry.target.clone(), image)
    });
    futures_util::stream::iter(asked)
        .buffered(ENTRIES_AT_ONCE)
        .collect()
        .await
}

/// Asks the sources of all images that are locked what they point to now.
pub async fn upstream<R: ReadRegistry>(
    desired: &Desired,
    registry: &R,
) -> IndexMap<TargetName, Observation<Descriptor>> {
    let locked = |entry: &&Entry| desired.locked(entry).is_some();
    let entries = desired.entries.iter().filter(locked);
    let references = entries.map(|entry| (entry.target.clone(), entry.source.clone()));
    heads(registry, references).await
}

/// Asks the target what these tags of it point to.
pub async fn tags<R: ReadRegistry>(
    target: &Target,
    names: impl IntoIterator<Item = &TargetName>,
    registry: &R,
) -> IndexMap<TargetName, Observation<Descriptor>> {
    let references = names
        .into_iter()
        .map(|name| (name.clone(), target.reference(name)));
    heads(registry, references).await
}

async fn heads<R: ReadRegistry>(
    registry: &R,
    references: impl Iterator<Item = (TargetName, Reference)>,
) -> IndexMap<TargetName, Observation<Descriptor>> {
    let asked =
        references.map(|(name, reference)| async move { (name, head(registry, &reference).await) });
    futures_util::stream::iter(asked.collect::<Vec<_>>())
        .buffered(ENTRIES_AT_ONCE)
        .collect()
        .await
}

impl<R: ReadRegistry> Observer<'_, R> {
    async fn source_alone(&self, entry: &Entry) -> Observation<SourceImage> {
        let descriptor = match self.head_once(&entry.source).await {
            Observation::Absent => return Observation::Absent,
            Observation::Unreadable(why) => return Observation::Unreadable(why),
            Observation::Present(descriptor) => descriptor,
        };
        let mut walker = Walker::new(self.registry, &entry.source, &self.room);
        let expected = self.expected(entry, &descriptor, |_| true, &mut walker);
        match expected.await {
            Ok(expected) => Observation::Present(SourceImage {
                descriptor,
                expected,
                contents: None,
            }),
            Err(why) => Observation::Unreadable(why),
        }
    }
}
