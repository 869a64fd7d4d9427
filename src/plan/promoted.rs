//! From the report of a run to what it promoted.

use std::collections::HashMap;

use super::cooldown::Cooldown;
use super::desired::Desired;
use super::entry::Entry;
use super::promotion::{Promotion, Run};
use super::report::{Outcome, Report};
use super::rule::ResolutionRule;
use super::target::TargetName;

/// Returns what a run promoted of what was desired; what follows an image is not promoted by itself.
pub fn promotions(report: &Report, desired: &Desired, run: &Run) -> Vec<Promotion> {
    let cooldown = Cooldown::of(desired);
    let Report { plan, outcomes, .. } = report;
    let ended = plan.changes.iter().zip(outcomes);
    let entries = desired.entries.iter().map(|entry| (&entry.target, entry));
    let entries: HashMap<&TargetName, &Entry> = entries.collect();
    let done = ended.filter(|(_, outcome)| matches!(outcome, Outcome::Done(_)));
    done.filter_map(|(change, _)| Some((*entries.get(&change.target)?, change.action.copy()?)))
        .map(|(entry, copy)| {
            // What the lock settles is asked for by that digest.
            let locked = desired.locked(entry);
            let source_digest = locked.map_or(&copy.source.digest, |locked| &locked.source_digest);
            let profile = &desired.target.profile;
            Promotion {
                source: entry.source.clone(),
                source_digest: source_digest.clone(),
                platforms: entry.platforms.clone(),
                image: desired.target.reference(&entry.target),
                manifest: copy.expected.descriptor.clone(),
                rule: ResolutionRule::of_entry(entry, profile).to_string(),
                verified: copy.verified.as_deref().map(ToString::to_string),
                seen: cooldown.first_seen(source_digest),
                overridden: cooldown
                    .overridden(entry, source_digest)
                    .map(ToOwned::to_owned),
                run: run.clone(),
            }
        })
        .collect()
}
