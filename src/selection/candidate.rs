//! The tags that a rule may take.

use std::collections::HashSet;

use super::order::Key;

/// A tag that a rule may take.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'t> {
    pub(super) tag: &'t str,
    /// What it is ordered by.
    pub(super) key: Key<'t>,
}

/// Returns each listed tag once, the newest first.
pub(super) fn listed_once(listed: &[String]) -> Vec<Candidate<'_>> {
    let mut known = HashSet::new();
    let tags = listed.iter().map(String::as_str);
    let tags = tags.filter(|tag| known.insert(*tag));
    let with_key = |tag| Candidate {
        tag,
        key: Key::of(tag),
    };
    let mut all: Vec<_> = tags.map(with_key).collect();
    all.sort_by(|one, other| one.key.newest_first(&other.key));
    all
}
