//! What of an image does not follow it, and what is not sure.

use crate::model::{Platforms, ProfileKind};
use crate::plan::{Action, Change, LeftOut, Selection};
use crate::render::units::counted;

/// Says what of an image does not follow it, and why, and what is not sure; nothing where all is well.
pub fn notes(change: &Change, profile: ProfileKind) -> Vec<String> {
    let mut notes = vec![];
    if let Some(copy) = change.action.copy() {
        notes = selection_notes(&copy.expected.selection, profile);
        if let Some(unseen) = &copy.unseen {
            notes.push(format!(
                "the target does not say whether it has this, as some do until the first push \
                 ({unseen}); `pusher apply` moves no tag that turns out to be there"
            ));
        }
        if copy.referrers_stay {
            let why = "they name the source's digest, and the target's will be another";
            notes.push(format!(
                "signatures and other referrers stay behind: {why}; those of the images in it follow"
            ));
        }
    }
    notes.extend(pinned_note(change));
    notes
}

/// Says which digest the target gets for one that is pinned, where that is another.
fn pinned_note(change: &Change) -> Option<String> {
    let pinned = change.source.digest()?;
    let arrives = match &change.action {
        Action::NoOp { current, .. } => &current.digest,
        action => &action.copy()?.expected.descriptor.digest,
    };
    let why = match &change.platforms {
        Platforms::All => "not all of it can be kept".to_owned(),
        Platforms::Only(_) => format!("the files ask for {} alone", change.platforms),
    };
    (arrives != pinned)
        .then(|| format!("the target gets {arrives} in place of the pinned index: {why}"))
}

/// Says what is left out of an index, and why; nothing where all of it is kept.
fn selection_notes(selection: &Selection, profile: ProfileKind) -> Vec<String> {
    let Selection {
        platforms_kept,
        left_out,
        skipped,
    } = selection;
    let mut notes = vec![];
    // In the order in which each kind is met first, so that the same index gives the same words.
    let mut groups: Vec<(&LeftOut, usize)> = vec![];
    for child in left_out {
        let same = |(other, _): &&mut (&LeftOut, usize)| {
            (other.attestation, &other.refused_config) == (child.attestation, &child.refused_config)
        };
        match groups.iter_mut().find(same) {
            Some((_, count)) => *count += 1,
            None => groups.push((child, 1)),
        }
    }
    for (child, count) in groups {
        let noun = if child.attestation {
            "attestation"
        } else {
            "artifact"
        };
        let why = match &child.refused_config {
            Some(config) => format!("{profile} refuses config `{config}`"),
            None => "the entry asks for none".to_owned(),
        };
        let kept = counted(*platforms_kept, "platform");
        notes.push(format!(
            "{kept} kept, {} left out: {why}",
            counted(count, noun)
        ));
    }
    if !skipped.is_empty() {
        let names: Vec<String> = skipped.iter().map(ToString::to_string).collect();
        notes.push(format!(
            "skipped, as the source has no {}",
            names.join(", ")
        ));
    }
    notes
}
