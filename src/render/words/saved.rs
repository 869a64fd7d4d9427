//! What a saved plan is, and what it would do.

use crate::model::listed;
use crate::plan::saved::{Against, Difference, PlannedAction, SavedChange, SavedPlan};
use crate::render::units::clauses;

/// Says what it was made from, and of which part of that.
pub fn made_from(plan: &SavedPlan) -> String {
    let named =
        |names: &mut dyn Iterator<Item = &String>| listed(names.map(|name| format!("`{name}`")));
    let files = named(&mut plan.files.iter().map(|file| &file.path));
    if plan.only.is_empty() {
        return tr!("Made from {files}.", "由 {files} 生成。");
    }
    let only = named(&mut plan.only.iter());
    tr!(
        "Made from {files}: a part of that, only {only}.",
        "由 {files} 生成，只含其中的 {only}。"
    )
}

/// Returns the word for what has to be done.
pub fn word(action: PlannedAction) -> &'static str {
    match action {
        PlannedAction::Create => tr_word!("create", "新建"),
        PlannedAction::Update => tr_word!("update", "更新"),
        PlannedAction::NoOp => tr_word!("unchanged", "不变"),
        PlannedAction::Delete => tr_word!("delete", "删除"),
        PlannedAction::Blocked => tr_word!("blocked", "拦下"),
    }
}

/// Returns the word for how two plans differ.
pub fn difference_word(difference: &Difference<'_>) -> &'static str {
    match difference {
        Difference::New(_) => tr_word!("new", "新出现"),
        Difference::Other { .. } => tr_word!("differs", "不同"),
        Difference::Gone { .. } => tr_word!("gone", "不再做"),
    }
}

/// Says why nothing is done any more.
pub fn gone(now: Option<&SavedChange>) -> &'static str {
    match now.map(SavedChange::action) {
        None => tr_word!("not in this plan", "这个计划里没有它"),
        Some(PlannedAction::Blocked) => tr_word!("blocked in this plan", "在这个计划里被拦下"),
        Some(_) => tr_word!("in place by now", "现在已经就位"),
    }
}

/// Says in one line how a plan differs from another one.
pub fn against_summary(file: &str, against: &Against<'_>) -> String {
    let same = against.same;
    if against.differences.is_empty() {
        return tr!(
            "It does what `{file}` does: {same} the same.",
            "它做的和 `{file}` 一样：相同 {same}。"
        );
    }
    let count = |is: fn(&Difference<'_>) -> bool| {
        let differences = against.differences.iter();
        differences.filter(|(_, one)| is(one)).count()
    };
    let new = count(|one| matches!(one, Difference::New(_)));
    let other = count(|one| matches!(one, Difference::Other { .. }));
    let gone = count(|one| matches!(one, Difference::Gone { .. }));
    let counts = clauses(&[
        tr!("{new} new", "新出现 {new}"),
        tr!("{other} different", "不同 {other}"),
        tr!("{gone} gone", "不再做 {gone}"),
        tr!("{same} the same", "相同 {same}"),
    ]);
    if against.is_read() {
        return tr!(
            "Nothing in it that `{file}` does not do: {counts}.",
            "`{file}` 不做的，它也不做：{counts}。"
        );
    }
    tr!("Beside `{file}`: {counts}.", "与 `{file}` 相比：{counts}。")
}
