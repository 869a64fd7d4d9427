//! Keeps the index under which a registry without referrers API lists what names an image.

use crate::model::{Manifest, RawManifest, Reference, Repository};
use crate::plan::referrers::{fallback_tag, listed_in_fallback};
use crate::plan::{Cause, Unreadable};
use crate::registry::WriteRegistry;

use super::Engine;

/// Sees to it that a referrer that was just pushed is found by whoever asks for its subject's.
pub(super) async fn list<R: WriteRegistry>(
    engine: &Engine<'_, R>,
    repository: &Repository,
    referrer: &RawManifest,
) -> Result<(), Unreadable> {
    let malformed = |error| Unreadable {
        cause: Cause::Protocol,
        message: format!("{error}"),
        hint: None,
    };
    let subject = match Manifest::parse(referrer).map_err(malformed)? {
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
    if let Some(index) = listed_in_fallback(listed.as_ref(), referrer).map_err(malformed)? {
        registry.put_manifest(&tag, &index).await?;
    }
    Ok(())
}
