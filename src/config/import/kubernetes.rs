//! Manifests of Kubernetes, as `helm template` prints them: the images of all containers, whatever they are part of.

use crate::config::node::Node;
use crate::config::walks::{images_of_kubernetes, is_kubernetes};

use super::gathered::{Gathered, Goes};
use crate::config::tree::text;

pub(super) fn is(root: &Node) -> bool {
    is_kubernetes(root)
}

pub(super) fn read(root: &Node, into: &mut Gathered) {
    images_of_kubernetes(root, &mut |image| {
        if let Some(written) = text(image) {
            into.take(written, &image.span, |_| Some(Goes::Flat(None)));
        }
    });
}
