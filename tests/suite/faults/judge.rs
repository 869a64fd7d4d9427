//! Whether a round lost anything, and whether its report is true.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use pusher::model::{Digest, Failure, Fault as Wrong, NoAnswer};
use pusher::plan::{BlockReason, Change, Desired, Outcome, Report, TagAfter, TargetName};

use super::chance::Chance;
use super::fault::Fault;
use super::proxy::Played;
use super::world::World;

/// A round: one run with faults, one without.
#[derive(Clone)]
pub(super) struct Round {
    /// How many requests went wrong.
    pub(super) played: usize,
    /// What was told of each image that was not done, and what happened to its requests.
    pub(super) told: Vec<String>,
}

impl Round {
    /// Plays one.
    ///
    /// # Panics
    ///
    /// When anything was lost, a report is not true, or the run without faults leaves something to do.
    pub(super) async fn play(world: &World, desired: &Desired, chance: Chance) -> Self {
        let seed = chance.seed;
        let wanted = world.wanted(desired);
        for side in [&world.source, &world.target] {
            side.proxy.begin(chance.clone());
        }
        let report = world.apply_on_a_bad_day(desired).await;
        let [source, target] = [&world.source, &world.target].map(|side| side.proxy.end());
        let played = source.len() + target.len();
        let judge = Judge {
            seed,
            source: world.source.proxy.address.clone(),
            at_source: source,
            at_target: target,
            held: world.held(desired).await,
            wanted,
        };
        judge.report(&report);
        let told = judge.told(&report);

        let report = world.apply(desired).await;
        assert!(report.is_success(), "seed {seed}: {:?}", report.outcomes);
        assert_eq!(world.held(desired).await, judge.wanted, "seed {seed}");
        let plan = world.plan(desired).await;
        let left = plan.summary();
        assert_eq!(left.no_op, plan.changes.len(), "seed {seed}: {left:?}");
        Self { played, told }
    }
}

/// Who knows what was played, and what came of it.
struct Judge {
    seed: u64,
    /// The address of the source.
    source: String,
    at_source: Vec<Played>,
    at_target: Vec<Played>,
    held: BTreeMap<TargetName, Digest>,
    wanted: BTreeMap<TargetName, Digest>,
}

impl Judge {
    /// Says what was told of each image that was not done.
    fn told(&self, report: &Report) -> Vec<String> {
        let mut told = vec![];
        for (change, outcome) in report.plan.changes.iter().zip(&report.outcomes) {
            if matches!(outcome, Outcome::Done(_) | Outcome::Unchanged) {
                continue;
            }
            let reason = change.action.block_reason();
            let mut words = format!("{}: {outcome:?} {reason:?}", change.target);
            let name = format!("/{}", change.target.repository);
            for played in self.at_source.iter().chain(&self.at_target) {
                let played = played.to_string();
                let after = played.split_once(&name).map(|(_, after)| after);
                if after.is_some_and(|after| after.starts_with(['/', ' '])) {
                    let _ = write!(words, "\n    {played}");
                }
            }
            told.push(words);
        }
        told
    }

    /// Fails where a report says what is not so, or leaves something out.
    fn report(&self, report: &Report) {
        let changes = report.plan.changes.iter();
        let named: BTreeSet<_> = changes.map(|change| &change.target).collect();
        assert!(
            named.into_iter().eq(self.wanted.keys()),
            "seed {}",
            self.seed
        );
        for (change, outcome) in report.plan.changes.iter().zip(&report.outcomes) {
            self.outcome(change, outcome);
        }
        for name in self.held.keys() {
            assert!(self.wanted.contains_key(name), "nobody wanted {name}");
        }
    }

