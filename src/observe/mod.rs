//! Asks the registries about every entry of a desired set, many at a time.
//!
//! A tag that is in place costs one HEAD at each side. A manifest is read only where the expected
//! digest depends on it, or where something will have to be copied. Where the lock settles the
//! digest and the target holds it, the source is asked nothing at all.

mod attached;
mod expected;
mod inventory;
mod quota;
mod referrers;
mod resolve;
mod same_content;

pub use inventory::inventory;
pub use resolve::{resolve, tags, upstream};
pub use same_content::same_content;

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt;

use crate::cache::ResolutionCache;
use crate::model::{Descriptor, Digest, Failure, Fault, Reference, media_type};
use crate::plan::referrers::ObservedReferrers;
use crate::plan::{
    Absence, Content, Desired, Entry, Expected, LockedImage, Observation, Observed, ObservedImage,
    Refusal, SourceImage,
};
use crate::progress::Progress;
use crate::registry::ReadRegistry;
use crate::single_flight::SingleFlight;
use crate::tree::{self, ManifestMemory, Walker};

use quota::Quota;

/// How many entries are looked at together. The registries' own limits are kept by the client; this
/// one bounds memory.
const ENTRIES_AT_ONCE: usize = 256;

/// Asks the registries what they hold for each entry; never fails as a whole.
pub async fn observe<R: ReadRegistry>(
    desired: &Desired,
    registry: &R,
    cache: &ResolutionCache,
    progress: &Progress,
) -> Observed {
    let observer = &Observer::new(desired, registry, cache);
    let accepted = |entry: &&Entry| desired.target.refuses_name(&entry.target).is_none();
    let entries = desired.entries.iter().filter(accepted);
    let mut answers: HashMap<_, _> = futures_util::stream::iter(entries)
        .map(|entry| async move {
            progress.begin(&entry.target);
            let mut image = observer.image(entry).await;
            observer.quota.contents(&mut image);
            progress.finish(&entry.target);
            (&entry.target, image)
        })
        .buffer_unordered(ENTRIES_AT_ONCE)
        .collect()
        .await;
    let in_order = desired.entries.iter();
    in_order
        .filter_map(|entry| Some((entry.target.clone(), answers.remove(&entry.target)?)))
        .collect()
}

struct Observer<'a, R> {
    desired: &'a Desired,
    registry: &'a R,
    cache: &'a ResolutionCache,
    /// Several entries may want different platforms of one source, or have the same referrers: what these
    /// point to is asked once.
    heads: SingleFlight<Reference, Observation<Descriptor>>,
    /// What was found out about what follows images.
    referrers: referrers::Known,
    /// What the manifests of all images that are looked at share.
    memory: ManifestMemory,
    /// How much is kept of all images.
    quota: Quota,
}

impl<'a, R: ReadRegistry> Observer<'a, R> {
    fn new(desired: &'a Desired, registry: &'a R, cache: &'a ResolutionCache) -> Self {
        Self {
            desired,
            registry,
            cache,
            heads: SingleFlight::default(),
            referrers: referrers::Known::default(),
            memory: ManifestMemory::default(),
            quota: Quota::default(),
        }
    }

    async fn image(&self, entry: &Entry) -> ObservedImage {
        let target = self.desired.target.reference(&entry.target);
        let (source, mut target) = match self.desired.locked(entry) {
            None => tokio::join!(
                self.source_once(&entry.source),
                head(self.registry, &target)
            ),
            Some(locked) => {
                let mut target = head(self.registry, &target).await;
                self.recognise(entry, &locked.expected, &mut target).await;
                if holds(&target, &locked.expected.digest) || is_unreadable(&target) {
                    return self.settled(entry, locked, target).await;
                }
                let source = entry.source.at(locked.source_digest.clone());
                (self.source_once(&source).await, target)
            }
        };
        let mut referrers = ObservedReferrers::default();
        let source = match source {
            Observation::Absent(absence) => Observation::Absent(absence),
            Observation::Unreadable(why) => Observation::Unreadable(why),
            Observation::Present(descriptor) => {
                match self.source_image(entry, descriptor, &mut target).await {
                    Ok(image) => {
                        referrers = referrers::observe(self, entry, &image, &target).await;
                        Observation::Present(image)
                    }
                    Err(why) => Observation::Unreadable(why),
                }
            }
        };
        ObservedImage {
            source,
            target,
            referrers,
        }
    }

    /// Says what is there of an image whose source need not be asked: the lock tells what it has.
    async fn settled(
        &self,
        entry: &Entry,
        locked: &LockedImage,
        target: Observation<Descriptor>,
    ) -> ObservedImage {
        let mut expected = Expected::unchanged(locked.expected.clone());
        if locked.is_rewritten() {
            // The bytes that were made are in place.
            expected.content = Content::Rewritten(vec![]);
        }
        let image = SourceImage {
            descriptor: locked.expected.clone(),
            expected: Ok(expected),
            contents: None,
        };
        let referrers = referrers::observe(self, entry, &image, &target).await;
        ObservedImage {
            source: Observation::Present(image),
            target,
            referrers,
        }
    }

