//! A saved plan in Markdown.

use std::fmt;

use crate::plan::saved::{Difference, PlannedAction, SavedChange, SavedDeletion, Wanted};
use crate::render::inputs::{Shown, ShownAgainst};
use crate::render::words::{plan_summary, saved, shards};

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
    if let Some(parted) = &plan.shards {
        document.paragraph(&prose(&shards(&parted.loads)));
    }
    let stale = shown.stale.iter();
    document.list(
        tr_word!("Stale", "已过时"),
        stale.map(|why| prose(why.as_str())),
    );
    if let Some(against) = shown.against {
        differences(&mut document, against);
        return document.finish(out);
    }
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

/// Adds in what it differs from another plan.
fn differences(document: &mut Document, against: ShownAgainst<'_>) {
    let ShownAgainst { file, differs } = against;
    document.paragraph(&prose(&saved::against_summary(file, differs)));
    document.table(
        [
            "",
            tr_word!("target", "目标"),
            tr_word!("digest", "摘要"),
            "",
        ],
        differs.differences.iter().map(|(name, difference)| {
            let word = saved::difference_word(difference);
            let (planned, how) = match difference {
                Difference::New(now) => (now, format!("**{word}**")),
                Difference::Other { now, read } => {
                    let (was, digest) = (saved::word(read.action()), digest(read));
                    let how = tr!(
                        "**{word}**; the other plan: {was} {digest}",
                        "**{word}**；另一个计划：{was} {digest}"
                    );
                    (now, how)
                }
                Difference::Gone { read, now } => {
                    let why = saved::gone(*now);
                    (read, tr!("{word}: {why}", "{word}：{why}"))
                }
            };
            let action = saved::word(planned.action()).to_owned();
            [action, code(name), digest(planned), how]
        }),
    );
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
