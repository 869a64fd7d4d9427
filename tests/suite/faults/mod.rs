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

use chance::Chance;
use fault::Fault;
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

/// Plays rounds in which one request of so many goes wrong, until enough did.
async fn rounds(one_in: u64, faults: &[Fault]) -> Vec<Round> {
    let mut rounds = vec![];
    let Some(world) = World::start().await else {
        return rounds;
    };
    let (mut played, mut told) = (0, 0);
    let mut seed = 0;
    while played < wanted().unwrap_or(ENOUGH) {
        seed += 1;
        let chance = Chance {
            seed,
            one_in,
            faults: faults.to_vec(),
        };
        let namespace = format!("round-{seed}");
        let round = Round::play(&world, &world.desired(&namespace, IMAGES), chance).await;
        played += round.played;
        told += round.told.len();
        rounds.push(round);
    }
    tell(&format!(
        "one in {one_in}: {seed} rounds, {played} faults, {told} images told as failed"
    ));
    rounds
}

#[tokio::test(flavor = "multi_thread")]
async fn all_images_arrive_though_every_tenth_request_goes_wrong() {
    let passing = Fault::ALL.into_iter().filter(|fault| !fault.is_lasting());
    for (seed, round) in (1..).zip(rounds(10, &passing.collect::<Vec<_>>()).await) {
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
    let Some(world) = World::start().await else {
        return;
    };
    let mut found = BTreeMap::new();
    for (seed, fault) in (1..).zip(Fault::ALL) {
        let chance = Chance {
            seed,
            one_in: if fault.is_slow() { 20 } else { 3 },
            faults: vec![fault],
        };
        let namespace = format!("alone-{seed}");
        let round = Round::play(&world, &world.desired(&namespace, KINDS), chance).await;
        assert!(round.played > 0, "{fault:?} was never played");
        found.insert(fault, (round.played, round.told.len()));
    }
    tell(&format!("played, images told as failed: {found:?}"));
}
