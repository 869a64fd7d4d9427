//! Two real registries with a proxy in front of each, and fifty images to be copied between them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use pusher::apply::apply;
use pusher::cache::ResolutionCache;
use pusher::model::{Digest, Platforms, Profile, Secret};
use pusher::observe::{SourceAnswers, observe};
use pusher::plan::{
    DeclaredAt, Desired, Entry, Immutable, Plan, Policy, Report, Target, TargetName, plan,
};
use pusher::progress::Progress;
use pusher::registry::{Client, ClientOptions, HostOptions, Login, RetryOptions, Timeouts};
use pusher::sandbox::images::{Artifact, Image, Index};
use tokio::sync::watch;

use super::proxy::Proxy;
use super::read_back;
use crate::support::found;
use crate::support::registry::{Auth, PASSWORD, Setup, TestRegistry, USER};

pub(super) const IMAGES: usize = 50;

/// So many images are one of each kind.
pub(super) const KINDS: usize = 5;

/// A source and a target.
pub(super) struct World {
    pub(super) source: Side,
    pub(super) target: Side,
    images: Vec<Wanted>,
}

/// A registry, and the proxy through which alone it is used.
pub(super) struct Side {
    pub(super) registry: TestRegistry,
    pub(super) proxy: Proxy,
}

/// An image, and what the target is to hold of it.
struct Wanted {
    repository: String,
    platforms: Platforms,
    expected: Digest,
}

impl Side {
    async fn start(name: &'static str) -> Option<Self> {
        let setup = Setup::with_auth(Auth::bearer());
        let registry = TestRegistry::real(&setup).await?;
        let tokens = &registry.docker().unwrap().tokens;
        let tokens = &tokens.as_ref().unwrap().address;
        let proxy = Proxy::start(name, registry.address(), tokens).await;
        Some(Self { registry, proxy })
    }
}

impl World {
    /// Starts two registries, and pushes the images to the source; none where there is no real registry.
    pub(super) async fn start() -> Option<Self> {
        let mut world = Self {
            source: Side::start("source").await?,
            target: Side::start("target").await?,
            images: vec![],
        };
        let names: Vec<_> = (0..IMAGES)
            .map(|number| format!("org/app-{number}"))
            .collect();
        let repositories: Vec<_> = names.iter().map(String::as_str).collect();
        let source = world.source.registry.client(&repositories).await;
        for (number, repository) in names.into_iter().enumerate() {
            let (artifact, platforms, expected) = image(number);
            source.push(&artifact, &repository, "1").await;
            world.images.push(Wanted {
                repository,
                platforms,
                expected,
            });
        }
        Some(world)
    }

    /// Returns the first images as they are wanted in a namespace.
    pub(super) fn desired(&self, namespace: &str, images: usize) -> Desired {
        let target = Target {
            label: None,
            registry: self.target.proxy.address.clone(),
            namespace: Some(namespace.to_owned()),
            profile: Profile::generic(),
        };
        let entry = |(number, image): (usize, &Wanted)| {
            let address = &self.source.proxy.address;
            let (_, name) = image.repository.split_once('/').unwrap();
            Entry {
                source: format!("{address}/{}:1", image.repository).parse().unwrap(),
                platforms: image.platforms.clone(),
                platforms_declared: true,
                target: TargetName {
                    repository: name.to_owned(),
                    tag: "1".to_owned(),
                },
                origin: DeclaredAt {
                    file: "images.txt".into(),
                    line: number + 1,
                },
                policy: Policy::default(),
                immutable: Immutable::default(),
                min_age: Duration::ZERO,
                verify: None,
            }
        };
        Desired {
            target,
            entries: self
                .images
                .iter()
                .take(images)
                .enumerate()
                .map(entry)
                .collect(),
            families: vec![],
            lock: None,
            now: chrono::DateTime::UNIX_EPOCH,
            policy: pusher::plan::policy::Rules::default(),
        }
    }

    /// Returns the same names, each with another image of the same kind.
    pub(super) fn contradicting(&self, desired: &Desired) -> Desired {
        let mut other = desired.clone();
        for (entry, image) in other.entries.iter_mut().zip(&self.images[KINDS..]) {
            let address = &self.source.proxy.address;
            entry.source = format!("{address}/{}:1", image.repository).parse().unwrap();
        }
        other
    }

