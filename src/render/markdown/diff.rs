//! What differs inside an image, in Markdown.

use std::fmt;

use crate::diff::{Diffs, ImageDiff};
use crate::plan::Plan;
use crate::render::inputs::Compared;
use crate::render::words::diff::{self, Sign, sides};

use super::document::{Document, Folded};
use super::escape::{code, html_code, prose};

/// An image has no more lines than this.
const MOST_LINES: usize = 100;

/// Adds one folded block for each image of which it is known what differs.
pub(super) fn add(document: &mut Document, plan: &Plan, diffs: &Diffs) {
    let names = plan.changes.iter().map(|change| &change.target);
    let found: Vec<_> = names
        .filter_map(|name| Some((name, diffs.get(name)?)))
        .collect();
    document.list(
        tr_word!("Not compared", "没有比较的"),
        found.iter().filter_map(|(name, diff)| {
            let why = prose(&diff::unreadable(diff.as_ref().err()?));
            let name = code(&name.to_string());
            Some(tr!("{name}: {why}", "{name}：{why}"))
        }),
    );
    document.folded_blocks(found.iter().filter_map(|(name, diff)| {
        let diff = diff.as_ref().ok()?;
        Some(Folded {
            summary: format!(
                "{} {}",
                html_code(&name.to_string()),
                html_code(&diff::summary(diff))
            ),
            fence: "diff",
            text: text(diff),
        })
    }));
}

/// Returns the lines as they stand in a fenced block: none of them can end it, as each begins with
/// a sign or a word of this program's.
fn text(diff: &ImageDiff) -> String {
    let lines = diff::lines(diff, MOST_LINES).into_iter().map(|line| {
        let sign = match line.sign {
            Sign::Both => "#",
            Sign::Before => "-",
            Sign::After => "+",
        };
        format!("{sign} {}\n", line.text)
    });
    lines.collect()
}

/// Writes what differs between two references.
pub fn diff(compared: &Compared<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let diff = compared.diff;
    let mut document = Document::new(tr_word!("Difference", "差别"));
    let [before, after] = sides(compared).map(|side| code(&side));
    let summary = prose(&diff::summary(diff));
    document.paragraph(&tr!(
        "{before} → {after}: {summary}",
        "{before} → {after}：{summary}"
    ));
    let text = text(diff);
    if !text.is_empty() {
        document.fenced("diff", &text);
    }
    document.finish(out)
}
