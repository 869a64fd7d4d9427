//! One deletion: the tag alone where the registry can, else its manifest where nothing else needs it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::{Descriptor, Digest, Manifest, Reference, media_type};
use crate::plan::{Action, Change, Outcome};
use crate::registry::{Deletion, WriteRegistry};

use super::Engine;
use super::blobs::told;

/// Whether the target deletes a tag and leaves its manifest; the first answer tells.
#[derive(Debug)]
pub(super) struct TagDeletion(AtomicBool);

impl Default for TagDeletion {
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

/// Deletes a tag if it still points to `planned`. An `Err` is an outcome in which it was left.
pub(super) async fn delete<R: WriteRegistry>(
    engine: &Engine<'_, R>,
    change: &Change,
    planned: &Descriptor,
) -> Result<(), Outcome> {
    let registry = engine.registry;
    let tag = engine.plan.target.reference(&change.target);
    let found = registry.head_manifest(&tag).await;
    match found.map_err(|error| Outcome::failed(told(error)))? {
        // Another deletion of this run took it along, or someone was faster.
        None => return Ok(()),
        Some(found) if found.digest != planned.digest => {
            return Err(Outcome::stale(Some(&found.digest)));
        }
        Some(_) => {}
    }
    let TagDeletion(supported) = &engine.tag_deletion;
    if supported.load(Ordering::Relaxed) {
        let answer = registry.delete_manifest(&tag).await;
        match answer.map_err(|error| Outcome::failed(told(error)))? {
            Deletion::Deleted | Deletion::Absent => return Ok(()),
            Deletion::Unsupported => supported.store(false, Ordering::Relaxed),
        }
    }
    if let Some(other) = needed_by(engine, change, &planned.digest)
        .await
        .map_err(Outcome::failed)?
    {
        return Err(Outcome::failed(format!(
            "{} deletes whole manifests, not tags, and {other} needs this one; it was left alone",
            tag.registry()
        )));
    }
    let manifest = Reference::digested(tag.repository().clone(), planned.digest.clone());
    let answer = registry.delete_manifest(&manifest).await;
    match answer.map_err(|error| Outcome::failed(told(error)))? {
        Deletion::Deleted | Deletion::Absent => Ok(()),
        Deletion::Unsupported => Err(Outcome::failed(format!(
            "{} does not delete; delete the tag in the registry's console, or leave it and run \
             without `--prune`",
            tag.registry()
        ))),
    }
}

/// Returns in words what else in the repository would be lost with the manifest: a tag that points
/// to it, or to an index that lists it.
async fn needed_by<R: WriteRegistry>(
    engine: &Engine<'_, R>,
    change: &Change,
    digest: &Digest,
) -> Result<Option<String>, String> {
    let registry = engine.registry;
    let repository = engine.plan.target.repository(&change.target);
    let tags = registry.list_tags(&repository).await.map_err(told)?;
    for tag in tags.unwrap_or_default() {
        if goes_too(engine, change, &tag) {
            continue;
        }
        let reference = Reference::tagged(repository.clone(), tag.clone());
        let Some(found) = registry.head_manifest(&reference).await.map_err(told)? else {
            continue;
        };
        if found.digest == *digest {
            return Ok(Some(format!("the tag `{tag}`")));
        }
        let mut indexes = vec![found];
        while let Some(index) = indexes.pop() {
            if !media_type::is_index(&index.media_type) {
                continue;
            }
            let reference = Reference::digested(repository.clone(), index.digest);
            let Some(raw) = registry.get_manifest(&reference).await.map_err(told)? else {
                continue;
            };
            // What cannot be understood may need anything.
            let Ok(Manifest::Index(index)) = Manifest::parse(&raw) else {
                return Ok(Some(format!("perhaps the index behind the tag `{tag}`")));
            };
            let children = index.children.into_iter().map(|child| child.descriptor);
            for child in children {
                if child.digest == *digest {
                    return Ok(Some(format!("the index behind the tag `{tag}`")));
                }
                indexes.push(child);
            }
        }
    }
    Ok(None)
}

/// Tells whether this run deletes `tag` as well.
fn goes_too<R>(engine: &Engine<'_, R>, change: &Change, tag: &str) -> bool {
    engine.plan.changes.iter().any(|other| {
        matches!(other.action, Action::Delete { .. })
            && other.target.repository == change.target.repository
            && other.target.tag == tag
    })
}
