//! Tags that never move, of which the target's lists tell that they are there.

use std::collections::HashSet;

use futures_util::StreamExt;

use crate::plan::{Desired, Entry, TargetName};
use crate::registry::ReadRegistry;

/// How many repositories are listed at once.
const LISTS_AT_ONCE: usize = 32;

/// Lists the repositories of the target of which that tells enough, and returns the names that are in place.
///
/// A list may take half as many requests as it saves: what is not seen in these, and all of a list that broke off, is
/// asked for one by one.
pub(super) async fn listed<'a, R: ReadRegistry>(
    desired: &'a Desired,
    registry: &R,
) -> HashSet<&'a TargetName> {
    let lists = desired.settled_by_lists().into_iter();
    let asked = lists.map(|(repository, entries)| async move {
        let pages = (entries.len() / 2).max(1);
        let tags = registry.list_tags_within(&repository, pages).await;
        let tags: HashSet<_> = tags.ok().flatten().into_iter().flatten().collect();
        let is_there = |entry: &&Entry| tags.contains(&entry.target.tag);
        let found = entries.into_iter().filter(is_there);
        found.map(|entry| &entry.target).collect::<Vec<_>>()
    });
    let found: Vec<_> = futures_util::stream::iter(asked.collect::<Vec<_>>())
        .buffer_unordered(LISTS_AT_ONCE)
        .collect()
        .await;
    found.into_iter().flatten().collect()
}
