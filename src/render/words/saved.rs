//! What a saved plan is, and what it would do.

use crate::model::listed;
use crate::plan::saved::{PlannedAction, SavedPlan};

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
