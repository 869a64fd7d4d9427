//! What the target has already of what a plan copies.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use futures_util::StreamExt;

use crate::model::{Digest, Repository};
use crate::plan::{BlobRoutes, Change, Inventory, Plan};
use crate::registry::ReadRegistry;

use super::observer::ENTRIES_AT_ONCE;

/// How many blobs are asked for at most, the biggest first: the others add little, and count as
/// absent.
const MOST_BLOBS: usize = 2000;

/// Asks the target which repositories are new, and which blobs the others hold; never fails, since
/// what is not known is counted as absent.
///
/// A plan that copies nothing costs no request.
pub async fn inventory<R: ReadRegistry>(plan: &Plan, registry: &R) -> Inventory {
    let existing = plan.existing_repositories();
    let is_copied = |change: &&Change| change.action.copy().is_some();
    let wanted = plan.changes.iter().filter(is_copied);
    let mut unseen: HashSet<_> = wanted
        .map(|change| plan.target.repository(&change.target))
        .collect();
    unseen.retain(|repository| !existing.contains(repository));
    let new = those(unseen, async |repository| {
        matches!(registry.knows_repository(repository).await, Ok(false))
    })
    .await;
    let questions = worth_asking(plan, &new, |repository| {
        registry.answers_at_once(repository)
    });
    let blobs = those(questions, async |(repository, digest)| {
        registry.has_blob(repository, digest).await
    })
    .await;
    Inventory { new, blobs }
}

/// Keeps those of which `holds` is true, asked many at a time.
async fn those<T: Eq + Hash>(
    all: impl IntoIterator<Item = T>,
    holds: impl AsyncFn(&T) -> bool,
) -> HashSet<T> {
    futures_util::stream::iter(all)
        .map(async |one| holds(&one).await.then_some(one))
        .buffer_unordered(ENTRIES_AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await
}

/// Returns the blobs that a run would ask for, but for those of new repositories, the biggest
/// first.
fn worth_asking(
    plan: &Plan,
    new: &HashSet<Repository>,
    is_free: impl Fn(&Repository) -> bool,
) -> Vec<(Repository, Digest)> {
    let routes = BlobRoutes::of(plan);
    let mut sizes = HashMap::new();
    for change in &plan.changes {
        let contents = change.action.copy().and_then(|copy| copy.contents.as_ref());
        let repository = plan.target.repository(&change.target);
        let Some(contents) = contents.filter(|_| !new.contains(&repository)) else {
            continue;
        };
        for (digest, size) in &contents.blobs {
            if routes.is_asked(&repository, *size) || is_free(&repository) {
                sizes.insert((repository.clone(), digest.clone()), *size);
            }
        }
    }
    let mut questions: Vec<_> = sizes.into_iter().collect();
    questions.sort_unstable_by_key(|(_, size)| Reverse(*size));
    questions.truncate(MOST_BLOBS);
    questions
        .into_iter()
        .map(|(question, _)| question)
        .collect()
}
