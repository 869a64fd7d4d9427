//! Which lines of a value went and which came.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::value::Value;

/// Longer texts are shown where they differ alone.
const LONG: usize = 80;

/// A line that went or came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Which of the two.
    pub kind: EditKind,
    /// The line.
    pub text: String,
}

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditKind {
    /// It was there before alone.
    Removed,
    /// It is there after alone.
    Added,
}

/// Returns what went and what came, in order; nothing of what stayed.
pub(super) fn edits(before: Option<&Value>, after: Option<&Value>) -> Vec<Edit> {
    let edit = |kind| {
        move |text: &String| Edit {
            kind,
            text: text.clone(),
        }
    };
    if let (Some(Value::Text(old)), Some(Value::Text(new))) = (before, after) {
        let (old, new) = focused(old, new);
        return vec![edit(EditKind::Removed)(&old), edit(EditKind::Added)(&new)];
    }
    let (old, new) = (lines(before), lines(after));
    let mut edits = vec![];
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        if !matches!(op, DiffOp::Equal { .. }) {
            edits.extend(old[op.old_range()].iter().map(edit(EditKind::Removed)));
            edits.extend(new[op.new_range()].iter().map(edit(EditKind::Added)));
        }
    }
    edits
}

fn lines(value: Option<&Value>) -> &[String] {
    match value {
        None => &[],
        Some(Value::Text(text)) => std::slice::from_ref(text),
        Some(Value::List(list)) => list,
    }
}

/// Replaces by `…` what two long texts, such as two search paths, have in common.
fn focused(old: &str, new: &str) -> (String, String) {
    if old.len().max(new.len()) <= LONG {
        return (old.to_owned(), new.to_owned());
    }
    let words = |text| str::split_inclusive(text, [':', ' ', ',', ';']).collect::<Vec<_>>();
    let (old, new) = (words(old), words(new));
    let (mut before, mut after) = (String::new(), String::new());
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if let DiffOp::Equal { .. } = op {
            before.push('…');
            after.push('…');
        } else {
            before.extend(old[op.old_range()].iter().copied());
            after.extend(new[op.new_range()].iter().copied());
        }
    }
    (before, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
        let edits = edits(before, after);
        let sign = |kind| match kind {
            EditKind::Removed => '-',
            EditKind::Added => '+',
        };
        edits
            .iter()
            .map(|edit| format!("{}{}", sign(edit.kind), edit.text))
            .collect()
    }

    #[test]
    fn lists_are_compared_item_by_item_and_long_texts_word_by_word() {
        let list = |text: &str| Value::List(text.split(' ').map(str::to_owned).collect());
        let text = |text: &str| Value::Text(text.to_owned());
        let both = |before: Value, after: Value| shown(Some(&before), Some(&after));
        assert_eq!(both(list("a b c"), list("a x c d")), ["-b", "+x", "+d"]);
        assert_eq!(shown(None, Some(&list("a b"))), ["+a", "+b"]);
        assert_eq!(both(text("1"), text("2")), ["-1", "+2"]);
        assert_eq!(shown(Some(&text("1")), None), ["-1"]);
        let long = "/usr/local/sbin:".repeat(6);
        assert_eq!(
            both(
                text(&format!("{long}/a:/bin")),
                text(&format!("{long}/b:/bin"))
            ),
            ["-…/a:…", "+…/b:…"]
        );
    }
}
