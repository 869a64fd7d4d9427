//! An image, and the bytes of the file that it is made of.

use std::ops::Range;

use crate::model::PlatformPattern;

/// An image that stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// How it is written.
    pub shape: Shape,
    /// For which platform it is wanted, where that is said beside it.
    pub platform: Option<PlatformPattern>,
}

/// How an image is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// In one text.
    Text(Written),
    /// As a table, whose parts a chart puts together.
    Table(Table),
    /// As an item below `images` of a kustomization.
    Kustomized(Kustomized),
    /// In a way that lets nobody but a person put another in its place.
    Closed {
        /// What stands there.
        text: String,
        /// Where.
        span: Range<usize>,
        /// Why.
        why: Closed,
    },
}

/// Why nobody but a person can put another image in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It has a variable without a default.
    Variable,
    /// Its variable gets a default where it cannot be used yet: an `ARG` behind the first `FROM`.
    Late,
    /// It is what a template makes of it.
    Template,
    /// It is not written as it is read: over several lines, or with escapes.
    Escaped,
}

/// A part of a text that reads as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The bytes of the file.
    pub span: Range<usize>,
    /// What stands there.
    pub text: String,
    /// Whether it is YAML without quotes, where not every text may stand.
    pub is_plain: bool,
}

/// A text that may be put together of several parts of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// What it comes to.
    pub text: String,
    /// The parts, in order; together they are the text.
    pub pieces: Vec<Piece>,
}

/// A part of a [`Written`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The bytes of the file.
    pub span: Range<usize>,
    /// The bytes of the text.
    pub at: Range<usize>,
    /// Whether it is YAML without quotes, where not every text may stand.
    pub is_plain: bool,
}

/// An image in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The registry's host.
    pub registry: Option<Field>,
    /// The repository, perhaps with the host before it.
    pub repository: Field,
    /// The tag.
    pub tag: Option<Field>,
    /// The digest.
    pub digest: Option<Field>,
    /// Whether the digest is written without its algorithm.
    pub is_bare_digest: bool,
}

/// An item below `images` of a kustomization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kustomized {
    /// What the resources call it.
    pub name: Field,
    /// What it is called instead.
    pub new_name: Option<Grown>,
    /// The tag that it gets.
    pub new_tag: Option<Field>,
    /// The digest that it gets.
    pub digest: Option<Field>,
    /// Where a new name can be put.
    pub room: Room,
    /// Where a digest can be put.
    pub last_room: Room,
}

/// A key with its value, which can be taken out as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grown {
    /// The value.
    pub value: Field,
    /// The bytes that go with it, where nothing else stands in them.
    pub whole: Option<Range<usize>>,
}

/// Where another key of a table can be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The byte before which it goes.
    pub at: usize,
    /// What stands before the key.
    pub before: String,
    /// What stands around the key.
    pub quote: &'static str,
}

impl Room {
    /// Writes a key with its value.
    pub fn filled(&self, key: &str, value: &str) -> String {
        let Self { before, quote, .. } = self;
        let is_plain = quote.is_empty() && !value.starts_with('[');
        let around = if is_plain { "" } else { "\"" };
        format!("{before}{quote}{key}{quote}: {around}{value}{around}")
    }
}

impl Field {
    /// Makes it a text of one piece.
    pub fn written(self) -> Written {
        let Self {
            span,
            text,
            is_plain,
        } = self;
        let piece = Piece {
            span,
            at: 0..text.len(),
            is_plain,
        };
        Written {
            text,
            pieces: vec![piece],
        }
    }
}

impl Written {
    /// Puts another text behind this one.
    pub(super) fn push(&mut self, other: Self) {
        let by = self.text.len();
        self.text.push_str(&other.text);
        let moved = other.pieces.into_iter().map(|piece| Piece {
            at: piece.at.start + by..piece.at.end + by,
            ..piece
        });
        self.pieces.extend(moved);
    }

    /// Returns the first byte of the file that it is made of.
    pub fn start(&self) -> usize {
        self.pieces.first().map_or(0, |piece| piece.span.start)
    }
}

impl Spot {
    /// Makes one of a text alone.
    pub(super) fn of(written: Written) -> Self {
        Self {
            shape: Shape::Text(written),
            platform: None,
        }
    }

    /// Makes one that only a person can change.
    pub(super) fn closed(text: &str, span: Range<usize>, why: Closed) -> Self {
        Self {
            shape: Shape::Closed {
                text: text.to_owned(),
                span,
                why,
            },
            platform: None,
        }
    }

    /// Says for which platform it is.
    #[must_use]
    pub(super) fn on(self, platform: Option<PlatformPattern>) -> Self {
        Self { platform, ..self }
    }
}
