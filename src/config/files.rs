//! The texts that were read, and places in them.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::LineStarts;
use crate::plan::DeclaredAt;

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was named; shared, since there are many places.
    pub file: Arc<str>,
    /// The bytes of its text.
    pub span: Range<usize>,
}

/// The texts that were read, by the names that [`Place`] uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files(IndexMap<String, Text>);

/// A text, and where its lines begin.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Text {
    text: String,
    lines: LineStarts,
}

impl Files {
    /// Keeps a text; a byte order mark is dropped. A name that is known already keeps its text.
    pub fn add(&mut self, name: &str, text: &str) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = Text {
            text: text.to_owned(),
            lines: LineStarts::of(text),
        };
        self.0.entry(name.to_owned()).or_insert(text);
    }

    /// Puts stars where something stands that must never be shown; the text keeps its length.
    pub(super) fn mask(&mut self, place: &Place) {
        let Some(file) = self.0.get_mut(&*place.file) else {
            return;
        };
        let Some(secret) = file.text.get(place.span.clone()) else {
            return;
        };
        let stars: String = secret
            .bytes()
            .map(|b| if b == b'\n' { '\n' } else { '*' })
            .collect();
        file.text.replace_range(place.span.clone(), &stars);
    }

    /// Returns the texts, each with its name.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, file)| (&**name, &*file.text))
    }

    /// Returns the number of the file that is called `name`, in the order of reading.
    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.0.get_index_of(name)
    }

    /// Tells whether there is a text of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Returns a file's text; empty if there is no such file.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |file| &file.text)
    }

    /// Returns the part of a text that a place stands for; empty if there is no such part.
    pub fn part(&self, place: &Place) -> &str {
        self.text(&place.file)
            .get(place.span.clone())
            .unwrap_or_default()
    }

    /// Returns the line and the column at which a place begins, both counted from 1, the column
    /// in characters.
    pub fn position(&self, place: &Place) -> (usize, usize) {
        self.position_of(&place.file, place.span.start)
    }

    /// Returns the line and the column at which a place ends.
    pub fn end_position(&self, place: &Place) -> (usize, usize) {
        self.position_of(&place.file, place.span.end)
    }

    /// Returns the place's file and line, as entries are traced back to.
    pub fn origin(&self, place: &Place) -> DeclaredAt {
        DeclaredAt {
            file: place.file.clone(),
            line: self.line(place),
        }
    }

    /// Returns the line at which a place begins. A file may be all one line, so that counting the characters
    /// before each of its places would take too long.
    pub fn line(&self, place: &Place) -> usize {
        let file = self.0.get(&*place.file);
        file.map_or(1, |file| file.lines.line_at(&file.text, place.span.start).0)
    }

    fn position_of(&self, file: &str, offset: usize) -> (usize, usize) {
        let Some(file) = self.0.get(file) else {
            return (1, 1);
        };
        let offset = offset.min(file.text.len());
        let (line, start) = file.lines.line_at(&file.text, offset);
        let before = file.text.get(start..offset).unwrap_or_default();
        (line, before.chars().count() + 1)
    }
}

/// Returns `path` as it is reached from where `file`'s own path is.
pub(super) fn beside(file: &str, path: &str) -> String {
    let joined = Path::new(file).parent().unwrap_or(Path::new("")).join(path);
    joined.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters_from_one() {
        let mut files = Files::default();
        let text = "a\n：b\r\nc";
        files.add("f", text);
        let position = |offset| {
            files.position(&Place {
                file: "f".into(),
                span: offset..offset,
            })
        };
        assert_eq!(position(0), (1, 1));
        assert_eq!(position(1), (1, 2));
        assert_eq!(position(2), (2, 1));
        assert_eq!(position(5), (2, 2));
        assert_eq!(position(text.len()), (3, 2));
        assert_eq!(position(99), (3, 2));
    }

    #[test]
    fn drops_a_byte_order_mark() {
        let mut files = Files::default();
        files.add("a", "\u{feff}x");
        files.add("a", "y");
        assert_eq!((files.text("a"), files.text("b")), ("x", ""));
    }
}