    fn outcome(&self, change: &Change, outcome: &Outcome) {
        let (found, wanted) = (
            self.held.get(&change.target),
            self.wanted.get(&change.target),
        );
        let place = format!("seed {}: {}: {outcome:?}", self.seed, change.target);
        let mut played = self.at_source.iter().chain(&self.at_target);
        let made_up = played.any(|played| played.fault == Fault::MadeUpDigest);
        let mut may_have_moved = false;
        match outcome {
            Outcome::Done(_) | Outcome::Unchanged => {
                assert_eq!(found, wanted, "{place}");
                return;
            }
            Outcome::Failed { failure, tag, .. } => {
                self.explain(failure);
                may_have_moved = *tag == TagAfter::Unknown;
            }
            Outcome::Blocked => {
                let reason = change.action.block_reason().expect("a reason");
                let (at_source, at_target) = reason.failures();
                let told: Vec<_> = at_source.into_iter().chain(at_target).collect();
                for failure in &told {
                    self.explain(failure);
                }
                // A digest that is made up is one that the source does not have.
                let absent = matches!(reason, BlockReason::SourceAbsent(_)) && made_up;
                assert!(!told.is_empty() || absent, "{place}: {reason:?}");
            }
            Outcome::Stale { was_done, .. } => {
                assert!(made_up, "{place}");
                may_have_moved = *was_done;
            }
            Outcome::Left { .. } | Outcome::NotDone { .. } => panic!("{place}"),
        }
        let is_true = found.is_none() || may_have_moved && found == wanted;
        assert!(is_true, "{place}: the tag points to {found:?}");
    }

    /// Fails where a failure tells of something that was not played.
    fn explain(&self, failure: &Failure) {
        let played = if failure.host == self.source {
            &self.at_source
        } else {
            &self.at_target
        };
        if played.iter().any(|played| explains(played.fault, failure)) {
            return;
        }
        let played: Vec<_> = played.iter().map(ToString::to_string).collect();
        let played = played.join("\n");
        panic!("seed {}: {failure:?} comes of none of\n{played}", self.seed);
    }
}

/// Tells whether a failure may be what is told of a fault.
fn explains(fault: Fault, failure: &Failure) -> bool {
    match &failure.fault {
        Wrong::Answered(answer) => statuses(fault).contains(&answer.status),
        Wrong::Paused(_) => fault == Fault::TooManyForNow,
        // A busy machine is slow without help.
        Wrong::NoAnswer(NoAnswer::Silence(_)) => true,
        Wrong::NoAnswer(_) => matches!(
            fault,
            Fault::ResetBefore
                | Fault::ResetInAnswer
                | Fault::ResetAfter
                | Fault::AnswerLost
                | Fault::TooLong
                | Fault::TooShort
        ),
        Wrong::Protocol(_)
        | Wrong::Damaged(_)
        | Wrong::OtherSize { .. }
        | Wrong::Manifest { .. }
        | Wrong::Lacks(_)
        | Wrong::CutShort
        | Wrong::TooLong { .. }
        | Wrong::OtherBytes { .. } => matches!(
            fault,
            Fault::Truncated
                | Fault::Corrupted
                | Fault::TooLong
                | Fault::TooShort
                | Fault::OtherDigest
                | Fault::MadeUpDigest
                | Fault::RedirectLoop
        ),
        _ => false,
    }
}

/// Returns the statuses that a fault leads to.
fn statuses(fault: Fault) -> &'static [u16] {
    match fault {
        Fault::TooMany | Fault::TooManyForNow => &[429],
        Fault::Broken => &[500],
        Fault::BadGateway => &[502],
        Fault::Unavailable => &[503],
        Fault::GatewayTimeout => &[504],
        Fault::StorageFull => &[507],
        Fault::SentCorrupted => &[400],
        // A token that was damaged on its way is none.
        Fault::Unauthorized | Fault::UnauthorizedInBody | Fault::Corrupted => &[401],
        // What was made up is not there.
        Fault::UploadLost | Fault::UploadClosed | Fault::Twice | Fault::MadeUpDigest => &[404],
        _ => &[],
    }
}
