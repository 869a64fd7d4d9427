//! The plan in Markdown.

use std::fmt;

use crate::plan::{Action, Change, Copy, Plan};

use super::super::format::Details;
use super::super::units::{bytes, counted};
use super::super::words::{copy_notes, cost, plan_summary, unlocked_hint};
use super::diff;
use super::escape::{code, prose};
use super::page::Page;
use super::{blocked, place, source, troubles};

/// Writes what has to be done; what is in place is folded away.
pub fn plan(plan: &Plan, details: &Details<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Plan { target, changes } = plan;
    let mut page = Page::new(plan_summary(&plan.summary()).trim_end_matches('.'));
    let cost = details.cost.and_then(cost).unwrap_or_default();
    page.paragraph(format!("Target: {}. {}", place(target), prose(&cost)).trim_end());

    page.list(
        "Blocked",
        troubles(changes.iter().filter_map(blocked), target),
    );
    page.table(
        ["", "target", "source", "digest", "to copy"],
        changes.iter().filter_map(row),
    );
    page.list(
        "Left out",
        changes.iter().flat_map(|change| {
            let notes = change
                .action
                .copy()
                .map_or_else(Vec::new, |copy| copy_notes(copy, target.profile.kind));
            let name = code(&change.target.to_string());
            notes
                .into_iter()
                .map(move |note| format!("{name}: {}", prose(&note)))
        }),
    );
    if let Some(diffs) = details.diffs {
        diff::add(&mut page, plan, diffs);
    }
    let unchanged: Vec<_> = changes.iter().filter_map(unchanged).collect();
    page.folded(
        &format!("{} unchanged", counted(unchanged.len(), "image")),
        unchanged,
    );
    if let Some(hint) = unlocked_hint(plan) {
        page.paragraph(&format!("hint: {}", prose(&hint)));
    }
    page.finish(out)
}

fn row(change: &Change) -> Option<[String; 5]> {
    let (word, digest) = match &change.action {
        Action::Create { after } => ("create", code(&after.expected.descriptor.digest.short())),
        Action::Update { before, after } => (
            "**update**",
            format!(
                "{} → {}",
                code(&before.digest.short()),
                code(&after.expected.descriptor.digest.short())
            ),
        ),
        Action::Delete { before, renamed_to } => (
            "**delete**",
            renamed_to.as_ref().map_or_else(
                || code(&before.digest.short()),
                |name| {
                    format!(
                        "{}, renamed to {}",
                        code(&before.digest.short()),
                        code(&name.to_string())
                    )
                },
            ),
        ),
        Action::NoOp { .. } | Action::Blocked { .. } => return None,
    };
    let amount = change.action.copy().and_then(Copy::blob_bytes);
    Some([
        word.to_owned(),
        code(&change.target.to_string()),
        source(change),
        digest,
        amount.map_or_else(String::new, bytes),
    ])
}

fn unchanged(change: &Change) -> Option<String> {
    let Action::NoOp { current } = &change.action else {
        return None;
    };
    let (name, digest) = (change.target.to_string(), current.digest.short());
    Some(format!("{} {}", code(&name), code(&digest)))
}
