//! Asks the registries of the files what keeps images from being mirrored, by the client that mirrors them.
//!
//! Nothing is written unless that is asked for; what is opened then is given up at once, and what is pushed to find out
//! what a registry accepts is taken away.

mod mirrors;
mod probe;
mod specimens;
mod steps;

use std::collections::{HashMap, HashSet};

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::checkup::{
    Check, Examined, Fact, Outcome, Pulls, Repositories, Side, Skip, Step, Trouble,
};
use crate::model::{Failure, MirrorPlace, Reference, Repository};
use crate::plan::{ANY_TAG, Entry, Target, TargetName};
use crate::registry::{Actions, Client, PullLimit, ReadRegistry as _, Upload, WriteRegistry as _};

use steps::{add, at_the_door, in_the_way, login, skip};

pub use probe::{Left, PROBED, Scratch, clean, probe};

/// How many registries are looked at together.
const REGISTRIES_AT_ONCE: usize = 8;
/// How many repositories of the target are looked at: what is wrong with all is wrong with the first few.
const REPOSITORIES: usize = 16;
/// How many of them at once.
const REPOSITORIES_AT_ONCE: usize = 4;

/// What is to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The images, and what stands for those of which rules choose the tags.
    pub entries: &'a [&'a Entry],
    /// Where they go, if that is known.
    pub target: Option<&'a Target>,
    /// The mirrors of each registry.
    pub mirrors: &'a HashMap<&'a str, &'a [MirrorPlace]>,
    /// Whether the registries that they come from are looked at, too.
    pub sources: bool,
    /// Whether a push is tried.
    pub write: bool,
}

/// Looks at the target, at each registry that images come from, and at the mirrors of that.
pub async fn examine(question: &Question<'_>, client: &Client) -> Vec<Examined> {
    let target = question.target.map(|target| &*target.registry);
    let mut seen: HashSet<&str> = target.into_iter().collect();
    let sources = question.entries.iter().filter(|_| question.sources);
    let sources = sources.map(|entry| &entry.source);
    let firsts: Vec<_> = sources
        .filter(|source| seen.insert(source.registry()))
        .collect();
    let hosts = question.target.map(Subject::Target).into_iter();
    let hosts = hosts.chain(firsts.into_iter().map(Subject::Source));
    stream::iter(hosts)
        .map(|subject| async move {
            match subject {
                Subject::Target(target) => vec![of_target(question, target, client).await],
                Subject::Source(first) => {
                    let mirrors = question.mirrors.get(first.registry());
                    let mirrors = mirrors.copied().unwrap_or_default();
                    let mut all = vec![of_source(first, client).await];
                    all.extend(mirrors::examine(first, mirrors, client).await);
                    all
                }
            }
        })
        .buffered(REGISTRIES_AT_ONCE)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .flatten()
        .collect()
}

