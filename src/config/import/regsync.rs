//! Regsync's file: what it copies image by image, and the tags of repositories that are written out.

use crate::config::node::Node;
use crate::model::Platforms;

use super::gathered::{Found, Gathered, Goes};
use super::ranges::{self, Ranged};
use super::tags::{self, Tag, TagRule, Tags};
use crate::config::tree::{get, is_set, items_of, one_or_more, pairs, text, text_of};

/// What a mirror file has nothing like, of an entry and of the defaults.
const OTHERS: [&str; 6] = [
    "backup",
    "hooks",
    "interval",
    "mediaTypes",
    "referrerFilters",
    "schedule",
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

/// What is copied of a source, and how.
struct Sync<'n> {
    source: &'n Node,
    from: &'n str,
    to: &'n str,
    platforms: Option<Platforms>,
    referrers: bool,
}

impl Sync<'_> {
    /// Takes the source, with a tag if it has none of its own.
    fn take<'g>(&self, tag: Option<&str>, into: &'g mut Gathered) -> Option<&'g mut Found> {
        let tag = tag.map_or_else(String::new, |tag| format!(":{tag}"));
        let image = format!("{}{tag}", self.from);
        let found = into.take(&image, &self.source.span, |source| {
            Goes::to(&format!("{}{tag}", self.to), source)
        })?;
        found.platforms.clone_from(&self.platforms);
        found.referrers = self.referrers;
        Some(found)
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
    let follows = |key: &str| {
        is_set(entry, key)
            || get(entry, key).is_none() && defaults.is_some_and(|table| is_set(table, key))
    };
    let sync = Sync {
        source,
        from,
        to,
        platforms: into.platforms(platforms),
        referrers: follows("referrers") || follows("digestTags"),
    };
    match text_of(entry, "type") {
        Some("repository") => repository(&sync, entry, into),
        Some("registry") => {
            let why = text!(
                "all repositories of `{from}` are not carried over: name each image",
                "`{from}` 的全部镜像仓库没有转换：请逐个写出镜像"
            );
            into.leave_out(&source.span, why);
        }
        _ => drop(sync.take(None, into)),
    }
}

/// Takes the tags of a repository that are written out, and those that expressions and ranges take.
fn repository(sync: &Sync<'_>, entry: &Node, into: &mut Gathered) {
    let sets = get(entry, "tags").into_iter();
    let sets = sets.chain(items_of(entry, "tagSets"));
    let sets: Vec<&Node> = sets.filter(|set| !pairs(set).is_empty()).collect();
    if sets.is_empty() {
        into.leave_out(&sync.source.span, tags::by_rule(sync.from, Tag::All));
    }
    let mut chosen = Tags::default();
    for set in sets {
        let Tags { names, rules } = of_set(sync, set, into);
        chosen.names.extend(names);
        chosen.rules.extend(rules);
    }
    if chosen.rules.is_empty() {
        for tag in &chosen.names {
            sync.take(Some(tag), into);
        }
    } else if let Some(found) = sync.take(None, into) {
        found.tags = Some(chosen);
    }
}

/// Reads one set: any of the ranges takes tags, of these the expressions of `allow`, and of these those of `deny` are
/// left out.
fn of_set(sync: &Sync<'_>, set: &Node, into: &mut Gathered) -> Tags {
    let from = sync.from;
    let (allow, deny) = (items_of(set, "allow"), items_of(set, "deny"));
    let literal = |node: &Node| text(node).and_then(tags::literal).map(str::to_owned);
    let denied: Vec<String> = deny.iter().filter_map(literal).collect();
    let nodes = get(set, "semverRange").map_or(&[][..], one_or_more);
    let written = |node| text(node).filter(|range: &&str| !range.is_empty());
    let written: Vec<(&Node, &str)> = nodes
        .iter()
        .filter_map(|node| Some((node, written(node)?)))
        .collect();
    let ranges = written.iter().map(|(_, range)| ranges::regsync(range));
    let ranges: Option<Vec<Ranged>> = ranges.collect();
    let others = pairs(set).iter().filter(|pair| match &*pair.key {
        "allow" => false,
        "deny" => denied.len() < deny.len(),
        "semverRange" => ranges.is_none(),
        _ => true,
    });
    let others: Vec<_> = others.map(|pair| pair.key_span.clone()).collect();
    let versions = ranges.iter().flatten();
    let versions: Vec<&TagRule> = versions.filter_map(|range| range.rules.first()).collect();
    let mut chosen = Tags::default();
    // A name that a range has to hold for as well is no more than a rule.
    if written.is_empty() {
        let names = allow.iter().filter_map(literal);
        chosen.names = names.filter(|tag| !denied.contains(tag)).collect();
    }
    let except = |rule: TagRule| TagRule {
        except: denied.clone(),
        ..rule
    };
    let of_ranges = |rule: TagRule| -> Option<Vec<TagRule>> {
        if versions.is_empty() {
            return Some(vec![rule]);
        }
        let each = versions
            .iter()
            .map(|of| rule.clone().of(of.versions.clone()?));
        each.collect()
    };
    let is_name = |node: &Node| written.is_empty() && literal(node).is_some();
    for node in allow.iter().filter(|node| !is_name(node)) {
        let expression = text(node).unwrap_or_default();
        let rule = TagRule::whole(expression).filter(|_| others.is_empty());
        match rule.and_then(of_ranges) {
            Some(rules) => chosen.rules.extend(rules.into_iter().map(except)),
            None => into.leave_out(&node.span, tags::by_rule(from, Tag::Rule(expression))),
        }
    }
    if allow.is_empty() && written.is_empty() {
        into.leave_out(&sync.source.span, tags::by_rule(from, Tag::All));
    } else if allow.is_empty() && others.is_empty() {
        let rules = versions.iter().copied().cloned();
        chosen.rules.extend(rules.map(except));
    } else if allow.is_empty() && ranges.is_some() {
        // Without what narrows it, a range would take more than it did.
        for (node, range) in &written {
            into.leave_out(&node.span, tags::by_rule(from, Tag::Rule(range)));
        }
    }
    let ranges = ranges.iter().flatten().filter(|_| !chosen.rules.is_empty());
    for (range, (node, written)) in ranges.zip(&written) {
        if let Some(difference) = range.difference(written) {
            into.differs(&node.span, difference);
        }
    }
    for span in others {
        let why = text!(
            "this rule for the tags of `{from}` is not carried over: a mirror file has nothing that means the same",
            "`{from}` 的这条标签规则没有转换：mirror 文件里没有同样意思的写法"
        );
        into.leave_out(&span, why);
    }
    chosen
}
