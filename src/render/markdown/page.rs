//! A Markdown document that stays below the length that GitHub takes.

use std::fmt;

/// GitHub refuses comments and issue bodies of more than 65,536 characters; the rest is for what
/// stands after the rows and for what a workflow puts around it.
const LONGEST: usize = 60_000;

/// A document under way.
pub(super) struct Page {
    text: String,
}

impl Page {
    pub(super) fn new(title: &str) -> Self {
        Self {
            text: format!("### {title}\n"),
        }
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.text.push('\n');
        self.text.push_str(text);
        self.text.push('\n');
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
            self.paragraph(&format!("… and {} more.", rows.len() - shown));
        }
    }

    pub(super) fn finish(self, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str(&self.text)
    }
}
