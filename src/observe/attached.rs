//! Asks one registry what is attached to one manifest: by a tag of cosign's, or as OCI 1.1 has it.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::model::{Child, Descriptor, Digest, Failure, Manifest, Reference, Repository};
use crate::plan::Referrers;
use crate::plan::referrers::{cosign_tags, fallback_tag, is_signature};
use crate::registry::ReadRegistry;
use crate::single_flight::SingleFlight;
use crate::verify::ListedBundle;

/// What is attached to one manifest, as far as its registry says.
#[derive(Debug, Default)]
pub(super) struct Attachments {
    pub(super) all: Vec<Attached>,
    pub(super) unreadable: Option<Failure>,
}

/// Something that names a manifest as its subject, or is tagged as cosign does it.
#[derive(Debug, Clone)]
pub(super) struct Attached {
    pub(super) tag: Option<String>,
    pub(super) manifest: Descriptor,
    /// What is listed of it, where it is a bundle of sigstore's.
    pub(super) bundle: Option<ListedBundle>,
}

/// What was found out about referrers, for all images: some share them.
#[derive(Default)]
pub(super) struct ReferrerAnswers {
    /// What is attached to a manifest at a source.
    pub(super) attached: SingleFlight<(Repository, Digest, Referrers), Arc<Attachments>>,
    /// Whether the target lists referrers itself, by repository.
    pub(super) keeps_lists: SingleFlight<Repository, bool>,
    /// What is listed under the tag that stands in for that, by subject.
    pub(super) listed: SingleFlight<(Repository, Digest), Arc<[Digest]>>,
}

/// Asks a source what is attached to a manifest of it.
pub(super) async fn attached_to<R: ReadRegistry>(
    registry: &R,
    source: &Repository,
    subject: &Digest,
    wanted: Referrers,
) -> Attachments {
    let tags = join_all(cosign_tags(subject, wanted).into_iter().map(async |tag| {
        let reference = Reference::tagged(source.clone(), tag.clone());
        let found = registry.head_manifest(&reference).await?;
        Ok(found.map(|manifest| Attached {
            tag: Some(tag),
            manifest,
            bundle: None,
        }))
    }));
    let (tagged, listed) = futures_util::join!(tags, list(registry, source, subject));
    let mut found = Attachments::default();
    let mut add = |answer: Result<Vec<Attached>, Failure>| match answer {
        Ok(attached) => found.all.extend(attached),
        Err(error) => found.unreadable = Some(error),
    };
    for answer in tagged {
        add(answer.map(Vec::from_iter));
    }
    let is_wanted = |child: &Child| wanted == Referrers::All || is_signature(child);
    let attached = |child: Child| Attached {
        tag: None,
        bundle: ListedBundle::of(child.artifact_type.as_deref(), &child.annotations),
        manifest: child.descriptor,
    };
    add(listed.map(|listed| listed.into_iter().filter(is_wanted).map(attached).collect()));
    found
}

/// Lists what names `subject`, by the referrers API, else by the tag that stands in for it.
async fn list<R: ReadRegistry>(
    registry: &R,
    repository: &Repository,
    subject: &Digest,
) -> Result<Vec<Child>, Failure> {
    match registry.list_referrers(repository, subject).await? {
        Some(listed) => Ok(listed),
        None => list_by_tag(registry, repository, subject).await,
    }
}

pub(super) async fn list_by_tag<R: ReadRegistry>(
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
