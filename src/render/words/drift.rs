//! The words for drift that all formats share.

use crate::plan::{Difference, Drift, DriftKind};
use crate::render::units::clauses;

use super::images::in_place;

/// Says what a kind means.
pub fn meaning(kind: DriftKind) -> &'static str {
    match kind {
        DriftKind::UpstreamMoved => tr_word!("moved upstream", "上游变了"),
        DriftKind::TargetChanged => tr_word!("changed in the target", "目标里被改了"),
        DriftKind::Differs => tr_word!("differ", "两边不同"),
        DriftKind::TargetMissing => tr_word!("missing in the target", "目标里没有"),
        DriftKind::SourceMissing => tr_word!("missing at the source", "源里没有"),
        DriftKind::NotDeclared => tr_word!("no longer declared", "已不再声明"),
        DriftKind::Unreadable => tr_word!("could not be read", "读不到"),
        DriftKind::Blocked => tr_word!("blocked", "拦下"),
    }
}

/// Says in one line what was found.
pub fn summary(drift: &Drift<'_>) -> String {
    let counts = DriftKind::ALL
        .into_iter()
        .map(|kind| (drift.count(kind), kind))
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| match (count, kind) {
            (1, DriftKind::Differs) => tr!("1 differs", "两边不同 1"),
            _ => tr!("{count} {}", "{} {count}", meaning(kind)),
        });
    let mut counts: Vec<String> = counts.collect();
    counts.push(tr!("{} in place", "就位 {}", drift.in_place));
    let counts = clauses(&counts);
    match (drift.has_drifted(), drift.is_unsure()) {
        (true, _) => tr!("Drift: {counts}.", "有漂移：{counts}。"),
        (false, true) => tr!(
            "Drift cannot be told: {counts}.",
            "查不清有没有漂移：{counts}。"
        ),
        (false, false) if drift.narrowed => tr!(
            "No drift of the kinds that were asked for: {counts}.",
            "没有要查的那几类漂移：{counts}。"
        ),
        (false, false) => tr!("No drift: {}", "没有漂移：{}", in_place(drift.in_place)),
    }
}

/// Says what to do about what was found, and what it does not tell.
pub fn advice(drift: &Drift<'_>) -> Vec<&'static str> {
    let mut advice = vec![];
    if drift.is_unsure() {
        advice.push(tr_word!(
            "what could not be read may have drifted or not: see the reason at each",
            "读不到的可能漂移了，也可能没有：看各自的原因"
        ));
    }
    if drift.count(DriftKind::Differs) > 0 {
        advice.push(tr_word!(
            "where the two differ, the upstream tag moved or someone changed the target; the digests alone do not \
             tell which",
            "两边不同的，要么是上游的标签动了，要么是有人改了目标；单看摘要分不清是哪个"
        ));
    }
    if !drift.locked && drift.has_drifted() {
        advice.push(tr_word!(
            "there is no lock: with one (`pusher lock`) drift tells an upstream tag that moved from a target that \
             someone changed, and what is no longer declared",
            "没有锁文件：有了它（`pusher lock`），才分得清是上游的标签动了还是有人改了目标，也才知道什么已不再声明"
        ));
    }
    if drift.count(DriftKind::UpstreamMoved) > 0 {
        advice.push(tr_word!(
            "`pusher lock --update` takes what moved upstream",
            "`pusher lock --update` 采用上游现在的内容"
        ));
    }
    let mended = [
        DriftKind::TargetChanged,
        DriftKind::Differs,
        DriftKind::TargetMissing,
    ];
    let is_mended = |one: &Difference| mended.contains(&one.kind) && !one.unasked;
    if drift.found.iter().any(is_mended) {
        advice.push(tr_word!(
            "`pusher apply` makes the target what is declared",
            "`pusher apply` 把目标改成声明的样子"
        ));
    }
    if drift.found.iter().any(|one| one.unasked) {
        advice.push(unasked());
    }
    if drift.count(DriftKind::NotDeclared) > 0 {
        advice.push(tr_word!(
            "`pusher apply --prune` deletes what is no longer declared",
            "`pusher apply --prune` 删掉已不再声明的"
        ));
    }
    advice
}

/// Says what mends a tag that moved although it is declared that it never does.
pub fn unasked() -> &'static str {
    tr_word!(
        "`pusher apply --no-cache` mends a tag that `immutable` says never moves: without it such a tag is not asked for",
        "`immutable` 说不会变的标签，用 `pusher apply --no-cache` 改回：不加它，就不去问这样的标签"
    )
}
