//! Values of a chart, and other YAML: the images by the shapes that charts give them.

use crate::config::node::{Node, Pair, Value};
use crate::config::tree::{get, pairs, text};

use super::field::{open, spot};
use super::spot::{Closed, Field, Shape, Spot, Table};

/// What a table calls its repository, whatever the table is called.
const REPOSITORY: [&str; 1] = ["repository"];
/// What it may call that as well, if it is the table of an image.
const REPOSITORY_OF_IMAGE: [&str; 4] = ["repository", "repo", "name", "image"];

/// What a table calls the registry.
const REGISTRY: [&str; 3] = ["registry", "hub", "imageRegistry"];

/// Finds the images in values.
pub(super) fn walk(text: &str, root: &Node, spots: &mut Vec<Spot>) {
    for Pair { key, value, .. } in pairs(root) {
        match &value.value {
            Value::Table(_) => {
                if let Some(found) = table(text, key, value) {
                    spots.push(found);
                    below(text, value, spots);
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
                for one in items {
                    item(text, key, one, spots);
                }
            }
            Value::Scalar { .. } if is_image(key) => spots.extend(scalar(text, key, root, value)),
            Value::Scalar { .. } => spots.extend(in_keys(text, key, root, value)),
            Value::Nothing => {}
        }
    }
}

/// Finds what stands in an item of a list, which may be the table of an image itself.
fn item(text: &str, key: &str, node: &Node, spots: &mut Vec<Spot>) {
    let has = |name: &str| get(node, name).is_some();
    let is_named = is_plural(key) && !has("image") && (has("tag") || has("digest"));
    let key = if is_named { "image" } else { "" };
    if let Some(found) = table(text, key, node) {
        spots.push(found);
        below(text, node, spots);
    } else {
        walk(text, node, spots);
    }
}

/// Finds the images within the table of an image, besides its own.
fn below(text: &str, node: &Node, spots: &mut Vec<Spot>) {
    let others = pairs(node).iter();
    let others = others.filter(|pair| !REPOSITORY_OF_IMAGE.contains(&&*pair.key));
    let rest = Node {
        value: Value::Table(others.cloned().collect()),
        span: node.span.clone(),
    };
    walk(text, &rest, spots);
}

/// Takes an image that is one text, or the repository of one whose registry or tag stands beside it.
fn scalar(text: &str, key: &str, beside: &Node, node: &Node) -> Option<Spot> {
    let found = spot(text, node)?;
    let Shape::Text(written) = &found.shape else {
        return Some(found);
    };
    let last = written.text.rsplit('/').next();
    let has_tag = written.text.contains('@') || last.is_some_and(|last| last.contains(':'));
    let own = |name: &str| open(text, get(beside, &format!("{key}{name}")));
    let any = |names: &[&str]| names.iter().find_map(|name| open(text, get(beside, name)));
    let registry = own("Registry").or_else(|| any(&REGISTRY));
    let registry = registry.filter(|field| !field.text.is_empty());
    let tag = own("Tag").or_else(|| any(&["tag"])).filter(|_| !has_tag);
    // By another name than `image` it may be anything, unless it looks like one.
    let looks_like_one = has_tag || tag.is_some() || written.text.contains('/');
    if key != "image" && !looks_like_one {
        return None;
    }
    if registry.is_none() && tag.is_none() {
        return Some(found);
    }
    let digest = own("Digest").or_else(|| any(&["digest"]));
    Some(of_table(Table {
        registry,
        repository: open(text, Some(node))?,
        tag,
        digest: digest.filter(|field| !field.text.is_empty()),
        is_bare_digest: false,
    }))
}

/// Takes an image whose parts have keys of their own: `imageRepository` and `imageTag`.
fn in_keys(text: &str, key: &str, beside: &Node, node: &Node) -> Option<Spot> {
    let stem = key
        .strip_suffix("Repository")
        .filter(|stem| is_image(stem))?;
    let field = |name: &str| open(text, get(beside, &format!("{stem}{name}")));
    let filled = |name: &str| field(name).filter(|field| !field.text.is_empty());
    let tag = field("Tag")?;
    if self::text(node)?.contains("{{") {
        return spot(text, node);
    }
    Some(of_table(Table {
        registry: filled("Registry"),
        repository: open(text, Some(node)).filter(|field| !field.text.is_empty())?,
        tag: Some(tag),
        digest: filled("Digest"),
        is_bare_digest: false,
    }))
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
    let has_registry = REGISTRY.iter().any(|name| has(name));
    let is_one = is_image(key) || has("tag") || has("digest") || has_registry;
    // A chart's own repository is an address.
    if !is_one || written.contains("://") {
        return None;
    }
    let field = |name: &str| open(text, get(node, name));
    let is_bare_digest = !has("digest") && has("sha");
    let digest = field(if is_bare_digest { "sha" } else { "digest" });
    let mut registries = REGISTRY.iter().filter_map(|name| field(name));
    let registry = registries.find(|field| !field.text.is_empty());
    let repository = open(text, Some(repository)).filter(|field| !field.text.is_empty())?;
    Some(of_table(Table {
        registry,
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
