//! Looks for what names an image as its subject, at the source and at the target.

use futures_util::future::try_join_all;

use crate::model::{
    Child, Descriptor, Digest, Failure, Manifest, Reference, Repository, media_type,
};
use crate::plan::referrers::is_signature;
use crate::plan::referrers::{ObservedReferrer, ObservedReferrers, cosign_tags, fallback_tag};
use crate::plan::{Content, Entry, Expected, Observation, Referrers};
use crate::registry::ReadRegistry;
use crate::tree::Walker;

use super::{Observer, head};

/// Looks for the referrers of `expected`, if the entry wants them.
pub(super) async fn observe<R: ReadRegistry>(
    observer: &Observer<'_, R>,
    entry: &Entry,
    expected: &Expected,
) -> ObservedReferrers {
    if entry.policy.referrers == Referrers::None {
        return ObservedReferrers::NotWanted;
    }
    if matches!(expected.content, Content::Rewritten(_)) {
        return ObservedReferrers::CannotFollow;
    }
    match find(observer, entry, &expected.descriptor.digest).await {
        Ok(found) => ObservedReferrers::Found(found),
        Err(why) => ObservedReferrers::Unreadable(why),
    }
}

async fn find<R: ReadRegistry>(
    observer: &Observer<'_, R>,
    entry: &Entry,
    subject: &Digest,
) -> Result<Vec<ObservedReferrer>, Failure> {
    let registry = observer.registry;
    let source = entry.source.repository();
    let target = &observer.desired.target.repository(&entry.target);
    let wanted = entry.policy.referrers;

    let tags = cosign_tags(subject, wanted);
    let tagged = try_join_all(tags.into_iter().map(|tag| async move {
        let source = Reference::tagged(source.clone(), tag.clone());
        let Some(source) = registry.head_manifest(&source).await? else {
            return Ok(None);
        };
        let target = head(registry, &Reference::tagged(target.clone(), tag.clone())).await;
        Ok::<_, Failure>(Some(ObservedReferrer {
            tag: Some(tag),
            source,
            target,
        }))
    }))
    .await?;

    let listed = list(registry, source, subject).await?;
    let listed = listed
        .into_iter()
        .filter(|child| wanted == Referrers::All || is_signature(child));
    let named = try_join_all(listed.map(|child| async move {
        if refused(observer, &entry.source, &child.descriptor).await? {
            return Ok(None);
        }
        let digest = child.descriptor.digest.clone();
        let target = head(registry, &Reference::digested(target.clone(), digest)).await;
        Ok::<_, Failure>(Some(ObservedReferrer {
            tag: None,
            source: child.descriptor,
            target,
        }))
    }))
    .await?;
    let mut found: Vec<_> = tagged.into_iter().chain(named).flatten().collect();
    forget_unlisted(observer, target, subject, &mut found).await?;
    Ok(found)
}

/// Counts as absent what the target holds and nobody would find: where the registry keeps no list
/// itself, the tag that stands in for one may be gone, or someone else's.
async fn forget_unlisted<R: ReadRegistry>(
    observer: &Observer<'_, R>,
    target: &Repository,
    subject: &Digest,
    found: &mut [ObservedReferrer],
) -> Result<(), Failure> {
    let mut needs_a_list: Vec<_> = found
        .iter_mut()
        .filter(|one| one.tag.is_none() && matches!(one.target, Observation::Present(_)))
        .collect();
    if needs_a_list.is_empty() {
        return Ok(());
    }
    let registry = observer.registry;
    let may_list = observer.desired.target.profile.referrers_api != Some(false);
    if may_list && registry.list_referrers(target, subject).await?.is_some() {
        return Ok(());
    }
    let listed = list_by_tag(registry, target, subject).await?;
    for referrer in &mut needs_a_list {
        let digest = &referrer.source.digest;
        if !listed
            .iter()
            .any(|child| child.descriptor.digest == *digest)
        {
            referrer.target = Observation::Absent;
        }
    }
    Ok(())
}

/// Lists what names `subject`, by the referrers API, else by the tag that stands in for it.
pub(crate) async fn list<R: ReadRegistry>(
    registry: &R,
    repository: &Repository,
    subject: &Digest,
) -> Result<Vec<Child>, Failure> {
    match registry.list_referrers(repository, subject).await? {
        Some(listed) => Ok(listed),
        None => list_by_tag(registry, repository, subject).await,
    }
}

async fn list_by_tag<R: ReadRegistry>(
    registry: &R,
    repository: &Repository,
    subject: &Digest,
) -> Result<Vec<Child>, Failure> {
    let fallback = Reference::tagged(repository.clone(), fallback_tag(subject));
    let Some(index) = registry.get_manifest(&fallback).await? else {
        return Ok(vec![]);
    };
    match Manifest::parse(&index) {
        Ok(Manifest::Index(index)) => Ok(index.children),
        // Something else has taken the tag: it lists nothing.
        Ok(Manifest::Image(_)) | Err(_) => Ok(vec![]),
    }
}

/// Tells whether the target takes only container images and this is none.
async fn refused<R: ReadRegistry>(
    observer: &Observer<'_, R>,
    source: &Reference,
    referrer: &Descriptor,
) -> Result<bool, Failure> {
    if !observer.desired.target.profile.image_configs_only {
        return Ok(false);
    }
    let mut walker = Walker::new(observer.registry, source, &observer.room);
    let read = walker.manifests(std::slice::from_ref(referrer)).await?;
    let parsed = read.first().map(Manifest::parse);
    Ok(match parsed {
        Some(Ok(Manifest::Image(image))) => !media_type::is_image_config(&image.config.media_type),
        Some(Ok(Manifest::Index(_))) => false,
        Some(Err(_)) | None => true,
    })
}
