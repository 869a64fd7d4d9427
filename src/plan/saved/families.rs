//! Which tags a saved plan has of the repositories of which rules choose them.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::plan::desired::Desired;
use crate::plan::family::{Choice, Family, NoChoice};
use crate::selection::Selection;

use super::{Mismatch, SavedChange, SavedPlan};

/// Returns the tags that rules chose for each family in a plan, by the family's name; those alone which have an entry, and
/// none that is declared by name as well.
pub(super) fn of(desired: &Desired) -> IndexMap<String, Vec<String>> {
    let planned: HashSet<_> = desired.entries.iter().map(|entry| &entry.target).collect();
    let settled = desired.families.iter();
    let settled = settled.filter(|family| !family.is_unsettled());
    let chosen = settled.map(|family| {
        let literals = &family.selection.literals;
        let own = family.taken().filter(|(tag, name)| {
            planned.contains(name) && !literals.iter().any(|literal| literal == tag)
        });
        let tags = own.map(|(tag, _)| tag.to_owned()).collect();
        (family.name().to_string(), tags)
    });
    chosen.collect()
}

/// Gives each family that is open the tags that the plan has of it.
///
/// The plan may have been edited: what the rules would not choose of these tags refuses it as a whole. That there are
/// more at the source since is none of its business.
///
/// # Errors
///
/// The plan has other tags of a family than its rules or the lock choose, or says nothing of it.
pub fn choose(saved: &SavedPlan, desired: &mut Desired) -> Result<(), Vec<Mismatch>> {
    let mut found = vec![];
    let choices = desired
        .families
        .iter()
        .map(|family| match choice(saved, family) {
            Ok(choice) => choice,
            Err(mismatch) => {
                found.push(mismatch);
                None
            }
        })
        .collect();
    if found.is_empty() {
        desired.choose(choices);
        Ok(())
    } else {
        Err(found)
    }
}

fn choice(saved: &SavedPlan, family: &Family) -> Result<Option<Choice>, Mismatch> {
    let name = family.name().to_string();
    if family.choice != Choice::Open {
        return Ok(None);
    }
    let Some(tags) = saved.families.get(&name) else {
        return match saved.changes.get(&name) {
            Some(SavedChange::Blocked) => {
                Ok(Some(Choice::Failed(NoChoice::BlockedWhenPlanned.into())))
            }
            _ => Err(Mismatch::LacksTarget(name)),
        };
    };
    // A plan of a part has fewer of them, and what is declared by name it need not choose.
    let rules = Selection {
        literals: vec![],
        min: None,
        ..family.selection.clone()
    };
    let of_rules = rules
        .choose(tags)
        .map(|chosen| chosen.tags)
        .unwrap_or_default();
    let of_rules: HashSet<_> = of_rules.into_iter().collect();
    if tags.is_empty() || tags.iter().all(|tag| of_rules.contains(tag)) {
        Ok(Some(Choice::Taken(tags.clone())))
    } else {
        Err(Mismatch::OtherTags(name))
    }
}
