//! What became of a plan, and of each change.

use crate::plan::{Action, Bound, Change, NotDone, Outcome, ReportSummary, TagAfter, Transfer};
use crate::render::units::{bytes, clauses};

use super::blocked::block_reason;
use super::images::in_place;

/// Says in two or three words how it ended.
pub fn verdict(summary: &ReportSummary) -> &'static str {
    if summary.interrupted {
        tr_word!("Apply interrupted:", "执行中断：")
    } else if summary.is_bounded() {
        tr_word!("Apply ended at its bounds:", "到了限额，执行结束：")
    } else if summary.not_in_place() > 0 {
        tr_word!("Apply incomplete:", "执行完，但没有全部就位：")
    } else if summary.done() == 0 {
        tr_word!("Nothing to do:", "没有要做的：")
    } else {
        tr_word!("Apply complete:", "执行完成：")
    }
}

/// Says how many changes ended in each way; what went wrong only where something did.
pub fn counts(summary: &ReportSummary) -> String {
    if summary.is_success() && summary.done() == 0 {
        return match summary.unchanged {
            0 => tr!("no image is asked for here.", "这里没有要求任何镜像。"),
            unchanged => in_place(unchanged),
        };
    }
    let ReportSummary {
        created,
        updated,
        deleted,
        unchanged,
        blocked,
        stale,
        failed,
        left,
        not_done,
        cost: _,
        interrupted: _,
    } = *summary;
    let mut counts = vec![
        tr!("{created} created", "新建 {created}"),
        tr!("{updated} updated", "更新 {updated}"),
        tr!("{deleted} deleted", "删除 {deleted}"),
        tr!("{unchanged} unchanged", "不变 {unchanged}"),
    ];
    counts.extend((blocked > 0).then(|| tr!("{blocked} blocked", "拦下 {blocked}")));
    counts.extend((stale > 0).then(|| tr!("{stale} stale", "被人动过 {stale}")));
    counts.extend((failed > 0).then(|| tr!("{failed} failed", "失败 {failed}")));
    counts.extend((left > 0).then(|| tr!("{left} left for later", "留到下次 {left}")));
    counts.extend((not_done > 0).then(|| tr!("{not_done} not done", "没做 {not_done}")));
    tr!("{}.", "{}。", clauses(&counts))
}

/// Says what went over the wire; nothing where nothing was copied.
pub fn sent(summary: &ReportSummary) -> Option<String> {
    let copied = summary.created + summary.updated > 0;
    copied.then(|| tr!("{}.", "{}。", clauses(&transfer(&summary.cost))))
}

/// Says what a change cost but its time.
pub fn spent(cost: &Transfer) -> String {
    let mut spent = transfer(cost);
    spent.extend(match cost.retries {
        0 => None,
        1 => Some(tr!("1 retry", "重试 1 次")),
        retries => Some(tr!("{retries} retries", "重试 {retries} 次")),
    });
    clauses(&spent)
}

/// Says what went over the wire and what did not have to; leaves out what was not there to count.
fn transfer(cost: &Transfer) -> Vec<String> {
    let (mounted, present) = (cost.bytes_mounted, cost.bytes_present);
    let mut parts = vec![tr!("{} sent", "传输 {}", bytes(cost.bytes_sent))];
    parts.extend((mounted > 0).then(|| tr!("{} mounted", "挂载 {}", bytes(mounted))));
    parts.extend((present > 0).then(|| tr!("{} there already", "已有 {}", bytes(present))));
    parts
}

/// Returns what became of a change.
pub fn outcome_word(change: &Change, outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Unchanged => tr_word!("unchanged", "不变"),
        Outcome::Done(_) => match change.action {
            Action::Update { .. } => tr_word!("updated", "已更新"),
            Action::Delete { .. } => tr_word!("deleted", "已删除"),
            _ => tr_word!("created", "已新建"),
        },
        Outcome::Blocked => tr_word!("blocked", "拦下"),
        Outcome::Stale { .. } => tr_word!("stale", "被人动过"),
        Outcome::Failed { .. } => tr_word!("failed", "失败"),
        Outcome::Left { .. } => tr_word!("left for later", "留到下次"),
        Outcome::NotDone { .. } => tr_word!("not done", "没做"),
    }
}

