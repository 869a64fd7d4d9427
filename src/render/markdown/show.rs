//! A saved plan in Markdown.

use std::fmt;

use crate::plan::saved::{PlannedAction, SavedChange, SavedDeletion, Wanted};
use crate::render::inputs::Shown;
use crate::render::words::{plan_summary, saved};

use super::document::Document;
use super::escape::{code, digests, prose};

/// Writes what a saved plan would do; what was in place is counted.
pub fn show(shown: &Shown<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let plan = shown.plan;
    let mut document = Document::new(&plan_summary(&plan.summary()));
    let place = code(&plan.target.to_string());
    let profile = &plan.target.profile;
    let made_from = prose(&saved::made_from(plan));
    document.paragraph(&tr!(
        "Target: {place} ({}). {made_from}",
        "目标：{place}（profile 是 {}）。{made_from}",
        prose(profile)
    ));
    let stale = shown.stale.iter();
    document.list(
        tr_word!("Stale", "已过时"),
        stale.map(|why| prose(why.as_str())),
    );
    document.table(
        ["", tr_word!("target", "目标"), tr_word!("digest", "摘要")],
        plan.changes.iter().filter_map(|(name, planned)| {
            let action = planned.action();
            let is_told = action != PlannedAction::NoOp;
            is_told.then(|| [saved::word(action).to_owned(), code(name), digest(planned)])
        }),
    );
    document.finish(out)
}

fn digest(planned: &SavedChange) -> String {
    match planned {
        SavedChange::Wanted(Wanted {
            expected, before, ..
        }) => match before {
            Some(before) => digests(before, &expected.digest).join(" → "),
            None => code(&expected.digest.short()),
        },
        SavedChange::Delete(SavedDeletion { before, renamed_to }) => {
            let name = renamed_to.as_ref().map(|name| code(&name.to_string()));
            let held = code(&before.short());
            match name {
                Some(name) => tr!("{held}, renamed to {name}", "{held}，改名为 {name}"),
                None => held,
            }
        }
        SavedChange::Blocked => String::new(),
    }
}
