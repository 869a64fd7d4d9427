//! The files of kpromo: a promoter's manifest, and the images in it or beside it, by their digests.

use crate::config::diagnostics::Diagnostic;
use crate::config::node::{Node, Pair};

use super::gathered::{Gathered, Goes};
use crate::config::tree::{get, is_set, items, items_of, pairs, text, text_of};

/// Tells whether it is the manifest.
pub(super) fn is_manifest(root: &Node) -> bool {
    items_of(root, "registries")
        .iter()
        .any(|registry| is_set(registry, "src"))
}

/// Tells whether it is the list of images.
pub(super) fn is_images(root: &Node) -> bool {
    items(root)
        .first()
        .is_some_and(|image| get(image, "dmap").is_some())
}

/// Reads a manifest's registries with the images of all files.
pub(super) fn read(manifest: Option<(&str, &Node)>, images: &[(&str, &Node)], into: &mut Gathered) {
    let Some((path, manifest)) = manifest else {
        let told = text!(
            "this lists digests, and not where they come from: that is in the promoter's manifest",
            "这里只有摘要，没有写它们从哪里来：那写在 promoter 的清单文件里"
        );
        let place = images.first().map(|(_, node)| into.place(&node.span));
        let error = Diagnostic::error("manifest-missing", told).help(text!(
            "name both files: `pusher import images.yaml promoter-manifest.yaml`",
            "把两个文件都写上：`pusher import images.yaml promoter-manifest.yaml`"
        ));
        into.diagnostics.push(Diagnostic { place, ..error });
        return;
    };
    into.turn_to(path);
    let registries = items_of(manifest, "registries");
    let name = |registry| text_of(registry, "name");
    let source = registries
        .iter()
        .find(|one| is_set(one, "src"))
        .and_then(name);
    let targets = registries.iter().filter(|one| !is_set(one, "src"));
    let targets: Vec<&str> = targets.filter_map(name).collect();
    let Some(source) = source.filter(|_| !targets.is_empty()) else {
        return;
    };
    for (file, images) in images {
        into.turn_to(file);
        for image in items(images) {
            let Some(name) = text_of(image, "name") else {
                continue;
            };
            for Pair {
                key: digest,
                key_span,
                value: tags,
            } in get(image, "dmap").map_or(&[][..], pairs)
            {
                let written = format!("{source}/{name}@{digest}");
                if items(tags).is_empty() {
                    let why = text!(
                        "`{written}` has no tag, and is not carried over",
                        "`{written}` 没有标签，没有转换"
                    );
                    into.leave_out(key_span, why);
                }
                for tag in items(tags).iter().filter_map(text) {
                    for target in &targets {
                        let to = format!("{target}/{name}:{tag}");
                        into.take(&written, key_span, |source| Goes::to(&to, source));
                    }
                }
            }
        }
    }
}
