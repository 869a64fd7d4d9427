//! Drift in Markdown.

use std::fmt;

use crate::plan::Change;

use super::super::drift::{Drift, DriftKind};
use super::escape::{code, prose};
use super::page::Page;
use super::{blocked, place, source, troubles};

/// Writes how the target differs from what is declared.
pub fn drift(drift: &Drift<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let target = &drift.plan.target;
    let mut page = Page::new(drift.summary().trim_end_matches('.'));
    page.paragraph(&format!("Target: {}.", place(target)));
    page.table(
        ["", "target", "source", "found", "declared"],
        drift
            .found
            .iter()
            .filter_map(|(kind, change)| row(*kind, change)),
    );
    let attention = drift.found.iter().filter_map(|(_, change)| blocked(change));
    page.list("Needs attention", troubles(attention, target));
    for advice in drift.advice() {
        page.paragraph(&format!("hint: {}", prose(advice)));
    }
    page.finish(out)
}

fn row(kind: DriftKind, change: &Change) -> Option<[String; 5]> {
    let copy = change.action.copy()?;
    let found = change.action.before().map_or_else(
        || "nothing".to_owned(),
        |before| code(&before.digest.short()),
    );
    Some([
        kind.as_str().to_owned(),
        code(&change.target.to_string()),
        source(change),
        found,
        code(&copy.expected.descriptor.digest.short()),
    ])
}