/// Says why a change did not end as planned; nothing for one that did.
pub fn outcome_reason(change: &Change, outcome: &Outcome) -> Option<String> {
    match (outcome, &change.action) {
        (Outcome::Blocked, Action::Blocked { reason, .. }) => Some(block_reason(reason)),
        (
            Outcome::Stale {
                found, was_done, ..
            },
            _,
        ) => Some(match (found, was_done) {
            (Some(digest), true) => tr!(
                "someone moved the tag after this run had moved it, to {digest}; it was left alone",
                "这次移动标签之后，又有人把它移到了 {digest}；没有再动"
            ),
            (Some(digest), false) => tr!(
                "someone moved the tag after the plan was made, to {digest}; it was left alone",
                "做计划之后，有人把标签移到了 {digest}；没有动它"
            ),
            (None, true) => tr!(
                "someone deleted the tag after this run had moved it; it was left alone",
                "这次移动标签之后，有人把它删了；没有再动"
            ),
            (None, false) => tr!(
                "someone deleted the tag after the plan was made; it was left alone",
                "做计划之后，有人把标签删了；没有动它"
            ),
        }),
        (Outcome::Failed { failure, tag, .. }, action) => Some(match (tag, action) {
            (TagAfter::Unchanged, _) => failure.to_string(),
            (TagAfter::Unknown, Action::Delete { .. }) => tr!(
                "{failure}; whether the tag was deleted is not known",
                "{failure}；不知道标签删了没有"
            ),
            (TagAfter::Unknown, _) => tr!(
                "{failure}; whether the tag was moved is not known",
                "{failure}；不知道标签动了没有"
            ),
        }),
        (Outcome::Left { by, needs, .. }, _) => Some(left(*by, *needs)),
        (Outcome::NotDone { why, .. }, action) => Some(match (why, action) {
            (NotDone::Stopped, _) => tr!(
                "the run was stopped before this was finished",
                "还没做完，运行就被停下了"
            ),
            (NotDone::Unanswered, Action::Delete { .. }) => tr!(
                "the run was stopped before the registry answered; whether the tag was deleted is not known",
                "仓库还没回答，运行就被停下了；不知道标签删了没有"
            ),
            (NotDone::Unanswered, _) => tr!(
                "the run was stopped before the registry answered; whether the tag was moved is not known",
                "仓库还没回答，运行就被停下了；不知道标签动了没有"
            ),
            (NotDone::NewNameMissing, _) => tr!(
                "it stays until its new name has arrived",
                "先留着，等新名字就位"
            ),
        }),
        (Outcome::Unchanged | Outcome::Done(_) | Outcome::Blocked, _) => None,
    }
}

/// Says to which bound the run had come.
fn left(by: Bound, needs: Option<u64>) -> String {
    match (by, needs.map(bytes)) {
        (Bound::Deadline, None) => tr!(
            "it was not finished before `--deadline`",
            "到 `--deadline` 时还没做完"
        ),
        (Bound::Deadline, Some(needs)) => tr!(
            "{needs} cannot be copied before `--deadline` at the speed of this run",
            "按这次运行的速度，{needs} 在 `--deadline` 之前复制不完"
        ),
        (Bound::MaxBytes, None) => tr!("`--max-bytes` allows no more", "`--max-bytes` 已经用完"),
        (Bound::MaxBytes, Some(needs)) => tr!(
            "{needs} are more than `--max-bytes` leaves",
            "{needs} 超出了 `--max-bytes` 剩下的"
        ),
        (Bound::MaxPulls, _) => tr!("`--max-pulls` allows no more", "`--max-pulls` 已经用完"),
    }
}
