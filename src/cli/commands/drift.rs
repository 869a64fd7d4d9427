//! `drift`: the plan, told as what has moved since it was applied.

use std::collections::HashSet;

use futures_util::future::join_all;

use crate::cli::args::{DriftArgs, GlobalArgs};
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::mirror::Mirror;
use crate::cli::outputs::Outputs;
use crate::cli::report::answer;
use crate::cli::session::{Planned, Planning, Scope, plan, reading};
use crate::lock::undeclared;
use crate::observe::{SourceAnswers, choose, tags, upstream};
use crate::plan::{
    Choice, Desired, Drift, Evidence, Family, LockedImage, ObservedTags, TargetName,
};
use crate::registry::Client;
use crate::render;

/// Prints how the target differs from what the files declare.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &DriftArgs,
) -> Result<Exit, CommandError> {
    let outputs = Outputs::check(context, options.report.named())?;
    let scope = Scope {
        to: &options.to.to,
        // What moved although it never should is drift as well.
        each_tag: true,
        ..Scope::default()
    };
    let planning = plan(context, global, scope, &outputs).await?;
    let evidence = gather(context, &planning).await?;
    let both = planning.each.iter().zip(&evidence);
    let drifts = both.map(|(planned, evidence)| Drift::of(&planned.plan, evidence, &options.kind));
    let drifts: Vec<_> = drifts.collect();
    answer(context, global, &options.report, |format, view, to| {
        render::each(&drifts, format, to, |drift, to| {
            render::drift(drift, format, view, to)
        })
    })?;
    let is_unsure = drifts.iter().any(Drift::is_unsure);
    Ok(Exit::of(is_unsure, drifts.iter().any(Drift::has_drifted)))
}

/// Asks what the plans do not tell: where the locked tags are now, and what is left in the targets.
async fn gather(context: &Context, planning: &Planning) -> Result<Vec<Evidence>, CommandError> {
    let Planning {
        each,
        client,
        answers,
    } = planning;
    let desired = each.iter().map(|planned| &planned.mirror.desired);
    let mut families: Vec<_> = desired.clone().map(relisted).collect();
    // What no lock settles is what it is now.
    let both = families.iter_mut().zip(desired.clone());
    let locked = both.filter(|(_, desired)| desired.lock.is_some());
    let mut locked: Vec<_> = locked.map(|(families, _)| families).collect();
    let images = desired.map(|desired| desired.entries.len()).sum();
    let (found, ()) = reading(context, images, async |progress| {
        let each = each.iter().map(|planned| look(planned, answers, client));
        tokio::join!(join_all(each), choose(&mut locked, client, progress))
    })
    .await?;
    let found = each.iter().zip(found).zip(families);
    let evidence = found.map(|((planned, found), families)| {
        let Some((Found { left, now, held }, lock)) =
            found.zip(planned.mirror.desired.lock.as_ref())
        else {
            return Evidence::default();
        };
        let origin = planned.mirror.lock.origins();
        let evidence = Evidence::of(lock, now, &families.families, left, &held, origin);
        Evidence {
            unasked: unasked(&planned.mirror),
            ..evidence
        }
    });
    Ok(evidence.collect())
}

/// What was found out about a target that a lock is of.
struct Found {
    left: Vec<(TargetName, LockedImage)>,
    now: ObservedTags,
    held: ObservedTags,
}

async fn look(planned: &Planned, answers: &SourceAnswers, client: &Client) -> Option<Found> {
    let desired = &planned.mirror.desired;
    let left = undeclared(desired, desired.lock.as_ref()?);
    let names = left.iter().map(|(name, _)| name);
    let (now, held) = tokio::join!(
        upstream(desired, answers, client),
        tags(&desired.target, names, client)
    );
    Some(Found { left, now, held })
}

/// Returns what an `apply` takes as in place where the target lists it.
fn unasked(mirror: &Mirror) -> HashSet<TargetName> {
    let entries = mirror.desired.entries.iter();
    let unasked = entries.filter(|entry| entry.never_moves() && mirror.lock.saw(&entry.target));
    unasked.map(|entry| entry.target.clone()).collect()
}

/// Returns the families alone, as if nobody had looked which tags they have.
fn relisted(desired: &Desired) -> Desired {
    let families = desired.families.iter().map(|family| Family {
        position: 0,
        choice: Choice::Open,
        ..family.clone()
    });
    Desired {
        target: desired.target.clone(),
        entries: vec![],
        families: families.collect(),
        lock: None,
        now: desired.now,
    }
}
