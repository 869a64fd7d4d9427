//! The files of image-syncer: which image goes where, and what logs in.

use crate::config::node::{Node, Pair};
use crate::model::{Platforms, Reference};

use super::gathered::{Gathered, Goes};
use super::tags::{self, Tag, TagRule, Tags};
use crate::config::tree::{get, is_set, one_or_more, pairs, text};

/// Tells whether a table is that of the images.
pub(super) fn is(root: &Node) -> bool {
    let is_image = |pair: &Pair| {
        let (repository, _) = parted(&pair.key);
        let targets = one_or_more(&pair.value);
        repository.contains('/')
            && repository.parse::<Reference>().is_ok()
            && targets.iter().all(|target| text(target).is_some())
    };
    !pairs(root).is_empty() && pairs(root).iter().all(is_image)
}

/// Tells whether a table is that of both, as it once was.
pub(super) fn is_both(root: &Node) -> bool {
    get(root, "auth").is_some_and(is_auth) && get(root, "images").is_some_and(is)
}

/// Tells whether a table is that of what logs in.
pub(super) fn is_auth(root: &Node) -> bool {
    let is_login = |pair: &Pair| {
        ["username", "password", "insecure"]
            .iter()
            .any(|key| get(&pair.value, key).is_some())
    };
    !pairs(root).is_empty() && pairs(root).iter().all(is_login)
}

pub(super) fn read(root: &Node, into: &mut Gathered) {
    into.platforms = Some(Platforms::All);
    if let (true, Some(auth), Some(images)) =
        (is_both(root), get(root, "auth"), get(root, "images"))
    {
        read_auth(auth, into);
        return read(images, into);
    }
    for pair in pairs(root) {
        rule(pair, into);
    }
}

/// Reads what logs in.
pub(super) fn read_auth(root: &Node, into: &mut Gathered) {
    for Pair {
        key,
        key_span,
        value,
    } in pairs(root)
    {
        let (user, password) = (get(value, "username"), get(value, "password"));
        if user.is_some() || password.is_some() {
            into.log_in(key, key_span, user, password);
        }
        if is_set(value, "insecure") {
            into.plain_http(key);
        }
    }
}

/// Parts a source into its repository and what is said of its tags.
fn parted(source: &str) -> (&str, Option<&str>) {
    if let Some((repository, rule)) = source.split_once(":/") {
        return (repository, Some(&source[source.len() - rule.len() - 1..]));
    }
    let last = source.rfind('/').map_or(0, |slash| slash + 1);
    match source[last..].find([':', '@']) {
        Some(at) => (&source[..last + at], Some(&source[last + at + 1..])),
        None => (source, None),
    }
}

fn rule(
    Pair {
        key,
        key_span,
        value,
    }: &Pair,
    into: &mut Gathered,
) {
    let (repository, tags) = parted(key);
    let Some(tags) = tags else {
        return into.leave_out(key_span, tags::by_rule(repository, Tag::All));
    };
    let expression = tags
        .strip_prefix('/')
        .map(|inner| inner.strip_suffix('/').unwrap_or(inner));
    let rule = expression.map(TagRule::anywhere);
    if let Some(None) = rule {
        return into.leave_out(key_span, tags::by_rule(repository, Tag::Rule(tags)));
    }
    let is_digest = key.contains('@');
    let tags: Vec<&str> = if is_digest {
        vec![tags]
    } else {
        tags.split(',').map(str::trim).collect()
    };
    let targets = one_or_more(value)
        .iter()
        .filter_map(text)
        .filter(|target| !target.is_empty());
    let targets: Vec<&str> = targets.collect();
    if let Some(Some(rule)) = rule {
        if targets.is_empty() {
            into.leave_out(
                key_span,
                tags::by_rule(repository, Tag::Rule(&tags.join(","))),
            );
        }
        for target in targets {
            if let Some(found) = into.take(repository, key_span, |source| Goes::to(target, source))
            {
                found.tags = Some(Tags {
                    names: vec![],
                    rules: vec![rule.clone()],
                });
            }
        }
        return;
    }
    let last = repository.rsplit('/').next().unwrap_or(repository);
    for tag in tags {
        let mark = if is_digest { '@' } else { ':' };
        let image = format!("{repository}{mark}{tag}");
        for target in &targets {
            into.take(&image, key_span, |source| Goes::to(target, source));
        }
        if targets.is_empty() {
            let why = text!(
                "where `{image}` goes is told when image-syncer is called; here it goes where the others go",
                "`{image}` 的去处是调用 image-syncer 时给的；这里和其他镜像去同一处"
            );
            into.leave_out(key_span, why);
            into.take(&image, key_span, |source| Goes::below(last, source));
        }
    }
}
