//! A Markdown document that stays below the length that GitHub takes.

use std::fmt;

use super::escape::prose;

/// GitHub refuses comments and issue bodies of more than 65,536 characters; the rest is for what
/// stands after the rows and for what a workflow puts around it.
const LONGEST: usize = 60_000;

/// A block of text that is folded away.
pub(super) struct Folded {
    /// What is seen of it, as HTML.
    pub(super) summary: String,
    /// The language of the fenced block.
    pub(super) fence: &'static str,
    /// The lines, each ended.
    pub(super) text: String,
}

/// A document under way.
pub(super) struct Document {
    text: String,
}

impl Document {
    /// Begins with a title, which a sentence may be: a title has no full stop.
    pub(super) fn new(title: &str) -> Self {
        let title = title.trim_end_matches(['.', '。']);
        Self {
            text: format!("### {title}\n"),
        }
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.text.push('\n');
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Adds a piece of advice.
    pub(super) fn hint(&mut self, advice: &str) {
        self.paragraph(&hint(advice));
    }

    /// Adds a list under a heading; nothing where it is empty.
    pub(super) fn list(&mut self, heading: &str, items: impl IntoIterator<Item = String>) {
        let items: Vec<_> = items
            .into_iter()
            .map(|item| format!("- {item}\n"))
            .collect();
        if !items.is_empty() {
            self.paragraph(&format!("#### {heading}\n"));
            self.rows(&items);
        }
    }

    /// Adds a table; nothing where it has no row.
    pub(super) fn table<const N: usize>(
        &mut self,
        columns: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) {
        let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
        let rows: Vec<_> = rows
            .into_iter()
            .map(|cells| line(&cells.each_ref().map(String::as_str)))
            .collect();
        if !rows.is_empty() {
            self.text.push('\n');
            self.text.push_str(&line(&columns));
            self.text.push_str(&line(&["---"; N]));
            self.rows(&rows);
        }
    }

    /// Adds a list that is folded away; nothing where it is empty.
    pub(super) fn folded(&mut self, summary: &str, items: impl IntoIterator<Item = String>) {
        let items: Vec<_> = items
            .into_iter()
            .map(|item| format!("- {item}\n"))
            .collect();
        if !items.is_empty() {
            self.paragraph(&format!("<details><summary>{summary}</summary>\n"));
            self.rows(&items);
            self.paragraph("</details>");
        }
    }

    /// Adds a fenced block; no line of `text` may begin with the fence.
    pub(super) fn fenced(&mut self, language: &str, text: &str) {
        self.paragraph(&format!("```{language}\n{text}```"));
    }

    /// Adds blocks that are folded away, each whole or not at all, and says how many are left.
    pub(super) fn folded_blocks(&mut self, blocks: impl Iterator<Item = Folded>) {
        let mut left = 0;
        for Folded {
            summary,
            fence,
            text,
        } in blocks
        {
            // Two paragraphs and a fence around it.
            if left > 0 || self.text.len() + summary.len() + text.len() + 100 > LONGEST {
                left += 1;
                continue;
            }
            self.paragraph(&format!("<details><summary>{summary}</summary>"));
            self.fenced(fence, &text);
            self.paragraph("</details>");
        }
        if left > 0 {
            self.paragraph(&tr!(
                "… and what differs in {left} more.",
                "……还有 {left} 个的差别没有列出。"
            ));
        }
    }

    /// Adds as many rows as there is room for, and says how many are left.
    fn rows(&mut self, rows: &[String]) {
        let mut length = self.text.len();
        let room = |row: &&String| {
            length += row.len();
            length <= LONGEST
        };
        let shown = rows.iter().take_while(room).count();
        self.text
            .extend(rows.iter().take(shown).map(String::as_str));
        if shown < rows.len() {
            let left = rows.len() - shown;
            self.paragraph(&tr!("… and {left} more.", "……还有 {left} 个。"));
        }
    }

    pub(super) fn finish(self, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// Returns a piece of advice behind its label.
pub(super) fn hint(advice: &str) -> String {
    let advice = prose(advice);
    tr!("hint: {advice}", "提示：{advice}")
}
