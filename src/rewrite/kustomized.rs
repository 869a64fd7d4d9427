//! An item below `images` of a kustomization.

use crate::config::walks::Kustomized;
use crate::model::{Digest, Reference};

use super::asked::Way;
use super::edits::{Edit, Made};
use super::fill::{Edited, judged, no_image, put, tag_and_digest, with_entry};
use super::names::Names;
use super::wanted::{Name, Wanted, joined};

/// Makes of an item what is asked for.
pub(super) fn made(item: &Kustomized, names: &Names<'_>, way: Way) -> Made {
    let Kustomized {
        name,
        new_name,
        new_tag,
        digest,
        ..
    } = item;
    let called = new_name.as_ref().map_or(name, |new| &new.value);
    let tag_text = new_tag.as_ref().map_or("", |tag| &tag.text);
    let (tag, digest_in_tag) = tag_and_digest(tag_text);
    let digest_text = digest.as_ref().map(|field| &*field.text).or(digest_in_tag);
    let before = joined(&called.text, tag, digest_text);
    let verdict = match before.parse::<Reference>() {
        Err(why) => Err(no_image(&why)),
        Ok(image) => {
            let wanted = Wanted {
                repository: image.repository().clone(),
                tag,
                digest: image.digest().cloned(),
                is_open: tag.is_none() && digest_text.is_none(),
                platform: None,
            };
            let verdict = names.judge(&wanted, way);
            Ok(if wanted.is_open {
                verdict
            } else {
                with_entry(verdict, &before)
            })
        }
    };
    let value = new_name.as_ref().map(|new| &new.value);
    let fields = [Some(name), value, new_tag.as_ref(), digest.as_ref()];
    let pieces = fields.into_iter().flatten().map(|field| field.span.clone());
    judged(
        called.span.clone(),
        pieces.collect(),
        before,
        verdict,
        |to| Ok(edits(item, to, digest_in_tag.is_some())),
    )
}

fn edits(item: &Kustomized, to: &Name, is_digest_in_tag: bool) -> Edited {
    let Kustomized {
        name,
        new_name,
        new_tag,
        digest,
        room,
        last_room,
    } = item;
    let mut edits = vec![];
    let mut grown = String::new();
    let repository = to.repository();
    let means_name = to.is_short
        && name
            .text
            .parse::<Reference>()
            .is_ok_and(|named| *named.repository() == to.repository);
    match new_name {
        None => grown.push_str(&room.filled("newName", &repository)),
        Some(new) => match &new.whole {
            Some(whole) if means_name => edits.push(Edit::of(whole.clone(), String::new())),
            _ => edits.extend(put(&new.value, &repository, false)),
        },
    }
    let digest_text = to.digest.as_ref().map(Digest::to_string);
    let in_tag = digest_text.as_deref().filter(|_| is_digest_in_tag);
    if let Some(field) = new_tag {
        let tag = to.tag.as_deref().unwrap_or_default();
        edits.extend(put(field, &joined(tag, None, in_tag), true));
    }
    if let Some(text) = digest_text.as_deref().filter(|_| !is_digest_in_tag) {
        match digest {
            Some(field) => edits.extend(put(field, text, false)),
            // What goes behind the same key goes there at once.
            None if last_room.at == room.at => grown.push_str(&room.filled("digest", text)),
            None => {
                let at = last_room.at..last_room.at;
                edits.push(Edit::of(at, last_room.filled("digest", text)));
            }
        }
    }
    if !grown.is_empty() {
        edits.push(Edit::of(room.at..room.at, grown));
    }
    let after = joined(&repository, to.tag.as_deref(), digest_text.as_deref());
    Edited {
        after,
        edits,
        lacks: None,
    }
}
