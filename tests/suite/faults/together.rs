//! Two runs at once at one target: equal ones do not hinder each other, and of contradicting ones each tag is
//! one of the two, whole, and no report is untrue.

use std::collections::BTreeMap;

use pusher::model::Digest;
use pusher::plan::{Outcome, Report, TargetName};

use super::world::{KINDS, World};
use super::{tell, wanted};

/// How many rounds are played, unless the environment asks for a longer look.
const ROUNDS: usize = 6;
const IMAGES: usize = 2 * KINDS;

fn rounds() -> usize {
    wanted().map_or(ROUNDS, |faults| ROUNDS.max(faults / 100))
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_runs_do_not_hinder_each_other() {
    let Some(world) = World::start().await else {
        return;
    };
    let mut failed = vec![];
    for round in 0..rounds() {
        let desired = world.desired(&format!("equal-{round}"), IMAGES);
        let both = tokio::join!(world.apply(&desired), world.apply(&desired));
        for report in [both.0, both.1] {
            for (change, outcome) in report.plan.changes.iter().zip(&report.outcomes) {
                if !matches!(outcome, Outcome::Done(_) | Outcome::Unchanged) {
                    failed.push(format!("{}: {outcome:?}", change.target));
                }
            }
        }
        assert_eq!(world.held(&desired).await, world.wanted(&desired));
    }
    tell(&format!(
        "equal runs: {} rounds, {} images told as failed",
        rounds(),
        failed.len()
    ));
    assert_eq!(failed, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn contradicting_runs_leave_one_of_both_and_say_which() {
    let Some(world) = World::start().await else {
        return;
    };
    let (mut told, mut lies) = (0, 0);
    for round in 0..rounds() {
        let ours = world.desired(&format!("either-{round}"), IMAGES);
        let theirs = world.contradicting(&ours);
        let both = tokio::join!(world.apply(&ours), world.apply(&theirs));
        let held = world.held(&ours).await;
        assert_eq!(held.len(), IMAGES);
        let wanted = [world.wanted(&ours), world.wanted(&theirs)];
        for (name, found) in &held {
            let is_one = wanted.iter().any(|wanted| wanted[name] == *found);
            assert!(is_one, "{name} is neither");
        }
        for (report, wanted) in [&both.0, &both.1].into_iter().zip(&wanted) {
            let (stale, untrue) = judge(report, wanted, &held);
            told += stale;
            lies += untrue;
        }
    }
    tell(&format!(
        "contradicting runs: {} rounds of {IMAGES} tags, {told} tags told as moved by others, {lies} told as done and moved after that",
        rounds()
    ));
}

/// Counts the tags that are told as moved by others, and those that are told as done and are not any more.
fn judge(
    report: &Report,
    wanted: &BTreeMap<TargetName, Digest>,
    held: &BTreeMap<TargetName, Digest>,
) -> (usize, usize) {
    let (mut stale, mut untrue) = (0, 0);
    for (change, outcome) in report.plan.changes.iter().zip(&report.outcomes) {
        let name = &change.target;
        match outcome {
            Outcome::Done(_) | Outcome::Unchanged => {
                untrue += usize::from(held[name] != wanted[name]);
            }
            Outcome::Stale { .. } => stale += 1,
            other => panic!("{name}: {other:?}"),
        }
    }
    (stale, untrue)
}
