//! Words to which an anchor leads from several places, of which one is no place of an image.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::config::node::{Node, Value};

use super::field::field;

/// What keys end in behind which an image stands, or a part of one.
const OF_IMAGES: [&str; 13] = [
    "image",
    "images",
    "imagename",
    "repository",
    "repo",
    "newname",
    "reference",
    "registry",
    "hub",
    "tag",
    "digest",
    "sha",
    "source",
];

/// A place that words are read at.
struct Place<'n> {
    key: &'n str,
    node: &'n Node,
    /// Whether it is there for the anchor alone, as below Compose's `x-…`.
    only_holds: bool,
}

/// Finds the words that are used in places of images and in others.
pub(super) fn walk(text: &str, root: &Node, found: &mut Vec<Range<usize>>) {
    let mut all: BTreeMap<usize, Vec<Place<'_>>> = BTreeMap::new();
    places(root, "", None, &mut all);
    for places in all.values() {
        let [first, others @ ..] = places.as_slice() else {
            continue;
        };
        let is_same = others.iter().all(|place| place.key == first.key);
        let is_other = |place: &Place<'_>| !place.only_holds && !may_be_image(place.key);
        if !is_same
            && places.iter().any(is_other)
            && let Some(Ok(field)) = field(text, first.node)
        {
            found.push(field.span);
        }
    }
}

fn places<'n>(
    node: &'n Node,
    key: &'n str,
    only_holds: Option<bool>,
    all: &mut BTreeMap<usize, Vec<Place<'n>>>,
) {
    match &node.value {
        Value::Table(pairs) => {
            for pair in pairs {
                let holds = only_holds
                    .unwrap_or_else(|| pair.key.starts_with('.') || pair.key.starts_with("x-"));
                places(&pair.value, &pair.key, Some(holds), all);
            }
        }
        Value::List(items) => {
            for item in items {
                places(item, key, only_holds, all);
            }
        }
        Value::Scalar { .. } => all.entry(node.span.start).or_default().push(Place {
            key,
            node,
            only_holds: only_holds.unwrap_or_default(),
        }),
        Value::Nothing => {}
    }
}

fn may_be_image(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    OF_IMAGES.iter().any(|end| key.ends_with(end))
}