/// A registry to look at.
enum Subject<'a> {
    Target(&'a Target),
    /// By the first image that comes from it.
    Source(&'a Reference),
}

async fn of_source(first: &Reference, client: &Client) -> Examined {
    let registry = first.registry();
    let mut steps = Vec::new();
    if let Ok(asks) = at_the_door(registry, &mut steps, client).await {
        login(first.repository(), asks.as_ref(), false, &mut steps, client).await;
        let read = match is_there(first, client).await {
            Ok(true) => Outcome::Found(Fact::Read(first.clone())),
            Ok(false) => Outcome::Found(Fact::NoSuchImage(first.clone())),
            Err(why) => Outcome::Failed(Trouble::Failure(why)),
        };
        add(&mut steps, Check::Read, read);
        steps.extend(pulls(registry, client));
    } else {
        skip(&mut steps, &[Check::Login, Check::Read]);
    }
    Examined {
        registry: registry.to_owned(),
        side: Side::Source,
        mirror_of: None,
        steps,
    }
}

/// Asks whether a source has an image or, where rules choose the tags, a list of them.
async fn is_there(first: &Reference, client: &Client) -> Result<bool, Failure> {
    if first.tag() == Some(ANY_TAG) {
        Ok(client.list_tags(first.repository()).await?.is_some())
    } else {
        Ok(client.head_manifest(first).await?.is_some())
    }
}

async fn of_target(question: &Question<'_>, target: &Target, client: &Client) -> Examined {
    const ALL: [Check; 3] = [Check::Login, Check::Repositories, Check::Push];
    let registry = &*target.registry;
    let mut steps = Vec::new();
    let firsts = first_images(question.entries, target);
    if let Ok(asks) = at_the_door(registry, &mut steps, client).await {
        let any = Repository {
            registry: registry.to_owned(),
            name: target.namespace.clone().unwrap_or_default(),
        };
        let first = firsts.first().map(Reference::repository);
        if login(
            first.unwrap_or(&any),
            asks.as_ref(),
            true,
            &mut steps,
            client,
        )
        .await
        {
            repositories(&firsts, &mut steps, client).await;
            push(question.write, first, &mut steps, client).await;
            steps.extend(pulls(registry, client));
        } else {
            skip(&mut steps, &ALL[1..]);
        }
    } else {
        skip(&mut steps, &ALL);
    }
    if let Some(limit) = target
        .profile
        .repository_limit
        .filter(|_| !firsts.is_empty())
    {
        steps.push(Step::of_repository_limit(firsts.len(), limit));
    }
    Examined {
        registry: registry.to_owned(),
        side: Side::Target,
        mirror_of: None,
        steps,
    }
}

/// Returns the first image that goes to each repository of the target; of one for which rules choose the tags any will
/// do, since only the repository is asked for.
fn first_images(entries: &[&Entry], target: &Target) -> Vec<Reference> {
    let mut seen = HashSet::new();
    entries
        .iter()
        .map(|entry| &entry.target)
        .filter(|name| seen.insert(&name.repository) && target.refuses_name(name).is_none())
        .map(|name| {
            let tag = name.tag.replace(ANY_TAG, "latest");
            let repository = name.repository.clone();
            target.reference(&TargetName { repository, tag })
        })
        .collect()
}

async fn repositories(firsts: &[Reference], steps: &mut Vec<Step>, client: &Client) {
    if firsts.is_empty() {
        add(steps, Check::Repositories, Outcome::Skipped(Skip::NoImage));
        return;
    }
    let looked = &firsts[..firsts.len().min(REPOSITORIES)];
    client.announce(looked.iter().map(Reference::repository), Actions::Pull);
    let mut found = Repositories {
        all: firsts.len(),
        looked: looked.len(),
        ..Repositories::default()
    };
    let mut answers = stream::iter(looked)
        .map(|first| client.head_manifest(first))
        .buffered(REPOSITORIES_AT_ONCE);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(Some(_)) => found.held += 1,
            Ok(None) => found.absent += 1,
            Err(why) if why.may_be_absent() => found.hidden += 1,
            Err(why) => {
                let failed = Outcome::Failed(Trouble::Failure(why));
                return add(steps, Check::Repositories, failed);
            }
        }
    }
    let found = Outcome::Found(Fact::Repositories(found));
    add(steps, Check::Repositories, found);
}

/// Opens an upload and gives it up, where that was asked for.
async fn push(
    asked: bool,
    repository: Option<&Repository>,
    steps: &mut Vec<Step>,
    client: &Client,
) {
    let outcome = match (repository, in_the_way(steps)) {
        (_, Some(check)) => Outcome::Skipped(Skip::Needs(check)),
        (None, None) => Outcome::Skipped(Skip::NoImage),
        (Some(_), None) if !asked => Outcome::Skipped(Skip::NotAsked),
        (Some(repository), None) => match client.start_upload(repository, None).await {
            Err(why) => Outcome::Failed(Trouble::Failure(why)),
            Ok(Upload::Done) => Outcome::Found(Fact::LetIn(repository.clone())),
            Ok(Upload::Session(session)) => {
                Outcome::Found(match client.cancel_upload(&session).await {
                    Ok(()) => Fact::LetIn(repository.clone()),
                    Err(why) => Fact::LetInLeft(repository.clone(), why),
                })
            }
        },
    };
    add(steps, Check::Push, outcome);
}

/// Returns what the registry's answers said about its limit on pulls, if they said anything.
fn pulls(registry: &str, client: &Client) -> Option<Step> {
    let PullLimit {
        remaining,
        limit,
        window,
    } = client.pull_limit(registry)?;
    Some(Step::of_pulls(Pulls {
        remaining,
        limit,
        window,
    }))
}
