//! One entry: what its source and its target hold, and what follows it.

use std::sync::Arc;

use crate::model::{Descriptor, Digest, Failure, Fault, media_type};
use crate::plan::observed::ObservedReferrers;
use crate::plan::{
    Absence, CannotMirror, Content, Entry, Expected, LockedImage, Observation, ObservedImage,
    SourceImage, Verdict,
};
use crate::registry::ReadRegistry;
use crate::tree::{self, Walker};

use super::observer::{Observer, head, holds, is_unreadable};
use super::referrers;

impl<R: ReadRegistry> Observer<'_, R> {
    /// Asks what both sides hold for an entry. Where the target lists a tag that never moves, it holds what is locked.
    pub(super) async fn image(&self, entry: &Entry, is_listed: bool) -> ObservedImage {
        let target = self.desired.target.reference(&entry.target);
        let (source, mut target) = match self.desired.locked(entry) {
            None => tokio::join!(
                self.source_once(entry, &entry.source),
                head(self.registry, &target)
            ),
            Some(locked) if is_listed => {
                let current = Observation::Present(locked.expected.clone());
                return self.settled(entry, locked, current).await;
            }
            Some(locked) => {
                let mut target = head(self.registry, &target).await;
                self.recognise(entry, &locked.expected, &mut target).await;
                if holds(&target, &locked.expected.digest) || is_unreadable(&target) {
                    return self.settled(entry, locked, target).await;
                }
                let source = entry.source.at(locked.source_digest.clone());
                (self.source_once(entry, &source).await, target)
            }
        };
        let mut referrers = ObservedReferrers::default();
        let source = match source {
            Observation::Absent(absence) => Observation::Absent(absence),
            Observation::Unreadable(why) => Observation::Unreadable(why),
            Observation::Present(descriptor) => {
                match self.source_image(entry, descriptor, &mut target).await {
                    Ok(image) => {
                        if !image.is_kept_out() {
                            referrers = referrers::observe(self, entry, &image, &target).await;
                        }
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
            verdict: None,
        };
        let referrers = referrers::observe(self, entry, &image, &target).await;
        ObservedImage {
            source: Observation::Present(image),
            target,
            referrers,
        }
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
                verdict: None,
            });
        }
        let has_bytes = |digest: &Digest| holds(target, digest);
        let mut walker = Walker::new(self.registry, &entry.source, &self.memory);
        let expected = self.expected(entry, &descriptor, has_bytes, &mut walker);
        let expected = expected.await?;
        if let Ok(expected) = &expected {
            let too_much = |excess| Failure::of_image(&entry.source, Fault::TooMuch(excess));
            self.memory_bound.made(expected).map_err(too_much)?;
            self.recognise(entry, &expected.descriptor, target).await;
        }
        let was_read = !is_unreadable(target);
        let is_copied = matches!(&expected, Ok(expected) if was_read && !holds(target, &expected.descriptor.digest));
        let verdict = if is_copied {
            self.verdict(entry, &descriptor.digest).await
        } else {
            None
        };
        if let Some(Verdict::Unverified(_) | Verdict::Unreadable(_)) = verdict {
            return Ok(SourceImage {
                descriptor,
                expected,
                contents: None,
                verdict,
            });
        }
        let (expected, contents) = match expected {
            Ok(expected) if was_read && !holds(target, &expected.descriptor.digest) => {
                let layers = entry.policy.foreign_layers;
                let tree = tree::read(walker, &expected, layers).await?;
                let profile = &self.desired.target.profile;
                match tree.refused_config(profile) {
                    Some(config) => {
                        let (profile, config) = (profile.name.clone(), config.to_owned());
                        (Err(CannotMirror::ConfigRefused { profile, config }), None)
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
            verdict,
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
