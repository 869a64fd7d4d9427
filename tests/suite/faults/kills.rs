//! Runs that are killed at any moment lose nothing: every tag names a whole image, every file is whole, and
//! one more run finishes.
//!
//! `PUSHER_KILLS=200 cargo test --test suite kills` kills so many. A round has a number, and a failure names it.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use pusher::lock;
use pusher::model::Digest;
use pusher::sandbox::images::{Artifact, Image, Index};
use serde_json::Value;

use super::{how_many, read_back};
use crate::cli::harness::{NAMESPACE, Place};
use crate::support::registry::{Auth, PASSWORD, Setup, TestRegistry, USER};
use crate::support::tools::say;

/// How many runs are killed, unless the environment says more.
const ENOUGH: u32 = 8;

/// How many images there are; a list has all but two of them.
const IMAGES: u64 = 10;

/// What is killed, in turn.
const KILLED: [&str; 5] = [
    "apply --prune --report report.json",
    "plan --prune --out plan.json --report report.json",
    "apply --prune --report report.json",
    "lock --update",
    "apply --prune --report report.json",
];

/// An image in one of its two versions, which share a layer.
fn image(number: u64, version: u64) -> Artifact {
    let plain = |platform: &str| {
        Image::new(platform)
            .layer("of all")
            .layer(format!("{platform} of {number}, {version}"))
    };
    if number.is_multiple_of(2) {
        let index = Index::new().image(&plain("linux/amd64"));
        return index.image(&plain("linux/arm64")).build();
    }
    let large = plain("linux/amd64").generated_layer(2_000_000, number + 100 * version);
    large.build()
}

/// What is wanted in one state of the list, and in which version.
struct State(u64);

impl State {
    fn numbers(&self) -> std::ops::Range<u64> {
        let first = 2 * self.0;
        first..first + IMAGES - 2
    }

    fn wanted(&self) -> BTreeMap<u64, Digest> {
        let digest = |number| (number, image(number, self.0).digest);
        self.numbers().map(digest).collect()
    }
}

struct World {
    source: TestRegistry,
    target: TestRegistry,
    place: Place,
}

impl World {
    async fn start() -> Option<Self> {
        let source = TestRegistry::real(&Setup::default()).await?;
        let setup = Setup {
            delete: true,
            ..Setup::with_auth(Auth::Basic)
        };
        let target = TestRegistry::real(&setup).await?;
        let place = Place::empty()
            .variable("ALIYUN_REGISTRY", target.address())
            .variable("ALIYUN_NAME_SPACE", NAMESPACE)
            .variable("ALIYUN_REGISTRY_USER", USER)
            .variable("ALIYUN_REGISTRY_PASSWORD", PASSWORD);
        Some(Self {
            source,
            target,
            place,
        })
    }

    /// Writes the list of a state, and moves the source's tags to its versions.
    async fn turn(&self, state: &State) {
        let mut list = "version: 1\n\
                        target: { registry: '${ALIYUN_REGISTRY}', namespace: '${ALIYUN_NAME_SPACE}' }\n\
                        defaults: { platforms: all }\n\
                        images:\n"
            .to_owned();
        for number in state.numbers() {
            let name = format!("org/app-{number}");
            let image = image(number, state.0);
            self.source.push(&image, &name, "1").await;
            writeln!(list, "  - {}/{name}:1", self.source.address()).unwrap();
        }
        self.place.write("mirror.yaml", &list);
    }

    fn run(&self, typed: &str) -> Duration {
        let begun = Instant::now();
        let ran = self.place.run(typed);
        assert_eq!(ran.status, 0, "{typed}: {}", ran.whole());
        begun.elapsed()
    }

    /// Starts a command, kills it after this long, and tells whether it was still running.
    async fn kill(&self, typed: &str, after: Duration) -> bool {
        let mut child = self.place.start_unheard(typed);
        tokio::time::sleep(after).await;
        child.kill().unwrap();
        child.wait().unwrap().signal().is_some()
    }

    /// Returns what each tag points to, each read to its last byte.
    async fn held(&self) -> BTreeMap<u64, Digest> {
        let mut held = BTreeMap::new();
        for number in 0..IMAGES {
            let name = format!("{NAMESPACE}/app-{number}");
            let client = self.target.client(&[&name]).await;
            if self.target.tag(&name, "1").await.is_some() {
                held.insert(number, read_back::whole(&client, &name, "1").await);
            }
        }
        held
    }

    /// Reads every file that a killed run may have been writing.
    fn assert_files_are_whole(&self, round: u32) {
        let read = |name: &str| std::fs::read_to_string(self.place.path().join(name)).ok();
        let locked = read("mirror.lock").unwrap();
        assert!(lock::read(&locked).is_ok(), "round {round}: {locked}");
        for name in ["plan.json", "report.json"] {
            let text = read(name).unwrap_or_else(|| "null".to_owned());
            let json = serde_json::from_str::<Value>(&text);
            assert!(json.is_ok(), "round {round}: {name}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_at_any_moment_loses_nothing() {
    let Some(world) = World::start().await else {
        return;
    };
    let states = [State(0), State(1)];
    world.turn(&states[0]).await;
    world.run("lock");
    world.run("apply --prune");
    // How long each command takes: it is killed at any moment of that.
    let mut lengths = [Duration::from_millis(200); KILLED.len()];
    let mut killed = 0;
    let wanted = how_many("PUSHER_KILLS");
    for round in 1..=wanted.unwrap_or(ENOUGH) {
        let [old, new] = [round + 1, round].map(|state| &states[(state % 2) as usize]);
        world.turn(new).await;
        let turn = (round as usize) % KILLED.len();
        let command = KILLED[turn];
        if command != "lock --update" {
            world.run("lock --update");
        }
        // The golden ratio spreads moments evenly, however many there are.
        let moment = (f64::from(round) * 0.618_034).fract();
        let after = lengths[turn].mul_f64(moment);
        killed += u32::from(world.kill(command, after).await);

        let may_be = [old.wanted(), new.wanted()];
        for (number, digest) in world.held().await {
            let fits = |wanted: &BTreeMap<u64, Digest>| wanted.get(&number) == Some(&digest);
            assert!(may_be.iter().any(fits), "round {round}: app-{number}");
        }
        world.assert_files_are_whole(round);
        if command == "lock --update" {
            lengths[turn] = world.run("lock --update");
        }
        let whole = world.run("apply --prune");
        if command.starts_with("apply") {
            lengths[turn] = lengths[turn].max(whole);
        }
        let pending = world.run("plan --prune --detailed-exitcode");
        if command.starts_with("plan") {
            lengths[turn] = pending;
        }
        assert_eq!(world.held().await, new.wanted(), "round {round}");
    }
    if wanted.is_some() {
        say(&format!("{killed} runs were killed before their end"));
    }
    assert!(killed > 0);
}
