//! Values of a chart, and other YAML: the images by the shapes that charts give them.

use crate::config::node::{Node, Pair, Value};
use crate::config::tree::{get, pairs, text};

use super::field::{open, spot};
use super::spot::{Closed, Field, Shape, Spot, Table};

/// What a table calls its repository, whatever the table is called.
const REPOSITORY: [&str; 1] = ["repository"];
/// What it may call that as well, if it is the table of an image.
const REPOSITORY_OF_IMAGE: [&str; 4] = ["repository", "repo", "name", "image"];

/// Finds the images in values.
pub(super) fn walk(text: &str, root: &Node, spots: &mut Vec<Spot>) {
    for Pair { key, value, .. } in pairs(root) {
        match &value.value {
            Value::Table(_) => {
                if let Some(found) = table(text, key, value) {
                    spots.push(found);
                } else {
                    if is_plural(key) {
                        names(text, pairs(value).iter().map(|pair| &pair.value), spots);
                    }
                    walk(text, value, spots);
                }
            }
            Value::List(items) => {
                if is_plural(key) {
                    names(text, items.iter(), spots);
                }
                for item in items {
                    walk(text, item, spots);
                }
            }
            Value::Scalar { .. } if is_image(key) => spots.extend(scalar(text, key, root, value)),
            Value::Scalar { .. } | Value::Nothing => {}
        }
    }
}

/// Takes an image that is one text, or the repository of one whose tag stands beside it.
fn scalar(text: &str, key: &str, beside: &Node, node: &Node) -> Option<Spot> {
    let found = spot(text, node)?;
    let Shape::Text(written) = &found.shape else {
        return Some(found);
    };
    let has_tag = written.text.contains('@')
        || written
            .text
            .rsplit('/')
            .next()
            .is_some_and(|last| last.contains(':'));
    let tag = [format!("{key}Tag"), "tag".to_owned()];
    let tag = tag.iter().find_map(|tag| get(beside, tag));
    if !has_tag && let (Some(repository), Some(tag)) = (open(text, Some(node)), open(text, tag)) {
        return Some(of_table(Table {
            registry: None,
            repository,
            tag: Some(tag),
            digest: None,
            is_bare_digest: false,
        }));
    }
    // By another name than `image` it may be anything, unless it looks like one.
    let looks_like_one = has_tag || written.text.contains('/');
    (key == "image" || looks_like_one).then_some(found)
}

/// Takes texts in a list or table of images.
fn names<'n>(text: &str, nodes: impl Iterator<Item = &'n Node>, spots: &mut Vec<Spot>) {
    for node in nodes {
        let found = spot(text, node);
        spots.extend(found.filter(|found| match &found.shape {
            Shape::Text(written) => written.text.contains([':', '/']),
            _ => false,
        }));
    }
}

/// Takes the table of an image.
pub(super) fn table(text: &str, key: &str, node: &Node) -> Option<Spot> {
    let names = if is_image(key) {
        &REPOSITORY_OF_IMAGE[..]
    } else {
        &REPOSITORY[..]
    };
    let repository = names.iter().find_map(|name| get(node, name))?;
    let written = self::text(repository)?;
    if written.contains("{{") {
        let span = repository.span.clone();
        return Some(Spot::closed(written, span, Closed::Template));
    }
    let has = |name: &str| get(node, name).is_some();
    let is_one = is_image(key) || has("tag") || has("digest") || has("registry");
    // A chart's own repository is an address.
    if !is_one || written.contains("://") {
        return None;
    }
    let field = |name: &str| open(text, get(node, name));
    let is_bare_digest = !has("digest") && has("sha");
    let digest = field(if is_bare_digest { "sha" } else { "digest" });
    let registry = field("registry");
    let repository = open(text, Some(repository)).filter(|field| !field.text.is_empty())?;
    Some(of_table(Table {
        registry: registry.filter(|field| !field.text.is_empty()),
        repository,
        tag: field("tag"),
        digest,
        is_bare_digest,
    }))
}

fn of_table(table: Table) -> Spot {
    Spot {
        shape: Shape::Table(table),
        platform: None,
    }
}

/// Returns the registry that charts put before every repository.
pub(super) fn global_registry(text: &str, root: &Node) -> Option<Field> {
    let global = get(root, "global")?;
    let image = get(global, "image").and_then(|image| get(image, "registry"));
    let registry = get(global, "imageRegistry").or(image);
    open(text, registry).filter(|field| !field.text.is_empty())
}

fn is_image(key: &str) -> bool {
    key.to_ascii_lowercase().ends_with("image")
}

fn is_plural(key: &str) -> bool {
    key.to_ascii_lowercase().ends_with("images")
}
