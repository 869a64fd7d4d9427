//! Bad days lose nothing: a proxy in front of two real registries lets requests go wrong.
//!
//! `PUSHER_FAULTS=10000 cargo test --test suite faults` goes on until so many went wrong in each test. Each
//! round has a seed, and a failure names it.

mod chance;
mod fault;
mod judge;
mod kills;
mod play;
mod proxy;
mod read_back;
mod together;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use chance::Chance;
use fault::Fault;
use futures_util::future::join_all;
use judge::Round;

use crate::support::tools::say;
use world::{IMAGES, KINDS, World};

/// How many requests have to go wrong before a test is content, unless the environment says more.
const ENOUGH: usize = 100;

/// Returns how many faults the environment wants.
fn wanted() -> Option<usize> {
    how_many("PUSHER_FAULTS")
}

/// Returns what a variable says of how long a test is to look.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a test looks is set in the environment"
)]
pub(super) fn how_many<T: FromStr<Err: Debug>>(variable: &str) -> Option<T> {
    let wanted = std::env::var(variable).ok()?;
    Some(wanted.parse().unwrap())
}

/// Tells whoever asked for a longer look what was seen.
fn tell(what: &str) {
    if wanted().is_some() {
        say(what);
    }
}

/// In how many worlds rounds of a few images are played at once: they mostly wait.
const WORLDS: usize = 4;

/// Plays rounds in which one request of so many goes wrong, until enough did; each comes with its seed.
async fn rounds(one_in: u64, faults: &[Fault]) -> Vec<(u64, Round)> {
    let wanted = wanted().unwrap_or(ENOUGH);
    let (seeds, played) = (AtomicU64::new(1), AtomicUsize::new(0));
    let in_a_world = async || {
        let mut rounds = vec![];
        let Some(world) = World::start().await else {
            return rounds;
        };
        while played.load(Relaxed) < wanted {
            let seed = seeds.fetch_add(1, Relaxed);
            let chance = Chance {
                seed,
                one_in,
                faults: faults.to_vec(),
            };
            let namespace = format!("round-{seed}");
            let round = Round::play(&world, &world.desired(&namespace, IMAGES), chance).await;
            played.fetch_add(round.played, Relaxed);
            rounds.push((seed, round));
        }
        rounds
    };
    let rounds = join_all((0..2).map(|_| in_a_world())).await.concat();
    let told: usize = rounds.iter().map(|(_, round)| round.told.len()).sum();
    tell(&format!(
        "one in {one_in}: {} rounds, {} faults, {told} images told as failed",
        rounds.len(),
        played.into_inner()
    ));
    rounds
}

#[tokio::test(flavor = "multi_thread")]
async fn all_images_arrive_though_every_tenth_request_goes_wrong() {
    let passing = Fault::ALL.into_iter().filter(|fault| !fault.is_lasting());
    for (seed, round) in rounds(10, &passing.collect::<Vec<_>>()).await {
        let told = &round.told;
        assert!(told.is_empty(), "seed {seed}: {}", told.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_arrive_is_told_and_the_next_run_finishes() {
    rounds(3, &Fault::ALL).await;
}

/// Each fault alone, again and again: none is left out, and none is in the way of another.
#[tokio::test(flavor = "multi_thread")]
async fn no_fault_alone_loses_anything() {
    let in_a_world = async |lane: usize| {
        let mut found = vec![];
        let Some(world) = World::start().await else {
            return found;
        };
        for (seed, fault) in (1..).zip(Fault::ALL).skip(lane).step_by(WORLDS) {
            let chance = Chance {
                seed,
                one_in: fault.alone_one_in(),
                faults: vec![fault],
            };
            let namespace = format!("alone-{seed}");
            let round = Round::play(&world, &world.desired(&namespace, KINDS), chance).await;
            assert!(round.played > 0, "{fault:?} was never played");
            found.push((fault, (round.played, round.told.len())));
        }
        found
    };
    let found = join_all((0..WORLDS).map(in_a_world)).await.concat();
    let found = BTreeMap::from_iter(found);
    tell(&format!("played, images told as failed: {found:?}"));
}
