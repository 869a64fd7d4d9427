//! What the reports of shards say together.

use crate::render::units::{Noun, counted};
use crate::reports::{Kept, Merged, Missing, Problem};

/// Returns the word for how a change ended, by the word of a report.
pub fn merged_word(outcome: &str) -> &'static str {
    match outcome {
        "blocked" => tr_word!("blocked", "拦下"),
        "stale" => tr_word!("stale", "被人动过"),
        "left" => tr_word!("left for later", "留到下次"),
        "not-done" => tr_word!("not done", "没做"),
        _ => tr_word!("failed", "失败"),
    }
}

/// Says what brings what is left of a shard; the report knows only of the whole.
pub fn merged_hint(problem: &Problem<'_>, report: &Kept, file: &str) -> Option<String> {
    let shard = report.shard.shard;
    match problem.outcome {
        "left" | "not-done" | "failed" => Some(tr!(
            "`pusher apply {file} --shard {shard}` goes on with what is left",
            "`pusher apply {file} --shard {shard}` 会接着做剩下的"
        )),
        _ => problem.hint.map(ToOwned::to_owned),
    }
}

/// Says how many shards have told what they did.
pub fn reported(merged: &Merged<'_>) -> String {
    let count = merged.reports.len() + merged.missing.len();
    let told = merged.reports.len();
    tr!(
        "{told} of {count} shards have reported.",
        "{count} 个分片里 {told} 个有报告。"
    )
}

/// Says of which shard nothing is known, and what to do.
pub fn missing(missing: &Missing<'_>, file: &str) -> [String; 2] {
    let Missing { shard, targets } = missing;
    let report = format!("{}.json", shard.number);
    let images = counted(targets.len(), Noun::Image);
    [
        tr!(
            "The shard {shard} has no report: {images}.",
            "分片 {shard} 没有报告：{images}。"
        ),
        tr!(
            "`pusher apply {file} --shard {shard} --report {report}` does it, alone",
            "`pusher apply {file} --shard {shard} --report {report}` 单独做它"
        ),
    ]
}
