//! After the registries were asked: whether a saved plan still holds, image by image.

use std::collections::HashMap;

use crate::plan::blocked::BlockReason;
use crate::plan::change::{Action, Change, Plan};
use crate::plan::prune::ObservedTags;

use super::follower::Lost;
use super::{Mismatch, Pinned, SavedChange, SavedDeletion, SavedPlan, Wanted};

/// Returns what is left to do of a saved plan, given the plan that was made anew for its digests,
/// and what the target holds of that which the new one [lacks](super::lost).
///
/// What cannot be read, is gone or has moved since, or was blocked, is blocked alone. What has come to
/// follow an image since, or could be deleted by now, was not reviewed and is left out. Digests that
/// the sources do not resolve to refuse the whole: nobody plans so, only who edits a plan by hand.
pub fn confirm(
    saved: &SavedPlan,
    pinned: &Pinned,
    anew: Plan,
    held: &ObservedTags,
) -> Result<Plan, Vec<Mismatch>> {
    let mut found = vec![];
    let lost = Lost::of(saved, pinned, &anew, held);
    // An image whose referrers cannot be read has a second change, which comes after its own.
    let mut made: HashMap<String, &Change> = HashMap::new();
    for change in anew.changes.iter().rev() {
        made.insert(change.target.to_string(), change);
    }
    let mut changes = Vec::with_capacity(saved.changes.len());
    let mut deletions = vec![];
    for (name, planned) in &saved.changes {
        let change = made.get(name).copied().cloned();
        let change = change.or_else(|| lost.change(pinned.followers.get(name)?));
        let Some(change) = change else { continue };
        match planned {
            SavedChange::Blocked => changes.push(blocked(change, BlockReason::BlockedWhenPlanned)),
            SavedChange::Delete(deletion) => {
                deletions.push((changes.len(), deletion));
                changes.push(change);
            }
            SavedChange::Wanted(wanted) => {
                let half = wanted.referrers_unread.then(|| change.clone());
                match one(change, wanted) {
                    Ok(change) => changes.push(change),
                    Err(mismatch) => found.push(mismatch),
                }
                changes.extend(half.map(|image| blocked(image, BlockReason::BlockedWhenPlanned)));
            }
        }
    }
    for change in &mut changes {
        if let Some(declared) = pinned.sources.get(&change.target) {
            change.source = declared.clone();
        }
    }
    // Whether an old name may go depends on what becomes of the new one.
    for (position, deletion) in deletions {
        changes[position].action = old_name(&changes[position], deletion, &changes);
    }
    if found.is_empty() {
        Ok(Plan {
            target: anew.target,
            changes,
        })
    } else {
        Err(found)
    }
}

fn one(change: Change, wanted: &Wanted) -> Result<Change, Mismatch> {
    let before = change.action.before().map(|before| &before.digest);
    let resolved = match &change.action {
        Action::Create { after } | Action::Update { after, .. } => {
            &after.expected.descriptor.digest
        }
        Action::NoOp { current, .. } => &current.digest,
        // It left the files: `pin` has refused to want it.
        Action::Delete { .. } => return Ok(blocked(change, BlockReason::BlockedWhenPlanned)),
        Action::Blocked { before, reason } => {
            let source_is_gone =
                reason.hides_source() || matches!(reason, BlockReason::SourceMoved { .. });
            // What is in place already needs no source.
            return match before {
                Some(current) if source_is_gone && current.digest == wanted.expected.digest => {
                    let current = current.clone();
                    Ok(Change {
                        action: Action::in_place(current),
                        ..change
                    })
                }
                _ => Ok(change),
            };
        }
    };
    if *resolved != wanted.expected.digest {
        // A signature's tag is the source's to move; an image is asked for by its digest.
        return if change.source.digest().is_none() {
            let found = Some(resolved.clone());
            Ok(blocked(change, BlockReason::SourceMoved { found }))
        } else {
            Err(Mismatch::OtherResult {
                target: change.target.to_string(),
                planned: wanted.expected.digest.clone(),
                resolved: resolved.clone(),
            })
        };
    }
    let is_in_place = matches!(change.action, Action::NoOp { .. });
    if is_in_place || before == wanted.before.as_ref() {
        Ok(change)
    } else {
        let planned = wanted.before.clone();
        Ok(blocked(change, BlockReason::TargetMoved { planned }))
    }
}

/// Keeps an old name while the new one that its image gets is not there.
fn old_name(change: &Change, deletion: &SavedDeletion, changes: &[Change]) -> Action {
    let Action::Delete { before, renamed_to } = change.action.clone() else {
        return change.action.clone();
    };
    // What had another name when the plan was made may have lost it since.
    let new = deletion.renamed_to.clone().or(renamed_to);
    let is_new = |one: &&Change| new.as_ref() == Some(&one.target);
    let made = changes.iter().find(is_new).map(|one| &one.action);
    match (new, made) {
        (None, _) | (Some(_), Some(Action::NoOp { .. })) => Action::Delete {
            before,
            renamed_to: None,
        },
        (renamed_to, Some(Action::Create { .. })) => Action::Delete { before, renamed_to },
        (Some(name), _) => Action::Blocked {
            before: Some(before),
            reason: BlockReason::NewNameMissing { name },
        },
    }
}

fn blocked(change: Change, reason: BlockReason) -> Change {
    let before = change.action.before().cloned();
    Change {
        action: Action::Blocked { before, reason },
        ..change
    }
}
