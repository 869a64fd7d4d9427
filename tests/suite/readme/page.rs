//! A page of documentation, taken apart.

use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// What the tests look at.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) path: PathBuf,
    /// Fenced blocks: their language and their text.
    pub(super) blocks: Vec<(String, String)>,
    /// The text of every code span.
    pub(super) spans: Vec<String>,
    /// The code spans of every table row, heads included, cell by cell.
    pub(super) rows: Vec<Vec<Vec<String>>>,
    /// The text outside of code in every cell of every table.
    pub(super) cells: Vec<String>,
    pub(super) links: Vec<String>,
    pub(super) anchors: Vec<String>,
    /// The level of every heading.
    pub(super) levels: Vec<HeadingLevel>,
    /// The text outside of code, with an end of line after whatever stands by itself.
    pub(super) prose: String,
}

impl Page {
    /// Reads a page of the repository.
    pub(super) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut page = Self {
            path: path.to_owned(),
            ..Self::default()
        };
        let mut heading: Option<String> = None;
        let mut block: Option<(String, String)> = None;
        let mut cell: Option<Vec<String>> = None;
        let mut cell_begin = 0;
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    page.levels.push(level);
                    heading = Some(String::new());
                }
                Event::End(TagEnd::Heading(_)) => {
                    page.anchors
                        .extend(heading.take().map(|text| anchor(&text)));
                    page.prose.push('\n');
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    block = Some((language.to_string(), String::new()));
                }
                Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
                Event::Start(Tag::TableHead | Tag::TableRow) => page.rows.push(vec![]),
                Event::Start(Tag::TableCell) => {
                    cell = Some(vec![]);
                    cell_begin = page.prose.len();
                }
                Event::End(TagEnd::TableCell) => {
                    if let Some(row) = page.rows.last_mut() {
                        row.extend(cell.take());
                    }
                    page.cells.push(page.prose[cell_begin..].to_owned());
                    page.prose.push('\n');
                }
                Event::End(TagEnd::Paragraph | TagEnd::Item) => page.prose.push('\n'),
                Event::Start(Tag::Link { dest_url, .. }) => page.links.push(dest_url.to_string()),
                Event::Code(code) => {
                    page.spans.push(code.to_string());
                    page.prose.push(' ');
                    if let Some(cell) = &mut cell {
                        cell.push(code.to_string());
                    }
                    if let Some(text) = &mut heading {
                        text.push_str(&code);
                    }
                }
                Event::Text(text) => {
                    if let Some((_, lines)) = &mut block {
                        lines.push_str(&text);
                        continue;
                    }
                    page.prose.push_str(&text);
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        page
    }

    /// Returns every `pusher …` that can be typed, from blocks and from running text.
    pub(super) fn commands(&self) -> Vec<String> {
        let shells = ["sh", "bash", "console", "shell"];
        let lines = self
            .blocks
            .iter()
            .filter(|(language, _)| shells.contains(&language.as_str()))
            .flat_map(|(_, text)| text.lines());
        let spans = self.spans.iter().map(String::as_str);
        lines
            .chain(spans)
            .map(|line| line.trim().trim_start_matches("$ "))
            .filter(|line| line.starts_with("pusher "))
            .map(|line| {
                let ends = ["#", ">", "|", "&", ";"];
                let words = line.split_whitespace();
                let typed: Vec<_> = words.take_while(|word| !ends.contains(word)).collect();
                typed.join(" ")
            })
            .collect()
    }

    /// Returns the text of the only block in this language.
    pub(super) fn block(&self, wanted: &str) -> &str {
        let mut found = self
            .blocks
            .iter()
            .filter(|(language, _)| language == wanted);
        let (_, text) = found.next().unwrap();
        assert!(
            found.next().is_none(),
            "{}: two blocks in {wanted}",
            self.path.display()
        );
        text
    }
}

/// Returns the anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| {
        if c == ' ' {
            '-'
        } else {
            c.to_ascii_lowercase()
        }
    })
    .collect()
}
