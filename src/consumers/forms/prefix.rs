//! Names that keep their path: all of what stands before them in the mirror.

use crate::consumers::map::MirrorMap;
use crate::consumers::rules::Rule;

/// Returns what stands before a repository's name in the mirror, if it keeps its path there: the namespace, or more.
pub(super) fn prefix<'r>(rule: &'r Rule<'_>) -> Option<&'r str> {
    let before = rule.place.name.strip_suffix(&rule.source.name)?;
    match before.strip_suffix('/') {
        Some(prefix) => Some(prefix),
        None => before.is_empty().then_some(""),
    }
}

/// Returns what stands before the names of all repositories of these, if it is the same.
pub(super) fn of_all<'r>(rules: &'r [Rule<'_>]) -> Option<&'r str> {
    let first = prefix(rules.first()?)?;
    let is_same = rules.iter().all(|rule| prefix(rule) == Some(first));
    is_same.then_some(first)
}

/// Writes a place in the mirror: the host, and what stands before the names.
pub(super) fn place(map: &MirrorMap, prefix: &str) -> String {
    let host = &map.target.registry;
    match prefix {
        "" => host.clone(),
        prefix => format!("{host}/{prefix}"),
    }
}
