//! What the questions about all entries share, and the questions that are asked once.

use std::collections::HashSet;
use std::sync::Arc;

use crate::cache::ResolutionCache;
use crate::model::{
    Descriptor, Digest, Failure, Fault, Flaw, Reference, Repository, SignerRule, Verified,
};
use crate::plan::{Absence, Desired, Entry, Observation, Referrers};
use crate::registry::ReadRegistry;
use crate::single_flight::SingleFlight;
use crate::tree::ManifestMemory;

use super::attached::{Attachments, ReferrerAnswers, attached_to};
use super::memory_bound::MemoryBound;

/// How many entries are looked at together. The registries' own limits are kept by the client; this
/// one bounds memory.
pub(super) const ENTRIES_AT_ONCE: usize = 256;

/// What the questions about all entries share.
pub(super) struct Observer<'a, R> {
    pub(super) desired: &'a Desired,
    pub(super) registry: &'a R,
    pub(super) cache: &'a ResolutionCache,
    /// What sources were found to hold.
    answers: &'a SourceAnswers,
    /// What was found out about what follows images.
    pub(super) referrers: ReferrerAnswers,
    /// What the manifests of all images that are looked at share.
    pub(super) memory: ManifestMemory,
    /// How much is kept of all images.
    pub(super) memory_bound: MemoryBound,
}

/// What sources were found to hold. Several entries may want different platforms of one source, or have the same
/// referrers, and several targets the same images: what these point to is asked once, so that all get the same.
#[derive(Debug, Default)]
pub struct SourceAnswers {
    heads: SingleFlight<Reference, Observation<Descriptor>>,
    /// The sources of several entries: of the others nobody asks again, so that the answer is not kept.
    shared: HashSet<Reference>,
    /// By whom images are signed.
    signatures: Signatures,
}

/// What was found of the signatures of images: an image may have several names, and go to several targets.
pub(super) type Signatures = SingleFlight<(Repository, Digest, SignerRule), FoundSignature>;

/// By whom an image is signed, or what is wrong with its signatures; or why that cannot be told.
pub(super) type FoundSignature = Result<Result<Verified, Vec<Flaw>>, Failure>;

impl SourceAnswers {
    /// Begins with no answer to any question; these are the sets for which there will be some.
    pub fn for_all<'d>(desired: impl IntoIterator<Item = &'d Desired>) -> Self {
        let entries = desired.into_iter().flat_map(|desired| &desired.entries);
        let mut seen = HashSet::new();
        let sources = entries.map(|entry| &entry.source);
        let shared = sources.filter(|source| !seen.insert(*source));
        Self {
            heads: SingleFlight::default(),
            shared: shared.cloned().collect(),
            signatures: Signatures::default(),
        }
    }

    /// Asks what the source of an entry holds, under its own reference or another of the same image.
    pub(super) async fn of<R: ReadRegistry>(
        &self,
        entry: &Entry,
        reference: &Reference,
        registry: &R,
    ) -> Observation<Descriptor> {
        if !self.shared.contains(&entry.source) {
            return head_of_source(registry, reference).await;
        }
        let ask = async || head_of_source(registry, reference).await;
        self.heads.always(reference.clone(), ask).await
    }
}

impl<'a, R: ReadRegistry> Observer<'a, R> {
    pub(super) fn new(
        desired: &'a Desired,
        answers: &'a SourceAnswers,
        registry: &'a R,
        cache: &'a ResolutionCache,
    ) -> Self {
        Self {
            desired,
            registry,
            cache,
            answers,
            referrers: ReferrerAnswers::default(),
            memory: ManifestMemory::default(),
            memory_bound: MemoryBound::default(),
        }
    }

    /// Asks what the source of an entry holds, under its own reference or another of the same image.
    pub(super) async fn source_once(
        &self,
        entry: &Entry,
        reference: &Reference,
    ) -> Observation<Descriptor> {
        self.answers.of(entry, reference, self.registry).await
    }

    /// Returns what is attached to a manifest of a source.
    pub(super) async fn attached_to(
        &self,
        source: &Reference,
        subject: &Digest,
        wanted: Referrers,
    ) -> Arc<Attachments> {
        let repository = source.repository();
        let ask = async || {
            let mut found = attached_to(self.registry, repository, subject, wanted).await;
            if let Err(excess) = self.memory_bound.referrers(found.all.len()) {
                found = Attachments {
                    all: vec![],
                    unreadable: Some(Failure::of_image(source, Fault::TooMuch(excess))),
                };
            }
            Arc::new(found)
        };
        let key = (repository.clone(), subject.clone(), wanted);
        self.referrers.attached.always(key, ask).await
    }

    /// What was found of the signatures of images.
    pub(super) fn signatures(&self) -> &Signatures {
        &self.answers.signatures
    }

    pub(super) async fn head_once(&self, reference: &Reference) -> Observation<Descriptor> {
        let ask = async || head(self.registry, reference).await;
        self.answers.heads.always(reference.clone(), ask).await
    }
}

pub(super) async fn head<R: ReadRegistry>(
    registry: &R,
    reference: &Reference,
) -> Observation<Descriptor> {
    match registry.head_manifest(reference).await {
        Ok(Some(descriptor)) => Observation::Present(descriptor),
        Ok(None) => Observation::Absent(Absence::Plain),
        Err(error) => Observation::Unreadable(error),
    }
}

/// Asks a source what it has. Some registries answer 404 to every HEAD, so only the manifest itself, which
/// may count as a pull, tells that there is none.
pub(super) async fn head_of_source<R: ReadRegistry>(
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
pub(super) fn is_unreadable(observation: &Observation<Descriptor>) -> bool {
    matches!(observation, Observation::Unreadable(why) if !why.may_be_absent())
}

/// Tells whether a tag points to this digest.
pub(super) fn holds(observation: &Observation<Descriptor>, digest: &Digest) -> bool {
    matches!(observation, Observation::Present(current) if current.digest == *digest)
}