    /// Plans and applies, as `pusher apply` does, but soon out of patience.
    pub(super) async fn apply_on_a_bad_day(&self, desired: &Desired) -> Report {
        apply_with(desired, &self.client(short())).await
    }

    /// Plans and applies, as `pusher apply` does.
    pub(super) async fn apply(&self, desired: &Desired) -> Report {
        apply_with(desired, &self.client(Timeouts::default())).await
    }

    pub(super) async fn plan(&self, desired: &Desired) -> Plan {
        plan_with(desired, &self.client(Timeouts::default())).await
    }

    /// A client that tries again at once: how long it waits is not what is tested.
    fn client(&self, timeouts: Timeouts) -> Client {
        let login = Login::Password {
            username: USER.to_owned(),
            password: Secret::new(PASSWORD.to_owned()),
        };
        let options = HostOptions {
            login: Some(found(login)),
            ..HostOptions::default()
        };
        let sides = [&self.source, &self.target];
        let hosts = sides.map(|side| (side.proxy.address.clone(), options.clone()));
        Client::new(ClientOptions {
            hosts: HashMap::from(hosts),
            retry: RetryOptions {
                first_wait: Duration::from_millis(1),
                longest_wait: Duration::from_millis(20),
                ..RetryOptions::default()
            },
            timeouts,
            ..ClientOptions::default()
        })
    }

    /// Returns what each tag points to that the target holds, each read to its last byte.
    pub(super) async fn held(&self, desired: &Desired) -> BTreeMap<TargetName, Digest> {
        read_back::all(&self.target.registry, desired).await
    }

    /// Returns what each tag is to point to.
    pub(super) fn wanted(&self, desired: &Desired) -> BTreeMap<TargetName, Digest> {
        let wanted = desired.entries.iter().map(|entry| {
            let name = &entry.source.repository().name;
            let mut images = self.images.iter();
            let image = images.find(|image| image.repository == *name).unwrap();
            (entry.target.clone(), image.expected.clone())
        });
        wanted.collect()
    }
}

/// For how long silence is taken for slowness on a bad day.
fn short() -> Timeouts {
    let short = Duration::from_millis(500);
    Timeouts {
        answer: short,
        stall: short,
        commit: short,
        outage: Duration::from_secs(10),
        ..Timeouts::default()
    }
}

async fn apply_with(desired: &Desired, client: &Client) -> Report {
    let plan = plan_with(desired, client).await;
    let (_keep, stop) = watch::channel(false);
    apply(plan, None, client, stop, &Progress::default()).await
}

async fn plan_with(desired: &Desired, client: &Client) -> Plan {
    let cache = ResolutionCache::disabled();
    let observed = observe(
        desired,
        &SourceAnswers::for_all([desired]),
        client,
        &cache,
        &Progress::default(),
    )
    .await;
    plan(desired, observed)
}

/// Makes an image up, in turn of each kind that is copied in its own way: small layers and streamed ones,
/// shared and not, indexes as a whole and one platform of them.
fn image(number: usize) -> (Artifact, Platforms, Digest) {
    let seed = u64::try_from(number).unwrap();
    let plain = |platform: &str| {
        Image::new(platform)
            .layer("of all")
            .layer(format!("{platform} of {number}"))
    };
    let index = Index::new()
        .image(&plain("linux/amd64"))
        .image(&plain("linux/arm64"));
    let whole = |artifact: Artifact| {
        let digest = artifact.digest.clone();
        (artifact, Platforms::All, digest)
    };
    match number % KINDS {
        0 => whole(index.attested().build()),
        1 => {
            let artifact = index.build();
            let child = artifact.children[0].digest.clone();
            (artifact, Platforms::linux_amd64(), child)
        }
        2 => whole(plain("linux/amd64").build()),
        3 => whole(plain("linux/amd64").generated_layer(200_000, seed).build()),
        _ => whole(plain("linux/amd64").generated_layer(300_000, 0).build()),
    }
}
