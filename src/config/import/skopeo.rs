//! The file of `skopeo sync --src yaml`: registries with their repositories and tags.

use crate::config::node::{Node, Pair};

use super::gathered::{Gathered, Goes};
use super::tags::{self, Tag};
use super::tree::{get, items, pairs, text, text_of};

/// The keys of a registry that name images.
const OF_IMAGES: [&str; 3] = ["images", "images-by-tag-regex", "images-by-semver"];

pub(super) fn is(root: &Node) -> bool {
    let registries = pairs(root);
    let names_images = |pair: &Pair| {
        OF_IMAGES
            .iter()
            .any(|key| matches!(get(&pair.value, key), Some(images) if !pairs(images).is_empty()))
    };
    !registries.is_empty()
        && registries
            .iter()
            .all(|pair| pair.key.contains(['.', ':']) || pair.key == "localhost")
        && registries.iter().any(names_images)
}

pub(super) fn read(root: &Node, into: &mut Gathered) {
    for Pair {
        key: host,
        key_span,
        value: registry,
    } in pairs(root)
    {
        if let Some(login) = get(registry, "credentials") {
            into.log_in(
                host,
                key_span,
                get(login, "username"),
                get(login, "password"),
            );
        }
        if text_of(registry, "tls-verify") == Some("false") {
            into.leave_out_key(registry, "tls-verify");
        }
        into.leave_out_key(registry, "cert-dir");
        for repository in get(registry, "images").map_or(&[][..], pairs) {
            images(host, repository, into);
        }
        for key in &OF_IMAGES[1..] {
            for Pair {
                key,
                key_span,
                value,
            } in get(registry, key).map_or(&[][..], pairs)
            {
                let rule = Tag::Rule(text(value).unwrap_or("?"));
                into.leave_out(key_span, tags::by_rule(&format!("{host}/{key}"), rule));
            }
        }
    }
}

fn images(host: &str, repository: &Pair, into: &mut Gathered) {
    let path = &repository.key;
    let tags = items(&repository.value);
    if tags.is_empty() {
        let why = tags::by_rule(&format!("{host}/{path}"), Tag::All);
        into.leave_out(&repository.key_span, why);
    }
    // Without `--scoped` the last part alone is the name.
    let last = path.rsplit('/').next().unwrap_or(path);
    for tag in tags {
        let written = text(tag).unwrap_or_default();
        let mark = if written.contains(':') { '@' } else { ':' };
        let image = format!("{host}/{path}{mark}{written}");
        into.take(&image, &tag.span, |source| match source.digest() {
            None => Goes::below(last, source),
            Some(_) => Some(Goes::Flat(None)),
        });
    }
}
