//! Sentences about files with other names in them.

use crate::render::inputs::Rewriting;
use crate::render::units::{Noun, clauses, counted};
use crate::rewrite::{Outcome, Way};

/// Says in a sentence what becomes of the files.
pub fn rewriting_summary(rewriting: &Rewriting<'_>) -> String {
    let changed = counted(rewriting.changed().count(), Noun::Image);
    let files = counted(rewriting.changed_files(), Noun::File);
    let what = match (rewriting.changed_files(), rewriting.written, rewriting.way) {
        (0, ..) => tr!("nothing to change", "不用改"),
        (_, true, Way::There { .. }) => tr!(
            "{changed} in {files} got the mirror's names",
            "{files}里的 {changed}已换成目标里的名字"
        ),
        (_, true, Way::Back) => tr!(
            "{changed} in {files} got their names upstream",
            "{files}里的 {changed}已换回上游的名字"
        ),
        (_, false, Way::There { .. }) => tr!(
            "{changed} in {files} would get the mirror's names",
            "{files}里的 {changed}会换成目标里的名字"
        ),
        (_, false, Way::Back) => tr!(
            "{changed} in {files} would get their names upstream",
            "{files}里的 {changed}会换回上游的名字"
        ),
    };
    let is_left = |outcome: &Outcome| matches!(outcome, Outcome::Left(_));
    let left = rewriting.images().filter(|image| is_left(&image.outcome));
    let mut parts = vec![what];
    let left = left.count();
    if left > 0 {
        let left = counted(left, Noun::Image);
        parts.push(tr!("{left} left alone", "{left}保持原样"));
    }
    if rewriting.unread > 0 {
        let unread = counted(rewriting.unread, Noun::File);
        parts.push(tr!("{unread} could not be read", "{unread}读不懂"));
        if rewriting.changed_files() == 0 {
            parts.remove(0);
        }
    }
    clauses(&parts)
}

/// Says how it comes to be so.
pub fn rewriting_hint(rewriting: &Rewriting<'_>) -> Option<String> {
    let is_pending = rewriting.changed_files() > 0 && !rewriting.written;
    is_pending.then(|| {
        tr!(
            "Nothing was written; `--write` does it.",
            "什么都没有写；加上 `--write` 就会写入。"
        )
    })
}
