//! The plan in Markdown.

use std::fmt;

use crate::plan::{Action, Change, ImageCopy, Plan, SameContent, TargetName};
use crate::render::inputs::Details;
use crate::render::units::bytes;
use crate::render::words::{
    self, action_word, age_hints, cost, left_out, part, plan_summary, prefixed_hint, remarks,
    same_content, same_content_hint, unlocked_hint,
};

use super::diff;
use super::document::Document;
use super::escape::{code, digests, prose};
use super::problems::{blocked, listed, place, source, warnings};

/// Writes what has to be done; what is in place is folded away.
pub fn plan(plan: &Plan, details: &Details<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Plan { target, changes } = plan;
    let mut document = Document::new(&plan_summary(&plan.summary()));
    let renames = plan.renames();
    let cost = prose(&details.cost.and_then(cost).unwrap_or_default());
    let place = place(target);
    document.paragraph(tr!("Target: {place}. {cost}", "目标：{place}。{cost}").trim_end());

    if let Some(of) = details.part {
        document.paragraph(&prose(&part(of)));
    }
    if let Some(loads) = details.shards {
        document.paragraph(&prose(&words::shards(loads)));
    }

    let was_not_asked = |change: &&Change| match &change.action {
        Action::Blocked { reason, .. } => reason.was_not_asked(),
        _ => false,
    };
    let (unknown, asked): (Vec<_>, Vec<_>) = changes.iter().partition(was_not_asked);
    for (heading, changes) in [
        (tr_word!("Blocked", "拦下"), asked),
        (tr_word!("Unknown", "未知"), unknown),
    ] {
        let found = blocked(changes.into_iter(), target);
        document.list(heading, listed(found));
    }
    document.table(
        [
            "",
            tr_word!("target", "目标"),
            tr_word!("source", "源"),
            tr_word!("digest", "摘要"),
            tr_word!("size", "大小"),
        ],
        changes.iter().filter_map(|change| {
            let old_name = renames.get(&change.target).copied();
            row(change, old_name, details.same_content(change))
        }),
    );
    let copied = || {
        let changes = changes.iter();
        changes.filter(|change| change.action.copy().is_some())
    };
    let left_out = |change| left_out(change, &target.profile.name);
    document.list(
        tr_word!("Left out", "去掉的"),
        copied().flat_map(|change| of(change, left_out(change))),
    );
    document.list(
        tr_word!("Good to know", "说明"),
        copied().flat_map(|change| of(change, remarks(change))),
    );
    document.list(tr_word!("Warnings", "警告"), warnings(changes));
    if let Some(diffs) = details.diffs {
        diff::add(&mut document, plan, diffs);
    }
    let unchanged: Vec<_> = changes.iter().filter_map(unchanged).collect();
    document.folded(&words::unchanged(unchanged.len()), unchanged);
    let hints = [
        same_content_hint(details.same_content).map(str::to_owned),
        unlocked_hint(plan),
        prefixed_hint(plan),
    ];
    for hint in hints.into_iter().flatten().chain(age_hints(plan)) {
        document.hint(&hint);
    }
    document.finish(out)
}

/// Says of which image the notes are.
fn of(change: &Change, notes: Vec<String>) -> impl Iterator<Item = String> {
    let name = code(&change.target.to_string());
    let notes = notes.into_iter();
    notes.map(move |note| tr!("{name}: {}", "{name}：{}", prose(&note)))
}

fn row(
    change: &Change,
    old_name: Option<&TargetName>,
    same: Option<SameContent>,
) -> Option<[String; 5]> {
    let word = action_word(&change.action);
    let (word, digest) = match &change.action {
        Action::Create { after } => {
            let digest = code(&after.expected.descriptor.digest.short());
            match old_name {
                Some(old) => {
                    let old = code(&old.to_string());
                    let word = tr_word!("**rename**", "**改名**");
                    (
                        word.to_owned(),
                        tr!("{digest}, was {old}", "{digest}，原名 {old}"),
                    )
                }
                None => (word.to_owned(), digest),
            }
        }
        Action::Update { before, after } => {
            let after = &after.expected.descriptor;
            let digests = digests(&before.digest, &after.digest).join(" → ");
            let digests = match same.map(same_content) {
                Some(same) => tr!("{digests}; {same}", "{digests}；{same}"),
                None => digests,
            };
            (format!("**{word}**"), digests)
        }
        // It is told where the new name is.
        action if action.ends_a_rename() => return None,
        Action::Delete { before, .. } => (format!("**{word}**"), code(&before.digest.short())),
        Action::NoOp { .. } | Action::Blocked { .. } => return None,
    };
    let amount = change.action.copy().and_then(ImageCopy::blob_bytes);
    Some([
        word,
        code(&change.target.to_string()),
        source(change),
        digest,
        amount.map_or_else(String::new, bytes),
    ])
}

fn unchanged(change: &Change) -> Option<String> {
    let Action::NoOp { current, .. } = &change.action else {
        return None;
    };
    let (name, digest) = (change.target.to_string(), current.digest.short());
    Some(format!("{} {}", code(&name), code(&digest)))
}
