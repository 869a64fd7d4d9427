//! Which tags there are of the repositories of which rules choose them.

use futures_util::StreamExt;
use indexmap::IndexMap;

use crate::model::Repository;
use crate::plan::{Absence, Choice, Desired, Family, NoChoice};
use crate::progress::Progress;
use crate::registry::ReadRegistry;

/// How many repositories are listed at once. A list can be long, and is not kept.
const LISTS_AT_ONCE: usize = 32;

/// Lists the tags of each family that is open, and gives it what its rules choose of them. A repository is listed once,
/// however many families it has.
///
/// A list that broke off counts for nothing: of half of it the rules would choose others.
pub async fn choose<R: ReadRegistry>(desired: &mut Desired, registry: &R, progress: &Progress) {
    let mut repositories: IndexMap<&Repository, Vec<(usize, &Family)>> = IndexMap::new();
    for (at, family) in desired.families.iter().enumerate() {
        if family.choice == Choice::Open {
            repositories
                .entry(family.repository())
                .or_default()
                .push((at, family));
        }
    }
    let asked = repositories
        .into_iter()
        .map(|(repository, families)| async move {
            for (_, family) in &families {
                progress.begin(family.name());
            }
            let tags = list(repository, registry).await;
            let choice = |(at, family): &(usize, &Family)| {
                progress.finish(family.name());
                (*at, family.follow(&tags))
            };
            families.iter().map(choice).collect::<Vec<_>>()
        });
    let chosen: Vec<_> = futures_util::stream::iter(asked.collect::<Vec<_>>())
        .buffer_unordered(LISTS_AT_ONCE)
        .collect()
        .await;
    let mut choices = vec![None; desired.families.len()];
    for (at, (choice, account)) in chosen.into_iter().flatten() {
        desired.families[at].account = account;
        choices[at] = Some(choice);
    }
    desired.choose(choices);
}

async fn list<R: ReadRegistry>(
    repository: &Repository,
    registry: &R,
) -> Result<Vec<String>, NoChoice> {
    match registry.list_tags(repository).await {
        Ok(Some(listed)) => Ok(listed),
        Ok(None) if registry.hides_behind_login(repository).await => {
            Err(NoChoice::Absent(Absence::ToStranger))
        }
        Ok(None) => Err(NoChoice::Absent(Absence::Plain)),
        Err(why) => Err(NoChoice::Unlisted(why)),
    }
}
