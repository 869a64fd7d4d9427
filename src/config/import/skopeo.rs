//! The file of `skopeo sync --src yaml`: registries with their repositories and tags.

use std::ops::Range;

use crate::config::node::{Node, Pair};

use super::gathered::{Gathered, Goes};
use super::tags::{self, Tag, TagRule, Tags};
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
        let repositories = |key: &str| get(registry, key).map_or(&[][..], pairs);
        let expressions = repositories("images-by-tag-regex");
        for repository in repositories("images") {
            let is_chosen = expressions.iter().any(|other| other.key == repository.key);
            if !is_chosen || items(&repository.value).is_empty() {
                images(host, repository, into);
            }
        }
        for Pair {
            key,
            key_span,
            value,
        } in expressions
        {
            let beside = get(registry, "images").and_then(|images| get(images, key));
            let names = beside.map_or(&[][..], items).iter().filter_map(text);
            let expression = text(value).unwrap_or("?");
            chosen(
                host,
                (key, key_span),
                expression,
                names.map(str::to_owned).collect(),
                into,
            );
        }
        for Pair {
            key,
            key_span,
            value,
        } in repositories("images-by-semver")
        {
            let rule = Tag::Rule(text(value).unwrap_or("?"));
            into.leave_out(key_span, tags::by_rule(&format!("{host}/{key}"), rule));
        }
    }
}

/// Takes what an expression chooses of a repository, and the tags that are written out beside it.
fn chosen(
    host: &str,
    (path, span): (&str, &Range<usize>),
    expression: &str,
    names: Vec<String>,
    into: &mut Gathered,
) {
    let image = format!("{host}/{path}");
    let Some(rule) = TagRule::anywhere(expression) else {
        return into.leave_out(span, tags::by_rule(&image, Tag::Rule(expression)));
    };
    let (names, digests): (Vec<_>, Vec<_>) =
        names.into_iter().partition(|name| !name.contains(':'));
    for digest in digests {
        into.take(&format!("{image}@{digest}"), span, |_| {
            Some(Goes::Flat(None))
        });
    }
    let last = path.rsplit('/').next().unwrap_or(path);
    if let Some(found) = into.take(&image, span, |source| Goes::below(last, source)) {
        found.tags = Some(Tags {
            names,
            rules: vec![rule],
        });
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
