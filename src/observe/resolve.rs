//! Parts of what [`super::observe`] asks: for the lock, for drift and for what may be deleted.

use futures_util::StreamExt;
use indexmap::IndexMap;

use crate::cache::ResolutionCache;
use crate::model::Descriptor;
use crate::plan::{Desired, Entry, Observation, SourceImage, Target, TargetName};
use crate::progress::Progress;
use crate::registry::ReadRegistry;
use crate::tree::Walker;

use super::observer::{ENTRIES_AT_ONCE, Observer, SourceAnswers, head};

/// Asks the sources what the target must hold for these entries; the target is not asked.
pub async fn resolve<R: ReadRegistry>(
    desired: &Desired,
    entries: &[&Entry],
    answers: &SourceAnswers,
    registry: &R,
    cache: &ResolutionCache,
    progress: &Progress,
) -> IndexMap<TargetName, Observation<SourceImage>> {
    let observer = &Observer::new(desired, answers, registry, cache);
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
    answers: &SourceAnswers,
    registry: &R,
) -> IndexMap<TargetName, Observation<Descriptor>> {
    let judge = &desired.judge();
    let locked =
        |entry: &&Entry| desired.locked(entry).is_some() && !desired.is_forbidden(judge, entry);
    let entries = desired.entries.iter().filter(locked);
    let asked = entries.map(|entry| async move {
        let found = answers.of(entry, &entry.source, registry).await;
        (entry.target.clone(), found)
    });
    in_order(asked).await
}

/// Asks the target what these tags of it point to.
pub async fn tags<R: ReadRegistry>(
    target: &Target,
    names: impl IntoIterator<Item = &TargetName>,
    registry: &R,
) -> IndexMap<TargetName, Observation<Descriptor>> {
    let asked = names.into_iter().map(|name| async move {
        let found = head(registry, &target.reference(name)).await;
        (name.clone(), found)
    });
    in_order(asked).await
}

async fn in_order(
    asked: impl Iterator<Item = impl Future<Output = (TargetName, Observation<Descriptor>)>>,
) -> IndexMap<TargetName, Observation<Descriptor>> {
    futures_util::stream::iter(asked.collect::<Vec<_>>())
        .buffered(ENTRIES_AT_ONCE)
        .collect()
        .await
}

impl<R: ReadRegistry> Observer<'_, R> {
    /// Asks a source what the target must hold for an entry, whatever it holds.
    pub(super) async fn source_alone(&self, entry: &Entry) -> Observation<SourceImage> {
        let descriptor = match self.source_once(entry, &entry.source).await {
            Observation::Absent(absence) => return Observation::Absent(absence),
            Observation::Unreadable(why) => return Observation::Unreadable(why),
            Observation::Present(descriptor) => descriptor,
        };
        let mut walker = Walker::new(self.registry, &entry.source, &self.memory);
        let expected = self.expected(entry, &descriptor, |_| true, &mut walker);
        match expected.await {
            Ok(expected) => {
                let verdict = match &expected {
                    Ok(_) => self.verdict(entry, &descriptor.digest).await,
                    Err(_) => None,
                };
                Observation::Present(SourceImage {
                    descriptor,
                    expected,
                    contents: None,
                    verdict,
                })
            }
            Err(why) => Observation::Unreadable(why),
        }
    }
}
