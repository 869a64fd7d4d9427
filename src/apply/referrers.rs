//! Keeps the index under which a registry without referrers API lists what names an image.

use crate::model::{Failure, Fault, Manifest, RawManifest, Reference, Repository};
use crate::plan::referrers::{fallback_tag, listed_in_fallback};
use crate::registry::WriteRegistry;

use super::Engine;

/// Sees to it that a referrer that was just pushed is found by whoever asks for its subject's.
pub(super) async fn list<R: WriteRegistry>(
    engine: &Engine<'_, R>,
    repository: &Repository,
    referrer: &RawManifest,
) -> Result<(), Failure> {
    let malformed = |manifest: &RawManifest| {
        let digest = manifest.descriptor.digest.clone();
        let image = Reference::digested(repository.clone(), digest.clone());
        move |error| Failure::of_image(&image, Fault::Manifest { digest, error })
    };
    let subject = match Manifest::parse(referrer).map_err(malformed(referrer))? {
        Manifest::Image(image) => image.subject,
        Manifest::Index(index) => index.subject,
    };
    let Some(subject) = subject else {
        return Ok(());
    };
    let registry = engine.registry;
    let may_list = engine.plan.target.profile.referrers_api != Some(false);
    if may_list
        && registry
            .list_referrers(repository, &subject.digest)
            .await?
            .is_some()
    {
        return Ok(());
    }
    let tag = Reference::tagged(repository.clone(), fallback_tag(&subject.digest));
    let _alone = engine.referrers.lock().await;
    let listed = registry.get_manifest(&tag).await?;
    if let Some(index) = listed_in_fallback(listed.as_ref(), referrer)
        .map_err(malformed(listed.as_ref().unwrap_or(referrer)))?
    {
        registry.put_manifest(&tag, &index).await?;
    }
    Ok(())
}
