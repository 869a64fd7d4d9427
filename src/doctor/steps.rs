//! The steps that every registry has: its door, its login, and what is left out for what failed.

use crate::checkup::{Check, Fact, Outcome, Skip, Step, Trouble};
use crate::model::{Asks, Repository};
use crate::registry::Client;

/// Goes to a registry's door; returns what it asks for, if it says so, unless it cannot be reached.
pub(super) async fn at_the_door(
    registry: &str,
    steps: &mut Vec<Step>,
    client: &Client,
) -> Result<Option<Asks>, ()> {
    let way = match client.way_to(registry) {
        Ok(way) => way,
        Err(why) => {
            add(steps, Check::Name, Outcome::Failed(Trouble::Failure(why)));
            return Err(());
        }
    };
    let visit = client.visit(registry).await;
    steps.extend(Step::to_the_door(&way, &visit));
    if steps.iter().any(Step::has_failed) {
        return Err(());
    }
    let visit = visit.ok();
    steps.push(Step::of_clocks(
        visit.as_ref().and_then(|visit| visit.clock_ahead),
    ));
    Ok(visit.map(|visit| visit.asks))
}

/// Looks where the login comes from, and tells whether there is what is needed.
pub(super) async fn login(
    repository: &Repository,
    asks: Option<&Asks>,
    is_target: bool,
    steps: &mut Vec<Step>,
    client: &Client,
) -> bool {
    let asks_nothing = matches!(asks, None | Some(Asks::Nothing));
    let outcome = match client.login_origin(repository).await {
        Some(origin) => Outcome::Found(Fact::LoginFrom(origin)),
        // A source may give a token to strangers as well.
        None if asks_nothing || !is_target => Outcome::Found(Fact::Stranger),
        None => Outcome::Failed(Trouble::NoLogin),
    };
    let is_there = matches!(outcome, Outcome::Found(_));
    add(steps, Check::Login, outcome);
    is_there
}

pub(super) fn add(steps: &mut Vec<Step>, check: Check, outcome: Outcome) {
    steps.push(Step { check, outcome });
}

/// Notes that these were not made for the one that failed.
pub(super) fn skip(steps: &mut Vec<Step>, checks: &[Check]) {
    let Some(failed) = in_the_way(steps) else {
        return;
    };
    let skipped = |check: &Check| Step {
        check: *check,
        outcome: Outcome::Skipped(Skip::Needs(failed)),
    };
    let skipped: Vec<_> = checks.iter().map(skipped).collect();
    steps.extend(skipped);
}

/// Returns the step that failed and without which others need not be made; clocks that differ may do all the same.
pub(super) fn in_the_way(steps: &[Step]) -> Option<Check> {
    let mut checks = steps
        .iter()
        .filter(|step| step.has_failed())
        .map(|step| step.check);
    checks.find(|check| *check != Check::Clock)
}