    async fn source_once(&self, reference: &Reference) -> Observation<Descriptor> {
        let ask = async || head_of_source(self.registry, reference).await;
        self.heads.always(reference.clone(), ask).await
    }

    async fn head_once(&self, reference: &Reference) -> Observation<Descriptor> {
        let ask = async || head(self.registry, reference).await;
        self.heads.always(reference.clone(), ask).await
    }

    async fn source_image(
        &self,
        entry: &Entry,
        descriptor: Descriptor,
        target: &mut Observation<Descriptor>,
    ) -> Result<SourceImage, Failure> {
        // A single manifest can only be copied as it is: where the target has it, all is known.
        if media_type::is_manifest(&descriptor.media_type) && holds(target, &descriptor.digest) {
            let expected = Ok(Expected::unchanged(descriptor.clone()));
            return Ok(SourceImage {
                descriptor,
                expected,
                contents: None,
            });
        }
        let has_bytes = |digest: &Digest| holds(target, digest);
        let mut walker = Walker::new(self.registry, &entry.source, &self.memory);
        let expected = self.expected(entry, &descriptor, has_bytes, &mut walker);
        let expected = expected.await?;
        if let Ok(expected) = &expected {
            let too_much = |excess| Failure::of_image(&entry.source, Fault::TooMuch(excess));
            self.quota.made(expected).map_err(too_much)?;
            self.recognise(entry, &expected.descriptor, target).await;
        }
        let was_read = !is_unreadable(target);
        let (expected, contents) = match expected {
            Ok(expected) if was_read && !holds(target, &expected.descriptor.digest) => {
                let layers = entry.policy.foreign_layers;
                let tree = tree::read(walker, &expected, layers).await?;
                let profile = &self.desired.target.profile;
                match tree.refused_by(profile) {
                    Some(config) => {
                        let (profile, config) = (profile.kind, config.to_owned());
                        (Err(Refusal::ConfigRefused { profile, config }), None)
                    }
                    None => (Ok(expected), Some(Arc::new(tree.contents()))),
                }
            }
            expected => (expected, None),
        };
        Ok(SourceImage {
            descriptor,
            expected,
            contents,
        })
    }

    /// Gives what the target holds the digest that is expected, if it is the same manifest.
    ///
    /// A registry names a tag's manifest by SHA-256, whatever it was pinned by: where the source's
    /// digest is of another kind only the bytes tell.
    async fn recognise(
        &self,
        entry: &Entry,
        expected: &Descriptor,
        target: &mut Observation<Descriptor>,
    ) {
        let Observation::Present(current) = target else {
            return;
        };
        let other_kind = current.digest.algorithm() != expected.digest.algorithm();
        if !other_kind || current.size != expected.size {
            return;
        }
        let reference = self.desired.target.reference(&entry.target);
        match self.registry.get_manifest(&reference).await {
            Ok(Some(manifest)) if expected.digest.matches(&manifest.bytes) => {
                current.digest.clone_from(&expected.digest);
            }
            Ok(Some(_)) => {}
            Ok(None) => *target = Observation::Absent(Absence::Plain),
            Err(error) => *target = Observation::Unreadable(error),
        }
    }
}

async fn head<R: ReadRegistry>(registry: &R, reference: &Reference) -> Observation<Descriptor> {
    match registry.head_manifest(reference).await {
        Ok(Some(descriptor)) => Observation::Present(descriptor),
        Ok(None) => Observation::Absent(Absence::Plain),
        Err(error) => Observation::Unreadable(error),
    }
}

/// Asks a source what it has. Some registries answer 404 to every HEAD, so only the manifest itself, which
/// may count as a pull, tells that there is none.
async fn head_of_source<R: ReadRegistry>(
    registry: &R,
    reference: &Reference,
) -> Observation<Descriptor> {
    match head(registry, reference).await {
        Observation::Absent(_) => match registry.get_manifest(reference).await {
            Ok(Some(manifest)) => Observation::Present(manifest.descriptor),
            Ok(None) if registry.hides_behind_login(reference.repository()).await => {
                Observation::Absent(Absence::ToStranger)
            }
            Ok(None) => Observation::Absent(Absence::Plain),
            Err(why) => Observation::Unreadable(why),
        },
        found => found,
    }
}

/// Tells whether nothing can be done while the registry says no more than this.
fn is_unreadable(observation: &Observation<Descriptor>) -> bool {
    matches!(observation, Observation::Unreadable(why) if !why.may_be_absent())
}

/// Tells whether a tag points to this digest.
fn holds(observation: &Observation<Descriptor>, digest: &Digest) -> bool {
    matches!(observation, Observation::Present(current) if current.digest == *digest)
}
