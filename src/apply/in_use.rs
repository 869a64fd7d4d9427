//! What else in a repository needs a manifest that is to be deleted.

use std::collections::HashSet;

use crate::model::{Digest, Failure, Fault, Need, Reference, Repository};
use crate::registry::WriteRegistry;
use crate::tree;

use super::context::ChangeContext;

/// Returns why a manifest cannot go with the tags that are `going` alone; none where it can.
pub(super) async fn obstacle<R: WriteRegistry>(
    context: &ChangeContext<'_, R>,
    repository: &Repository,
    digest: &Digest,
    going: &HashSet<&str>,
) -> Result<Option<Fault>, Failure> {
    let tags = context.registry.list_tags(repository).await?;
    let tags = tags.unwrap_or_default();
    // The tags that go are there: a list without them is not the whole list.
    let listed: HashSet<&str> = tags.iter().map(String::as_str).collect();
    if !going.is_subset(&listed) {
        return Ok(Some(Fault::TagsUnknown));
    }
    let mut seen = HashSet::new();
    for tag in tags.iter().filter(|tag| !going.contains(tag.as_str())) {
        let reference = Reference::tagged(repository.clone(), tag.clone());
        if let Some(by) = needed_by(context, &reference, digest, &mut seen).await? {
            let tag = tag.clone();
            return Ok(Some(Fault::Needed { tag, by }));
        }
    }
    Ok(None)
}

/// Tells how a tag needs a manifest, if it does. What was `seen` not to need it is not walked again.
async fn needed_by<R: WriteRegistry>(
    context: &ChangeContext<'_, R>,
    tag: &Reference,
    digest: &Digest,
    seen: &mut HashSet<Digest>,
) -> Result<Option<Need>, Failure> {
    let registry = &context.registry;
    let found = match registry.head_manifest(tag).await? {
        Some(found) => Some(found),
        // The list has it: what hides it from HEAD may show it to GET.
        None => registry.get_manifest(tag).await?.map(|raw| raw.descriptor),
    };
    let Some(found) = found else {
        return Ok(None);
    };
    if found.digest == *digest {
        return Ok(Some(Need::Same));
    }
    if !seen.insert(found.digest.clone()) {
        return Ok(None);
    }
    match tree::digests(registry, tag, &found, &context.memory).await {
        Ok(below) => Ok(below.contains(digest).then_some(Need::Listed)),
        Err(failure) => match failure.fault {
            // What cannot be understood may need anything.
            Fault::Manifest { .. } | Fault::OtherSize { .. } | Fault::TooMuch(_) => {
                Ok(Some(Need::Perhaps))
            }
            _ => Err(failure),
        },
    }
}
