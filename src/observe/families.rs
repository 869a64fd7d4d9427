//! Which tags there are of the repositories of which rules choose them.

use futures_util::StreamExt;
use indexmap::IndexMap;

use crate::model::Repository;
use crate::plan::{Absence, Choice, Desired, Family, NoChoice};
use crate::progress::Progress;
use crate::registry::ReadRegistry;

/// How many repositories are listed at once. A list can be long, and is not kept.
const LISTS_AT_ONCE: usize = 32;

/// Lists the tags of each family that is open and `wanted`, and gives it what its rules choose of them. A repository is listed once,
/// however many families it has, and in however many targets.
///
/// A list that broke off counts for nothing: of half of it the rules would choose others.
pub async fn choose<R: ReadRegistry>(
    desired: &mut [&mut Desired],
    wanted: impl Fn(&Desired, &Family) -> bool,
    registry: &R,
    progress: &Progress,
) {
    let mut repositories: IndexMap<&Repository, Vec<Place<'_>>> = IndexMap::new();
    for (set, desired) in desired.iter().enumerate() {
        for (at, family) in desired.families.iter().enumerate() {
            if family.choice == Choice::Open && wanted(desired, family) {
                let target = &desired.target;
                let place = Place {
                    set,
                    at,
                    family,
                    progress: progress.of(target),
                };
                let repository = repositories.entry(family.repository());
                repository.or_default().push(place);
            }
        }
    }
    let asked = repositories
        .into_iter()
        .map(|(repository, families)| async move {
            for Place {
                family, progress, ..
            } in &families
            {
                progress.begin(family.name());
            }
            let tags = list(repository, registry).await;
            let choice = |place: &Place<'_>| {
                let family = place.family;
                place.progress.finish(family.name());
                (place.set, place.at, family.follow(&tags))
            };
            families.iter().map(choice).collect::<Vec<_>>()
        });
    let chosen: Vec<_> = futures_util::stream::iter(asked.collect::<Vec<_>>())
        .buffer_unordered(LISTS_AT_ONCE)
        .collect()
        .await;
    let open = |desired: &&mut Desired| vec![None; desired.families.len()];
    let mut choices: Vec<Vec<_>> = desired.iter().map(open).collect();
    for (set, at, (choice, account)) in chosen.into_iter().flatten() {
        desired[set].families[at].account = account;
        choices[set][at] = Some(choice);
    }
    for (desired, choices) in desired.iter_mut().zip(choices) {
        desired.choose(choices);
    }
}

/// A family, and where its choice goes.
struct Place<'a> {
    /// In which set.
    set: usize,
    /// Which family of it.
    at: usize,
    family: &'a Family,
    progress: Progress,
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
