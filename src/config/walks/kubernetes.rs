//! Manifests of Kubernetes: the images of all containers, whatever they are part of.

use crate::config::node::{Node, Pair, Value};
use crate::config::tree::{get, items, pairs, text_of};

/// The lists of what has an image.
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

pub(in crate::config) fn is(root: &Node) -> bool {
    text_of(root, "apiVersion").is_some() && text_of(root, "kind").is_some()
}

/// Hands out every image, at whatever depth.
pub(in crate::config) fn images<'n>(root: &'n Node, take: &mut dyn FnMut(&'n Node)) {
    for Pair { key, value, .. } in pairs(root) {
        if CONTAINERS.contains(&key.as_str()) {
            for image in items(value).iter().filter_map(|item| get(item, "image")) {
                take(image);
            }
        } else if key == "volumes" {
            let images = items(value)
                .iter()
                .filter_map(|volume| get(volume, "image"));
            for image in images.filter_map(|image| get(image, "reference")) {
                take(image);
            }
        }
        match &value.value {
            Value::Table(_) => images(value, take),
            Value::List(items) => items.iter().for_each(|item| images(item, take)),
            Value::Nothing | Value::Scalar { .. } => {}
        }
    }
}

/// Hands out every object, those too that are part of another.
pub(super) fn objects<'n>(node: &'n Node, take: &mut dyn FnMut(&'n Node)) {
    if is(node) {
        take(node);
    }
    match &node.value {
        Value::Table(pairs) => pairs.iter().for_each(|pair| objects(&pair.value, take)),
        Value::List(items) => items.iter().for_each(|item| objects(item, take)),
        Value::Nothing | Value::Scalar { .. } => {}
    }
}
