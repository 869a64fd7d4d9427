//! How many round trips a run waits for, and how many requests it makes: counted, not timed.

mod far;

use std::collections::HashMap;

use pusher::apply::apply;
use pusher::cache::ResolutionCache;
use pusher::model::{Platforms, Profile, Secret};
use pusher::observe::{SourceAnswers, observe};
use pusher::plan::{DeclaredAt, Desired, Entry, Immutable, Policy, Target, TargetName, plan};
use pusher::progress::Progress;
use pusher::registry::{Actions, Client, ClientOptions, HostOptions, Login};
use pusher::sandbox::images::{Artifact, Image};
use pusher::sandbox::{Auth, Options, Sandbox};
use tokio::sync::watch;
use tokio::time::Instant;

use far::{ROUND_TRIP, Way, far};

const USER: &str = "user";
const PASSWORD: &str = "secret";

/// A source and a target that are far away, and tags that are wanted.
struct World {
    source: Sandbox,
    target: Sandbox,
    desired: Desired,
    hosts: HashMap<String, HostOptions>,
}

/// What a run took.
#[derive(Debug)]
struct Taken {
    round_trips: f64,
    /// The requests that source and target were sent, those for tokens included.
    requests: [usize; 2],
}

impl World {
    /// Makes so many tags, two a repository, each of four layers of which it shares one with others; the target
    /// has them if they are `in_place`.
    async fn new(way: Way, options: Options, count: usize, in_place: bool) -> Self {
        let (source, source_address) = registry(&way, options.clone()).await;
        let (target, target_address) = registry(&way, options).await;
        let login = Login::Password {
            username: USER.to_owned(),
            password: Secret::new(PASSWORD.to_owned()),
        };
        let host = HostOptions {
            login: Some(crate::support::found(login)),
            ..HostOptions::default()
        };
        let hosts = [&source_address, &target_address].map(|name| (name.clone(), host.clone()));
        let mut entries = vec![];
        for number in 0..count {
            let (repository, tag) = (format!("app-{:03}", number / 2), (number % 2).to_string());
            let image = image(number);
            image.push(&source, &repository, tag.as_str());
            if in_place {
                image.push(&target, &repository, tag.as_str());
            }
            let source = format!("{source_address}/{repository}:{tag}");
            entries.push(entry(&source, repository, tag, number));
        }
        let target_of = Target {
            label: None,
            registry: target_address,
            namespace: None,
            profile: Profile::generic(),
        };
        Self {
            source,
            target,
            desired: Desired {
                target: target_of,
                entries,
                families: vec![],
                lock: None,
                now: chrono::DateTime::UNIX_EPOCH,
                policy: pusher::plan::policy::Rules::default(),
            },
            hosts: hosts.into(),
        }
    }

    /// Plans and applies, as `pusher apply` does.
    async fn run(&self) -> Taken {
        let begun = Instant::now();
        let client = Client::new(ClientOptions {
            hosts: self.hosts.clone(),
            ..ClientOptions::default()
        });
        let entries = &self.desired.entries;
        let sources = entries.iter().map(|entry| entry.source.repository());
        client.announce(sources, Actions::Pull);
        let target = |entry: &Entry| self.desired.target.repository(&entry.target);
        let targets: Vec<_> = entries.iter().map(target).collect();
        client.announce(&targets, Actions::Pull);
        let cache = ResolutionCache::disabled();
        let observed = observe(
            &self.desired,
            &SourceAnswers::for_all([&self.desired]),
            &client,
            &cache,
            &Progress::default(),
        )
        .await;
        let plan = plan(&self.desired, observed);
        let pending = plan.summary().pending();
        if pending > 0 {
            client.announce(&targets, Actions::Push);
        }
        let (_keep, stop) = watch::channel(false);
        let report = apply(plan, Some(begun), &client, stop, &Progress::default()).await;
        let round_trips = begun.elapsed().as_secs_f64() / ROUND_TRIP.as_secs_f64();
        assert!(report.is_success());
        assert_eq!(report.plan.changes.len(), entries.len());
        Taken {
            round_trips,
            requests: [&self.source, &self.target].map(|side| side.log().requests().len()),
        }
    }
}

/// Starts a registry that is far away, its tokens, too.
async fn registry(way: &Way, mut options: Options) -> (Sandbox, String) {
    let tokens = way.open().await;
    if let Auth::Bearer(bearer) = &mut options.auth {
        bearer.realm = Some(format!("http://{}/token", tokens.address));
    }
    let sandbox = Sandbox::start(options).await.unwrap();
    tokens.lead_to(&sandbox.token_address());
    let address = way.open().await.lead_to(sandbox.address());
    (sandbox, address)
}

fn image(number: usize) -> Artifact {
    let own = (1000 + 3 * number) as u64;
    let layers = [(number % 6) as u64, own, own + 1, own + 2];
    let image = Image::new("linux/amd64");
    let add = |image: Image, seed| image.generated_layer(64 * 1024, seed);
    layers.into_iter().fold(image, add).build()
}

fn entry(source: &str, repository: String, tag: String, number: usize) -> Entry {
    Entry {
        source: source.parse().unwrap(),
        platforms_declared: false,
        platforms: Platforms::linux_amd64(),
        target: TargetName { repository, tag },
        origin: DeclaredAt {
            file: "images.txt".into(),
            line: number + 1,
        },
        policy: Policy::default(),
        immutable: Immutable::default(),
        min_age: std::time::Duration::ZERO,
        verify: None,
    }
}

fn open() -> Options {
    Options {
        relative_locations: true,
        ..Options::distribution()
    }
}

fn tokens() -> Options {
    Options {
        auth: Auth::bearer(USER, PASSWORD),
        ..open()
    }
}

fn taken(options: Options, count: usize, in_place: bool) -> Taken {
    far(async |way| {
        let world = World::new(way, options, count, in_place).await;
        world.run().await
    })
}

/// Connections, a HEAD that tells how the host wants to be asked, and all others together; with tokens a HEAD
/// that is refused, a connection to the token server, the first token, the others, and then all HEADs.
#[test]
fn a_no_op_waits_for_few_round_trips() {
    for (options, count, most, requests) in [
        (open(), 200, 5.0, 200),
        (open(), 1000, 9.0, 1000),
        (tokens(), 200, 7.0, 207),
    ] {
        let taken = taken(options, count, true);
        assert!(taken.round_trips <= most + 0.1, "{count}: {taken:?}");
        assert_eq!(taken.requests, [requests; 2], "{count}");
    }
}

/// The target is asked for 200 tags, 806 uploads are opened and closed, 194 blobs mounted, 200 manifests pushed,
/// and 200 tags looked at once more. Where one request brings a blob, few are opened.
#[test]
fn a_cold_copy_waits_for_few_round_trips_and_makes_few_requests() {
    let whole = Options {
        whole_blobs: true,
        ..open()
    };
    for (options, most, requests) in [
        (open(), 32.0, [1206, 2410]),
        (tokens(), 38.0, [1213, 2440]),
        (whole, 32.0, [1206, 1750]),
    ] {
        let taken = taken(options, 200, false);
        assert!(taken.round_trips <= most, "{taken:?}");
        let few = taken.requests.iter().zip(&requests);
        assert!(few.clone().all(|(made, most)| made <= most), "{taken:?}");
    }
}
