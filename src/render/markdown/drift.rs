//! Drift in Markdown.

use std::fmt;

use crate::plan::{Action, Difference, Drift};
use crate::render::words::drift::{advice, summary};
use crate::render::words::{self, age_hints};

use super::document::Document;
use super::escape::{code, digests, prose};
use super::problems::{blocked, listed, place, source};

/// Writes how the target differs from what is declared.
pub fn drift(drift: &Drift<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let target = &drift.plan.target;
    let mut document = Document::new(&summary(drift));
    document.paragraph(&tr!("Target: {}.", "目标：{}。", place(target)));
    document.table(
        [
            "",
            tr_word!("target", "目标"),
            tr_word!("source", "源"),
            tr_word!("found", "现有"),
            tr_word!("declared", "声明"),
        ],
        drift.found.iter().filter_map(row),
    );
    document.list(
        tr_word!("What changed tags point to", "被改的标签指向什么"),
        drift.found.iter().filter_map(changed),
    );
    let attention = blocked(drift.found.iter().map(|one| &one.change), target);
    document.list(tr_word!("Needs attention", "要看一下"), listed(attention));
    for advice in advice(drift) {
        document.hint(advice);
    }
    for hint in age_hints(drift.plan) {
        document.hint(&hint);
    }
    document.finish(out)
}

/// Says of a changed tag what it points to.
fn changed(difference: &Difference) -> Option<String> {
    let said = words::whence(difference.whence.as_ref()?);
    let said = prose(&said.join(tr_word!("; ", "；")));
    let name = code(&difference.change.target.to_string());
    Some(tr!("{name}: {said}", "{name}：{said}"))
}

fn row(difference: &Difference) -> Option<[String; 5]> {
    let Difference {
        kind,
        change,
        upstream,
        ..
    } = difference;
    let (found, declared) = match (upstream, &change.action) {
        (Some((locked, found)), _) => digests(found, locked).into(),
        (None, Action::NoOp { current, .. }) => {
            (code(&current.digest.short()), tr!("nothing", "没有"))
        }
        (None, action) => {
            let declared = &action.copy()?.expected.descriptor.digest;
            match action.before() {
                Some(before) => digests(&before.digest, declared).into(),
                None => (tr!("nothing", "没有"), code(&declared.short())),
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
