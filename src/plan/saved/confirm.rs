//! After the registries were asked: whether a saved plan still holds, image by image.

use std::collections::HashSet;

use super::super::change::{Action, BlockReason, Change, Plan};
use super::{Mismatch, Planned, SavedPlan, Wanted};

/// Returns what is left to do of a saved plan, given the plan that was made anew for its digests.
///
/// An image whose target has moved since, or that was blocked, is blocked alone. Digests that the
/// sources do not resolve to refuse the whole: nobody plans so, only who edits a plan by hand.
pub fn confirm(saved: &SavedPlan, anew: Plan) -> Result<Plan, Vec<Mismatch>> {
    let mut found = vec![];
    let mut seen = HashSet::new();
    let mut changes = Vec::with_capacity(anew.changes.len());
    for change in anew.changes {
        let name = change.target.to_string();
        // What has come to follow an image since was not reviewed.
        let Some(planned) = saved.changes.get(&name) else {
            continue;
        };
        match planned {
            Planned::Blocked => changes.push(blocked(change, BlockReason::BlockedWhenPlanned)),
            Planned::Wanted(wanted) => match one(change, wanted) {
                Ok(change) => changes.push(change),
                Err(mismatch) => found.push(mismatch),
            },
        }
        seen.insert(name);
    }
    let lost = saved.changes.keys().filter(|name| !seen.contains(*name));
    found.extend(lost.cloned().map(Mismatch::NotFound));
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
        Action::NoOp { current } => &current.digest,
        // Nothing is deleted for an entry.
        Action::Delete { .. } => return Ok(change),
        Action::Blocked { before, reason } => {
            let source_is_gone = matches!(
                reason,
                BlockReason::SourceAbsent | BlockReason::SourceUnreadable(_)
            );
            // What is in place already needs no source.
            return match before {
                Some(current) if source_is_gone && current.digest == wanted.expected.digest => {
                    let current = current.clone();
                    Ok(Change {
                        action: Action::NoOp { current },
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
            Ok(blocked(change, BlockReason::SourceMoved))
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

fn blocked(change: Change, reason: BlockReason) -> Change {
    let before = change.action.before().cloned();
    Change {
        action: Action::Blocked { before, reason },
        ..change
    }
}
