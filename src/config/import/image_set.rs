//! The file of oc-mirror, an `ImageSetConfiguration`: its additional images.

use crate::config::node::Node;
use crate::model::{Platforms, Reference};
use crate::plan::TargetName;

use super::gathered::{Gathered, Goes};
use crate::config::tree::{get, items_of, text, text_of};

pub(super) fn is(root: &Node) -> bool {
    text_of(root, "kind") == Some("ImageSetConfiguration")
}

pub(super) fn read(root: &Node, into: &mut Gathered) {
    into.platforms = Some(Platforms::All);
    let Some(mirror) = get(root, "mirror") else {
        return;
    };
    for key in ["platform", "operators", "helm", "blockedImages"] {
        into.leave_out_key(mirror, key);
    }
    for image in items_of(mirror, "additionalImages") {
        let Some(name) = get(image, "name") else {
            continue;
        };
        let (repository, tag) = (text_of(image, "targetRepo"), text_of(image, "targetTag"));
        if let Some(written) = text(name) {
            into.take(written, &name.span, |source| {
                Some(Goes::Below(below(source, repository, tag)))
            });
        }
    }
}

/// Names an image as oc-mirror does: by its path, and by its digest where it has no tag.
fn below(source: &Reference, repository: Option<&str>, tag: Option<&str>) -> TargetName {
    let digest = source
        .digest()
        .map(|digest| digest.to_string().replace(':', "-"));
    let own = source.tag().map(str::to_owned).or(digest);
    TargetName {
        repository: repository.unwrap_or(&source.repository().name).to_owned(),
        tag: tag
            .map(str::to_owned)
            .or(own)
            .unwrap_or_else(|| "latest".to_owned()),
    }
}
