//! The report in Markdown.

use std::fmt;

use crate::plan::shards::ShardOfPlan;
use crate::plan::{Action, AliyunHosts, Change, Outcome, Report, Target, Told, by_cause};
use crate::render::hints;
use crate::render::units::seconds;
use crate::render::words::report::{counts, sent, spent, verdict};
use crate::render::words::signatures::signed_by;
use crate::render::words::{
    self, age_hints, attached, outcome_reason, outcome_word, shared_word, unattached,
};

use super::document::Document;
use super::escape::{code, prose};
use super::problems::{Problem, listed, place};

/// Writes what was done, and how to pull each image.
pub fn report(report: &Report, out: &mut dyn fmt::Write) -> fmt::Result {
    let Report {
        plan,
        outcomes,
        shard,
        interrupted: _,
        promotions: _,
        attachments: _,
    } = report;
    let target = &plan.target;
    let summary = report.summary();
    let (verdict, counts) = (verdict(&summary), counts(&summary));
    let mut document = Document::new(&tr!("{verdict} {counts}", "{verdict}{counts}"));
    let (place, sent) = (place(target), sent(&summary).unwrap_or_default());
    document.paragraph(tr!("Target: {place}. {sent}", "目标：{place}。{sent}").trim_end());
    if let Some(ShardOfPlan { shard, .. }) = shard {
        document.paragraph(&tr!("Shard {shard} alone.", "只做分片 {shard}。"));
    }

    let ended = || plan.changes.iter().zip(outcomes);
    document.list(
        tr_word!("Not in place", "没有就位的"),
        listed(not_in_place(ended(), target)),
    );
    document.list(
        tr_word!("Warnings", "警告"),
        super::problems::warnings(&plan.changes),
    );
    document.table(
        [
            "",
            tr_word!("pull", "拉取"),
            tr_word!("cost", "开销"),
            tr_word!("time", "用时"),
        ],
        ended().filter_map(|(change, outcome)| match outcome {
            Outcome::Done(cost) => Some([
                outcome_word(change, outcome).to_owned(),
                pull(change, target),
                spent(cost),
                seconds(cost.time),
            ]),
            _ => None,
        }),
    );
    let unchanged: Vec<_> = ended()
        .filter(|(_, outcome)| **outcome == Outcome::Unchanged)
        .map(|(change, _)| pull(change, target))
        .collect();
    document.folded(&words::unchanged(unchanged.len()), unchanged);
    let signed = ended().filter_map(|(change, outcome)| match outcome {
        Outcome::Done(_) => signed(change),
        _ => None,
    });
    document.list(tr_word!("Signatures", "签名"), signed);
    if let Some(attached) = attached(report) {
        document.paragraph(&prose(&attached));
    }
    document.list(
        tr_word!("Records not attached", "没有附上的记录"),
        unattached(report).map(|(image, failure)| {
            let (image, failure) = (code(&image.to_string()), prose(&failure.to_string()));
            tr!("{image}: {failure}", "{image}：{failure}")
        }),
    );
    for hint in age_hints(plan) {
        document.hint(&hint);
    }
    document.finish(out)
}

/// Says by whom an image is signed that was copied.
fn signed(change: &Change) -> Option<String> {
    let verified = change.action.copy()?.verified.as_deref()?;
    let (name, by) = (
        code(&change.target.to_string()),
        prose(&signed_by(verified)),
    );
    Some(tr!("{name}: {by}", "{name}：{by}"))
}

fn not_in_place<'a>(
    ended: impl Iterator<Item = (&'a Change, &'a Outcome)>,
    target: &Target,
) -> impl Iterator<Item = Problem> {
    let ended = ended.map(|one @ (change, outcome)| (one, change.hits_of(outcome, target)));
    let told = by_cause(ended, target);
    told.into_iter().filter_map(|told| match told {
        Told::Alone((change, outcome)) => problem(change, outcome, target),
        Told::Rest((change, outcome), reason) => {
            problem(&change.blocked_by(reason), outcome, target)
        }
        Told::Shared(shared) => {
            let names = shared.items.iter().map(|(change, _)| &change.target);
            let word = Some(shared_word(&shared.hit));
            Some(Problem::shared(&shared.hit, names, word, target))
        }
    })
}

fn problem(change: &Change, outcome: &Outcome, target: &Target) -> Option<Problem> {
    let reason = outcome_reason(change, outcome)?;
    let word = outcome_word(change, outcome);
    let why = tr!("{word}: {reason}", "{word}：{reason}");
    let advice = hints::for_outcome(change, outcome, target);
    Some(Problem::of(change, &why, advice))
}

/// Returns the command that pulls an image, from everywhere and from inside a VPC.
fn pull(change: &Change, target: &Target) -> String {
    let image = target.reference(&change.target).to_string();
    if matches!(change.action, Action::Delete { .. }) {
        return code(&image);
    }
    let command = |image: &str| code(&format!("docker pull {image}"));
    match AliyunHosts::of_host(&target.registry) {
        None => command(&image),
        Some(AliyunHosts { public, vpc }) => {
            let at = |host| target.at(host).reference(&change.target).to_string();
            format!("{}<br>VPC: {}", command(&at(public)), command(&at(vpc)))
        }
    }
}
