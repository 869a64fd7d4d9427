//! What every JSON document is made of, and how it is written.

use std::fmt;
use std::io;

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::{Serialize, Serializer};

use crate::model;
use crate::plan as core;
use crate::render::sanitize::is_command;

/// The version of every JSON document.
pub(super) const FORMAT_VERSION: &str = "1.0";

/// Where the images go.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct Target {
    /// What the mirror file calls it; not there: it has one target, without a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<core::TargetLabel>,
    /// The registry's host.
    pub(super) registry: String,
    /// The namespace below which every image goes; null where the registry has none.
    pub(super) namespace: Option<String>,
    /// What the registry accepts, by the name of its profile: `acr-personal`, `acr-enterprise`, `generic`, …
    pub(super) profile: String,
}

impl From<&core::Target> for Target {
    fn from(target: &core::Target) -> Self {
        Self {
            name: target.label.clone(),
            registry: target.registry.clone(),
            namespace: target.namespace.clone(),
            profile: target.profile.name.to_string(),
        }
    }
}

/// The line that declared an image.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct Origin {
    /// The file, as it was named.
    pub(super) file: String,
    /// The line, counted from 1.
    pub(super) line: usize,
}

impl From<&core::DeclaredAt> for Origin {
    fn from(origin: &core::DeclaredAt) -> Self {
        Self {
            file: origin.file.to_string(),
            line: origin.line,
        }
    }
}

/// What a tag points to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct Descriptor {
    /// The digest of the manifest or index.
    pub(super) digest: String,
    /// Its media type.
    pub(super) media_type: String,
    /// Its size in bytes; the layers are not counted.
    pub(super) size: u64,
}

impl From<&model::Descriptor> for Descriptor {
    fn from(descriptor: &model::Descriptor) -> Self {
        Self {
            digest: descriptor.digest.to_string(),
            media_type: descriptor.media_type.clone(),
            size: descriptor.size,
        }
    }
}

/// Which platforms of an image are wanted: a list, or `"all"`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Platforms {
    /// Every one that the source has.
    All(All),
    /// These.
    Only(Vec<String>),
}

/// The word `all`.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum All {
    /// Every one.
    All,
}

impl From<&model::Platforms> for Platforms {
    fn from(platforms: &model::Platforms) -> Self {
        match platforms {
            model::Platforms::All => Self::All(All::All),
            model::Platforms::Only(patterns) => {
                Self::Only(patterns.iter().map(ToString::to_string).collect())
            }
        }
    }
}

/// Writes a document, ending with a new line.
///
/// What a terminal or the log of a job could act on is written as an escape: people look at JSON too.
pub fn write<T: Serialize>(document: &T, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut lines = Lines {
        out,
        line: Vec::new(),
    };
    serde_json::to_writer_pretty(&mut lines, document).map_err(|_| fmt::Error)?;
    io::Write::write_all(&mut lines, b"\n").map_err(|_| fmt::Error)
}

/// Writes a text line by line, so that the whole of it is never held.
struct Lines<'a> {
    out: &'a mut dyn fmt::Write,
    /// What was written of the line so far. A string has no line end in it, so that each is in one line.
    line: Vec<u8>,
}

impl io::Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = str::from_utf8(&self.line).map_err(io::Error::other)?;
                write_line(line, self.out).map_err(io::Error::other)?;
                self.line.clear();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_line(line: &str, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut told = 0;
    for (at, character) in line.char_indices() {
        // Outside strings the text has no such character but the new line.
        if character != '\n' && model::is_hidden(character) || is_command(line, at) {
            out.write_str(&line[told..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            told = at + character.len_utf8();
        }
    }
    out.write_str(&line[told..])
}

/// A list of which each item is made when it is written, so that all of them are never held.
pub(super) struct Items<'a, T> {
    count: usize,
    item: Box<dyn Fn(usize) -> T + 'a>,
}

impl<'a, T> Items<'a, T> {
    /// Makes one item of each of these.
    pub(super) fn of<S>(these: &'a [S], item: impl Fn(&'a S) -> T + 'a) -> Self {
        Self {
            count: these.len(),
            item: Box::new(move |at| item(&these[at])),
        }
    }

    /// Makes one item of each number.
    pub(super) fn numbered(count: usize, item: impl Fn(usize) -> T + 'a) -> Self {
        Self {
            count,
            item: Box::new(item),
        }
    }

    /// Tells whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl<T: Serialize> Serialize for Items<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.count).map(&self.item))
    }
}

/// Returns the JSON Schema of a document, as it is written.
pub fn schema<T: JsonSchema>() -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema: Schema = settings.into_generator().into_root_schema_for::<T>();
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::*;

    /// Looks at each piece that is written.
    struct Watch<F>(F);

    impl<F: FnMut(&str)> fmt::Write for Watch<F> {
        fn write_str(&mut self, piece: &str) -> fmt::Result {
            (self.0)(piece);
            Ok(())
        }
    }

    #[test]
    fn what_goes_out_is_made_line_by_line_and_never_held_as_a_whole() {
        let (made, mut written) = (Cell::new(0), 0);
        let numbers: Vec<usize> = (0..10_000).collect();
        let items = Items::of(&numbers, |number| {
            made.set(made.get() + 1);
            format!("\u{202e}{number} ::error")
        });
        let mut watch = Watch(|piece: &str| {
            written += piece.matches("error").count();
            assert!(piece.len() < 100, "{piece}");
            assert!(made.get() <= written + 2, "{} of {written}", made.get());
        });
        write(&items, &mut watch).unwrap();
        assert_eq!((made.get(), written), (10_000, 10_000));
    }

    #[test]
    fn a_document_is_what_the_library_writes_but_for_what_could_be_obeyed() {
        let document = json!({
            "plain": "é \" \\ \n :: a::b 中", "list": [[], {}, 1], "hidden": "\u{1b}\u{202e}\u{e0041}",
            "command": ["::error", "a ::error", "a::error", "##[error]"],
        });
        let mut text = String::new();
        write(&document, &mut text).unwrap();
        assert!(
            text.contains(r#""plain": "é \" \\ \n :: a::b 中""#),
            "{text}"
        );
        assert!(text.contains(r"\u202e\udb40\udc41"), "{text}");
        assert!(!text.contains("##[") && !text.contains("a ::e"), "{text}");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read, document);
    }
}
