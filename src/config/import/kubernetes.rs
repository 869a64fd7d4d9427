//! Manifests of Kubernetes, as `helm template` prints them: the images of all containers, whatever they are part of.

use crate::config::node::{Node, Pair, Value};

use super::gathered::{Gathered, Goes};
use super::tree::{get, items, pairs, text, text_of};

/// The lists of what has an image.
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

pub(super) fn is(root: &Node) -> bool {
    text_of(root, "apiVersion").is_some() && text_of(root, "kind").is_some()
}

pub(super) fn read(root: &Node, into: &mut Gathered) {
    for Pair { key, value, .. } in pairs(root) {
        if CONTAINERS.contains(&key.as_str()) {
            for image in items(value).iter().filter_map(|item| get(item, "image")) {
                take(image, into);
            }
        } else if key == "volumes" {
            let images = items(value)
                .iter()
                .filter_map(|volume| get(volume, "image"));
            for image in images.filter_map(|image| get(image, "reference")) {
                take(image, into);
            }
        }
        match &value.value {
            Value::Table(_) => read(value, into),
            Value::List(items) => items.iter().for_each(|item| read(item, into)),
            Value::Nothing | Value::Scalar { .. } => {}
        }
    }
}

fn take(image: &Node, into: &mut Gathered) {
    if let Some(written) = text(image) {
        into.take(written, &image.span, |_| Some(Goes::Flat(None)));
    }
}
