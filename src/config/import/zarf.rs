//! Zarf's file: the images of a package's components.

use crate::config::node::Node;
use crate::model::Platforms;

use super::gathered::{Gathered, Goes};
use crate::config::tree::{get, items_of, text, text_of};

pub(super) fn is(root: &Node) -> bool {
    text_of(root, "kind").is_some_and(|kind| kind.starts_with("Zarf"))
}

pub(super) fn read(root: &Node, into: &mut Gathered) {
    let architecture = get(root, "metadata").and_then(|about| text_of(about, "architecture"));
    let platform =
        architecture.and_then(|architecture| format!("linux/{architecture}").parse().ok());
    into.platforms = platform.map(|pattern| Platforms::only(vec![pattern]));
    for component in items_of(root, "components") {
        for key in ["charts", "repos"] {
            into.leave_out_key(component, key);
        }
        for image in items_of(component, "images") {
            if let Some(written) = text(image) {
                into.take(written, &image.span, |_| Some(Goes::Flat(None)));
            }
        }
    }
}
