//! Drift in Markdown.

use std::fmt;

use crate::model::Digest;
use crate::plan::{Action, Difference, Drift};

use super::super::drift::{advice, summary};
use super::escape::{code, prose};
use super::page::Page;
use super::{blocked, place, source, troubles};

/// Writes how the target differs from what is declared.
pub fn drift(drift: &Drift<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let target = &drift.plan.target;
    let mut page = Page::new(summary(drift).trim_end_matches('.'));
    page.paragraph(&format!("Target: {}.", place(target)));
    page.table(
        ["", "target", "source", "found", "declared"],
        drift.found.iter().filter_map(row),
    );
    let attention = blocked(drift.found.iter().map(|one| &one.change), target);
    page.list("Needs attention", troubles(attention));
    for advice in advice(drift) {
        page.paragraph(&format!("hint: {}", prose(advice)));
    }
    page.finish(out)
}

fn pair(found: &Digest, declared: &Digest) -> (String, String) {
    let [found, declared] = Digest::short_pair(found, declared);
    (code(&found), code(&declared))
}

fn row(difference: &Difference) -> Option<[String; 5]> {
    let Difference {
        kind,
        change,
        upstream,
        ..
    } = difference;
    let (found, declared) = match (upstream, &change.action) {
        (Some((locked, found)), _) => pair(found, locked),
        (None, Action::NoOp { current }) => (code(&current.digest.short()), "nothing".to_owned()),
        (None, action) => {
            let declared = &action.copy()?.expected.descriptor.digest;
            match action.before() {
                Some(before) => pair(&before.digest, declared),
                None => ("nothing".to_owned(), code(&declared.short())),
            }
        }
    };
    Some([
        kind.as_str().to_owned(),
        code(&change.target.to_string()),
        source(change),
        found,
        declared,
    ])
}
