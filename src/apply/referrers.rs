//! What names another manifest as its subject is found by whoever asks for that one's referrers: where the
//! registry does not see to it, the index under a tag does (OCI distribution specification, "Pushing
//! Manifests with Subject").

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::model::{
    Digest, Failure, Fault, ManifestError, Profile, RawManifest, Reference, Repository, media_type,
};
use crate::plan::referrers::{fallback_tag, listed_in_fallback};
use crate::registry::{Pushed, WriteRegistry};
use crate::single_flight::SingleFlight;

/// What a run knows about the lists of referrers of its target.
pub(super) struct ReferrerLists {
    /// Whether the target is known to keep them itself, or not to.
    profile: Option<bool>,
    /// Whether it takes the index of OCI that stands in for a list.
    takes_index: bool,
    /// Whether it does, as far as it does not say so at each push.
    kept: SingleFlight<Repository, bool>,
    /// Held while the index under a tag is read and written back.
    alone: SingleFlight<Reference, Arc<Mutex<()>>>,
}

impl ReferrerLists {
    /// Begins with what the target's profile says of it.
    pub(super) fn new(profile: &Profile) -> Self {
        Self {
            profile: profile.referrers_api,
            takes_index: profile.index_instead(media_type::OCI_INDEX).is_none(),
            kept: SingleFlight::default(),
            alone: SingleFlight::default(),
        }
    }

    /// Tells whether what names a subject can be found by it: listed by the registry, or under a tag.
    pub(super) async fn can_list<R: WriteRegistry>(
        &self,
        registry: &R,
        repository: &Repository,
        subject: &Digest,
    ) -> bool {
        self.takes_index || self.keeps_lists(registry, repository, subject).await
    }

    /// Sees to it that a referrer is listed that is in the repository; `pushed` is what came of it, if it
    /// was pushed by this run.
    pub(super) async fn list<R: WriteRegistry>(
        &self,
        registry: &R,
        repository: &Repository,
        (referrer, subject): (&RawManifest, &Digest),
        pushed: Option<Pushed>,
    ) -> Result<(), Failure> {
        // As a list of Docker's type it would be found by nobody. What is found in no other way is not planned there.
        if !self.takes_index
            || pushed.is_some_and(|pushed| pushed.lists_referrer)
            || self.keeps_lists(registry, repository, subject).await
        {
            return Ok(());
        }
        let tag = Reference::tagged(repository.clone(), fallback_tag(subject));
        let fresh = async || Arc::default();
        let alone = self.alone.always(tag.clone(), fresh).await;
        let _alone = alone.lock().await;
        let listed = registry.get_manifest(&tag).await?;
        let malformed = |error: ManifestError| {
            let manifest = listed.as_ref().unwrap_or(referrer);
            let digest = manifest.descriptor.digest.clone();
            Failure::of_image(&tag, Fault::Manifest { digest, error })
        };
        if let Some(index) = listed_in_fallback(listed.as_ref(), referrer).map_err(malformed)? {
            registry.put_manifest(&tag, &index).await?;
        }
        Ok(())
    }

    /// Tells whether the registry has the referrers API; who cannot tell does the work.
    async fn keeps_lists<R: WriteRegistry>(
        &self,
        registry: &R,
        repository: &Repository,
        subject: &Digest,
    ) -> bool {
        if let Some(known) = self.profile {
            return known;
        }
        let ask = async || {
            let listed = registry.list_referrers(repository, subject).await?;
            Ok::<_, Failure>(listed.is_some())
        };
        let answer = self.kept.get(repository.clone(), ask).await;
        answer.is_ok_and(|(kept, _)| kept)
    }
}
