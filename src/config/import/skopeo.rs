//! The file of `skopeo sync --src yaml`: registries with their repositories and tags.

use std::ops::Range;

use crate::config::node::{Node, Pair};

use super::gathered::{Gathered, Goes};
use super::ranges;
use super::tags::{self, Tag, TagRule, Tags};
use crate::config::tree::{get, items, pairs, text, text_of};

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
        let by_rules = [
            repositories("images-by-tag-regex"),
            repositories("images-by-semver"),
        ]
        .concat();
        for repository in repositories("images") {
            let is_chosen = by_rules.iter().any(|other| other.key == repository.key);
            if !is_chosen || items(&repository.value).is_empty() {
                images(host, repository, into);
            }
        }
        let mut done = vec![];
        for Pair { key, key_span, .. } in &by_rules {
            if done.contains(&key) {
                continue;
            }
            done.push(key);
            let beside = get(registry, "images").and_then(|images| get(images, key));
            let names = beside.map_or(&[][..], items).iter().filter_map(text);
            let names = names.map(str::to_owned).collect();
            let rules = rules(&format!("{host}/{key}"), key, registry, into);
            chosen(host, (key, key_span), rules, names, into);
        }
    }
}

/// Returns the rules for the tags of a repository; those that a mirror file has nothing like are told and left out.
fn rules(image: &str, path: &str, registry: &Node, into: &mut Gathered) -> Vec<TagRule> {
    let written = |key: &str| get(registry, key).and_then(|all| get(all, path));
    let expression = |text: &str| TagRule::anywhere(text).map(|rule| vec![rule]);
    let range = |text: &str| ranges::skopeo(text).map(|range| range.rules);
    let mut rules = vec![];
    if let Some(node) = written("images-by-tag-regex") {
        take(image, node, expression, &mut rules, into);
    }
    if let Some(node) = written("images-by-semver") {
        take(image, node, range, &mut rules, into);
    }
    rules
}

fn take(
    image: &str,
    node: &Node,
    read: impl Fn(&str) -> Option<Vec<TagRule>>,
    rules: &mut Vec<TagRule>,
    into: &mut Gathered,
) {
    let written = text(node).unwrap_or("?");
    match read(written) {
        Some(found) => rules.extend(found),
        None => into.leave_out(&node.span, tags::by_rule(image, Tag::Rule(written))),
    }
}

/// Takes what rules choose of a repository, and the tags that are written out beside them.
fn chosen(
    host: &str,
    (path, span): (&str, &Range<usize>),
    rules: Vec<TagRule>,
    names: Vec<String>,
    into: &mut Gathered,
) {
    let image = format!("{host}/{path}");
    let (names, digests): (Vec<_>, Vec<_>) =
        names.into_iter().partition(|name| !name.contains(':'));
    for digest in digests {
        into.take(&format!("{image}@{digest}"), span, |_| {
            Some(Goes::Flat(None))
        });
    }
    let last = path.rsplit('/').next().unwrap_or(path);
    if rules.is_empty() {
        for name in names {
            into.take(&format!("{image}:{name}"), span, |source| {
                Goes::below(last, source)
            });
        }
    } else if let Some(found) = into.take(&image, span, |source| Goes::below(last, source)) {
        found.tags = Some(Tags { names, rules });
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
