//! A kustomization: the items below `images`.

use std::ops::Range;

use crate::config::node::{Node, Pair};
use crate::config::tree::{get, items_of, pairs, text_of};

use super::field::open;
use super::spot::{Grown, Kustomized, Room, Shape, Spot};

pub(super) fn is(path: &str, root: &Node) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name = name.to_ascii_lowercase();
    let is_named = ["kustomization", "kustomization.yaml", "kustomization.yml"].contains(&&*name);
    let version = text_of(root, "apiVersion").unwrap_or_default();
    is_named || version.starts_with("kustomize.config.k8s.io/")
}

pub(super) fn walk(text: &str, root: &Node, spots: &mut Vec<Spot>) {
    for item in items_of(root, "images") {
        spots.extend(kustomized(text, item).map(|item| Spot {
            shape: Shape::Kustomized(item),
            platform: None,
        }));
    }
}

fn kustomized(text: &str, item: &Node) -> Option<Kustomized> {
    let pair = pairs(item).iter().rev().find(|pair| pair.key == "name")?;
    let field = |key: &str| open(text, get(item, key)).filter(|field| !field.text.is_empty());
    let name = field("name")?;
    let is_flow = text[item.span.start..].starts_with('{');
    let find = |key: &str| pairs(item).iter().rev().find(|pair| pair.key == key);
    let last = find("newTag").or_else(|| find("newName")).unwrap_or(pair);
    let new_name = find("newName").and_then(|pair| {
        Some(Grown {
            value: open(text, Some(&pair.value)).filter(|field| !field.text.is_empty())?,
            whole: whole(text, pair, is_flow),
        })
    });
    Some(Kustomized {
        name,
        new_name,
        new_tag: field("newTag"),
        digest: field("digest"),
        room: room(text, pair, is_flow),
        last_room: room(text, last, is_flow),
    })
}

/// Returns where a key goes behind another.
fn room(text: &str, pair: &Pair, is_flow: bool) -> Room {
    let quote = if text[pair.key_span.clone()].starts_with('"') {
        "\""
    } else {
        ""
    };
    let end = pair.value.span.end;
    if is_flow {
        return Room {
            at: end,
            before: ", ".to_owned(),
            quote,
        };
    }
    let (line, at) = (line_start(text, pair.key_span.start), line_end(text, end));
    let is_crlf = text[at..].starts_with("\r\n") || text[..line].ends_with("\r\n");
    let indent: String = text[line..pair.key_span.start]
        .chars()
        .map(|_| ' ')
        .collect();
    Room {
        at,
        before: format!("{}{indent}", if is_crlf { "\r\n" } else { "\n" }),
        quote,
    }
}

/// Returns all that goes with a key, where it can go and leave nothing behind.
fn whole(text: &str, pair: &Pair, is_flow: bool) -> Option<Range<usize>> {
    let (start, end) = (pair.key_span.start, pair.value.span.end);
    if is_flow {
        let before = text[..start].trim_end_matches(' ').strip_suffix(',')?;
        return Some(before.len()..end);
    }
    let line = line_start(text, start);
    let before = text[..line].strip_suffix('\n')?;
    let before = before.strip_suffix('\r').unwrap_or(before);
    let is_alone = text[line..start].trim().is_empty() && line_end(text, end) == end;
    is_alone.then_some(before.len()..end)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |line| line + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let end = rest.find('\n').map_or(text.len(), |line| at + line);
    if text[..end].ends_with('\r') && end > at {
        end - 1
    } else {
        end
    }
}
