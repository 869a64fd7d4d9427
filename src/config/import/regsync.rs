//! Regsync's file: what it copies image by image, and the tags of repositories that are written out.

use crate::config::node::Node;
use crate::model::Platforms;

use super::gathered::{Gathered, Goes};
use super::tags::{self, Tag};
use super::tree::{get, is_set, items, items_of, one_or_more, pairs, text, text_of};

/// What a mirror file has nothing like, of an entry and of the defaults.
const OTHERS: [&str; 7] = [
    "backup",
    "hooks",
    "interval",
    "mediaTypes",
    "referrerFilters",
    "schedule",
    "tagSets",
];

pub(super) fn is(root: &Node) -> bool {
    items_of(root, "sync")
        .first()
        .is_some_and(|entry| get(entry, "source").is_some() && get(entry, "target").is_some())
}

pub(super) fn read(root: &Node, into: &mut Gathered) {
    into.platforms = Some(Platforms::All);
    for login in items_of(root, "creds") {
        let Some(registry) = get(login, "registry") else {
            continue;
        };
        let host = text(registry).unwrap_or_default();
        let (user, password) = (get(login, "user"), get(login, "pass"));
        if user.is_some() || password.is_some() {
            into.log_in(host, &registry.span, user, password);
        }
        match text_of(login, "tls") {
            Some("disabled") => into.plain_http(host),
            Some("insecure") => into.leave_out_key(login, "tls"),
            _ => {}
        }
    }
    let defaults = get(root, "defaults");
    for table in defaults.into_iter().chain(items_of(root, "sync")) {
        for key in OTHERS {
            into.leave_out_key(table, key);
        }
    }
    for sync in items_of(root, "sync") {
        entry(sync, defaults, into);
    }
}

fn entry(entry: &Node, defaults: Option<&Node>, into: &mut Gathered) {
    let (Some(source), Some(target)) = (get(entry, "source"), get(entry, "target")) else {
        return;
    };
    let (Some(from), Some(to)) = (text(source), text(target)) else {
        return;
    };
    let platforms = ["platforms", "platform"]
        .into_iter()
        .find_map(|key| get(entry, key));
    let platforms = platforms.map_or(&[][..], one_or_more);
    let platforms = into.platforms(platforms);
    let follows = |key: &str| {
        is_set(entry, key)
            || get(entry, key).is_none() && defaults.is_some_and(|table| is_set(table, key))
    };
    let referrers = follows("referrers") || follows("digestTags");
    let mut take = |from: &str, tag: Option<&str>| {
        let found = into.take(from, &source.span, |source| {
            let to = tag.map_or_else(|| to.to_owned(), |tag| format!("{to}:{tag}"));
            Goes::to(&to, source)
        });
        if let Some(found) = found {
            found.platforms.clone_from(&platforms);
            found.referrers = referrers;
        }
    };
    match text_of(entry, "type") {
        Some("repository") => {}
        Some("registry") => {
            let why = text!(
                "all repositories of `{from}` are not carried over: name each image",
                "`{from}` 的全部镜像仓库没有转换：请逐个写出镜像"
            );
            return into.leave_out(&source.span, why);
        }
        _ => return take(from, None),
    }
    let rules = get(entry, "tags");
    let allow = rules.map_or(&[][..], |rules| items_of(rules, "allow"));
    let literal = allow
        .iter()
        .filter_map(|node| text(node).and_then(tags::literal));
    let denied: Vec<&str> = rules
        .map_or(&[][..], |rules| items_of(rules, "deny"))
        .iter()
        .filter_map(text)
        .collect();
    for tag in literal.filter(|tag| !denied.contains(tag)) {
        take(&format!("{from}:{tag}"), Some(tag));
    }
    let others = allow
        .iter()
        .filter(|node| text(node).and_then(tags::literal).is_none());
    for rule in others {
        into.leave_out(
            &rule.span,
            tags::by_rule(from, Tag::Rule(text(rule).unwrap_or("?"))),
        );
    }
    // What is denied by its name was left out above.
    let is_literal = |node: &Node| text(node).and_then(tags::literal).is_some();
    let filters = rules.map_or(&[][..], pairs).iter();
    let filters = filters.filter(|pair| match pair.key.as_str() {
        "allow" => false,
        "deny" => !items(&pair.value).iter().all(is_literal),
        _ => true,
    });
    let filters: Vec<_> = filters.map(|pair| pair.key_span.clone()).collect();
    if allow.is_empty() {
        into.leave_out(&source.span, tags::by_rule(from, Tag::All));
    }
    for span in filters {
        let why = text!(
            "this rule for the tags of `{from}` is not carried over: it is not known which there are",
            "`{from}` 的这条标签规则没有转换：不知道有哪些标签"
        );
        into.leave_out(&span, why);
    }
}
