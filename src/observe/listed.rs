//! Tags that never move, of which the target's lists tell that they are there.

use std::collections::{BTreeSet, HashSet};

use futures_util::StreamExt;

use crate::plan::{Desired, Entry, Lock, TargetName};
use crate::registry::ReadRegistry;

use super::observer::holds;
use super::resolve::tags;

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
        names(entries.into_iter().filter(is_there))
    });
    in_any_order(asked).await
}

/// Looks which tags that never move the target holds with the digest that `lock` has for them, of those that nobody has
/// seen there yet.
pub async fn seen<R: ReadRegistry>(
    desired: &Desired,
    lock: &Lock,
    registry: &R,
) -> BTreeSet<TargetName> {
    let lists = desired.yet_to_be_seen(lock).into_iter();
    let asked = lists.map(|(repository, entries)| async move {
        // Where there is nothing, or a list is refused, no plan goes by lists either.
        match registry.knows_repository(&repository).await {
            Ok(true) => names(entries.into_iter()),
            Ok(false) | Err(_) => vec![],
        }
    });
    let asked = in_any_order(asked).await;
    let held = tags(&desired.target, asked, registry).await;
    let is_right = |name: &TargetName| {
        let (held, locked) = (held.get(name), lock.images.get(name));
        let both = held.zip(locked);
        both.is_some_and(|(held, locked)| holds(held, &locked.expected.digest))
    };
    let right = held.keys().filter(|name| is_right(name));
    right.cloned().collect()
}

fn names<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<&'a TargetName> {
    entries.map(|entry| &entry.target).collect()
}

async fn in_any_order<'a>(
    asked: impl Iterator<Item = impl Future<Output = Vec<&'a TargetName>>>,
) -> HashSet<&'a TargetName> {
    let found: Vec<_> = futures_util::stream::iter(asked.collect::<Vec<_>>())
        .buffer_unordered(LISTS_AT_ONCE)
        .collect()
        .await;
    found.into_iter().flatten().collect()
}
