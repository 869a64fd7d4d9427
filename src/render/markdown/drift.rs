//! Drift in Markdown.

use std::fmt;

use crate::model::Digest;
use crate::plan::{Action, Difference, Drift};
use crate::render::words::drift::{advice, summary};

use super::document::Document;
use super::escape::{code, prose};
use super::problems::{blocked, listed, place, source};

/// Writes how the target differs from what is declared.
pub fn drift(drift: &Drift<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let target = &drift.plan.target;
    let mut document = Document::new(summary(drift).trim_end_matches('.'));
    document.paragraph(&format!("Target: {}.", place(target)));
    document.table(
        ["", "target", "source", "found", "declared"],
        drift.found.iter().filter_map(row),
    );
    let attention = blocked(drift.found.iter().map(|one| &one.change), target);
    document.list("Needs attention", listed(attention));
    for advice in advice(drift) {
        document.paragraph(&format!("hint: {}", prose(advice)));
    }
    document.finish(out)
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
        (None, Action::NoOp { current, .. }) => {
            (code(&current.digest.short()), "nothing".to_owned())
        }
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
