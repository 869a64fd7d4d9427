//! A mirror file as text: an image more, an image less, other keys of an image.
//!
//! What the reader found tells where images and keys stand, [`super::yaml_text`], [`super::toml_text`] and
//! [`super::brackets`] how far they reach. None is returned of what is laid out in another way.

use std::ops::Range;

use crate::config::format::Format;
use crate::config::node::{Node, Pair, Value};
use crate::config::{from_toml, from_yaml};

use super::brackets::Brackets;
use super::line;
use super::toml_text::{self, Tables};
use super::wish::Keys;
use super::words::{Quotes, Words};
use super::yaml_text::{self, Behind, Block};

/// A mirror file that can be edited.
pub(super) struct MirrorText<'t> {
    pub(super) text: &'t str,
    pub(super) format: Format,
    root: Node,
}

/// How the images stand in a file.
pub(super) enum Seat {
    /// There are none yet, and the key ends here.
    Nothing(usize),
    Brackets(Brackets),
    Block(Block),
    /// Each as a table with a header.
    Tables(Vec<Range<usize>>),
    /// As a word that means nothing.
    Null(Range<usize>),
}

impl Seat {
    fn items(&self) -> &[Range<usize>] {
        match self {
            Self::Nothing(_) | Self::Null(_) => &[],
            Self::Brackets(brackets) => &brackets.parts,
            Self::Block(block) => &block.items,
            Self::Tables(tables) => tables,
        }
    }

    /// Returns where an image stands.
    pub(super) fn item(&self, index: usize) -> Option<&Range<usize>> {
        self.items().get(index)
    }

    /// Returns the text without an item.
    pub(super) fn take_out(&self, text: &str, index: usize) -> Option<String> {
        match self {
            Self::Nothing(_) | Self::Null(_) => None,
            Self::Brackets(brackets) => brackets.take_out(text, index),
            Self::Block(block) => block.take_out(text, index),
            Self::Tables(tables) => Some(toml_text::take_out(text, tables.get(index)?)),
        }
    }
}

impl<'t> MirrorText<'t> {
    /// Reads a file.
    pub(super) fn of(format: Format, text: &'t str) -> Option<Self> {
        let root = match format {
            Format::Yaml => from_yaml::parse(text),
            Format::Toml => from_toml::parse(text),
        };
        let root = root.ok()?;
        Some(Self { text, format, root })
    }

    /// Returns the file with an image behind the others.
    pub(super) fn add(&self, image: &str, keys: &Keys) -> Option<String> {
        let text = self.text;
        let Some(pair) = pair(&self.root, "images") else {
            return self.add_first(image, keys);
        };
        let words = self.words(pair);
        let last = items(&pair.value).last();
        let inline = |is_table| words.inline(image, keys, is_table);
        match self.seat(pair)? {
            Seat::Nothing(at) => {
                let own = line::start(text, pair.key_span.start);
                let indent = format!("{}  ", &text[own..pair.key_span.start]);
                let item = yaml_text::item(text, &indent, &block_lines(words, image, keys));
                Some(line::put_in(text, line::end(text, at), &item))
            }
            Seat::Null(word) => Some(line::replace(text, word, &format!("[{}]", inline(false)))),
            Seat::Brackets(brackets) => Some(brackets.put_in(text, &inline(false))),
            Seat::Block(block) => {
                let inside = block.inside(text, block.items.len().checked_sub(1)?)?;
                let is_inline = text[inside..].starts_with('{')
                    && last.is_some_and(|last| matches!(last.value, Value::Table(_)));
                let lines = if is_inline {
                    vec![inline(false)]
                } else {
                    block_lines(words, image, keys)
                };
                block.put_in(text, &lines)
            }
            Seat::Tables(tables) => {
                let source = words.pair("source", &words.text(image));
                let pairs = [vec![source], words.pairs(keys)].concat();
                toml_text::put_in(text, &tables, &pairs)
            }
        }
    }

    /// Returns the file with its first image.
    fn add_first(&self, image: &str, keys: &Keys) -> Option<String> {
        let text = self.text;
        let Value::Table(pairs) = &self.root.value else {
            return None;
        };
        let first = pairs.first()?;
        let words = self.words(first);
        let inline = words.inline(image, keys, false);
        if self.format == Format::Toml {
            let ending = line::ending(text);
            let key = format!("images = [{ending}  {inline},{ending}]");
            let end = Tables::of(text)?.root_end;
            return (end > 0).then(|| line::put_in(text, end, &key));
        }
        let begin = yaml_text::skip(text, 0);
        let begin = match text[begin..].strip_prefix("---") {
            Some(_) => yaml_text::skip(text, begin + 3),
            None => begin,
        };
        if text[begin..].starts_with('{') {
            let root = Brackets::at(text, begin, Format::Yaml)?;
            let key = words.pair("images", &format!("[{inline}]"));
            return Some(root.put_in(text, &key));
        }
        let start = first.key_span.start;
        let indent = &text[line::start(text, start)..start];
        let key = format!("{indent}images:{}", line::ending(text));
        let lines = block_lines(words, image, keys);
        let item = yaml_text::item(text, &format!("{indent}  "), &lines);
        let end = yaml_text::document_end(text, start);
        Some(line::put_in(text, end, &format!("{key}{item}")))
    }

    /// Returns the file without the image whose source begins at a byte, or without the tag that does.
    pub(super) fn remove(&self, at: usize) -> Option<String> {
        let images = pair(&self.root, "images")?;
        let seat = self.seat(images)?;
        // Of those that stand for one text the last is one that only names it.
        let index = self.index(at);
        if let Some(index) = index {
            return seat.take_out(self.text, index);
        }
        let list = items(&images.value);
        let tag = |item: &Node| {
            let tags = pair(item, "tags")?;
            let index = items(&tags.value)
                .iter()
                .position(|tag| tag.span.start == at);
            Some((tags.clone(), index?))
        };
        let (index, (tags, tag)) = list
            .iter()
            .enumerate()
            .find_map(|(index, item)| Some((index, tag(item)?)))?;
        let is_last = items(&tags.value).len() == 1 && pair(&list[index], "select").is_none();
        if is_last {
            return seat.take_out(self.text, index);
        }
        self.seat(&tags)?.take_out(self.text, tag)
    }

    /// Returns which image has its source at a byte.
    pub(super) fn index(&self, at: usize) -> Option<usize> {
        let images = pair(&self.root, "images")?;
        let is_it = |item: &Node| source(item).is_some_and(|source| source.span.start == at);
        items(&images.value).iter().rposition(is_it)
    }

    /// Returns an image, and how all of them stand here.
    pub(super) fn image(&self, index: usize) -> Option<(&Node, Words, Seat)> {
        let images = pair(&self.root, "images")?;
        let item = items(&images.value).get(index)?;
        let quotes = source(item).map(|source| Quotes::of(&self.text[source.span.clone()]));
        let words = Words {
            quotes: quotes.unwrap_or(Quotes::Needed),
            ..self.words(images)
        };
        Some((item, words, self.seat(images)?))
    }

    /// Finds how a list stands here.
    pub(super) fn seat(&self, list: &Pair) -> Option<Seat> {
        let seat = match self.format {
            Format::Toml => {
                let tables = Tables::of(self.text)?.images();
                if list.key == "images" && !tables.is_empty() {
                    Seat::Tables(tables)
                } else {
                    Seat::Brackets(Brackets::at(self.text, list.value.span.start, self.format)?)
                }
            }
            Format::Yaml => match yaml_text::behind(self.text, list.key_span.end)? {
                Behind::Nothing(at) => Seat::Nothing(at),
                Behind::Brackets(brackets) => Seat::Brackets(brackets),
                Behind::Block(block) => Seat::Block(block),
                Behind::Other(at) if list.value.value == Value::Nothing => {
                    let word = self.text[at..].split(char::is_whitespace).next()?;
                    Seat::Null(at..at + word.len())
                }
                Behind::Alias(_) | Behind::Other(_) => return None,
            },
        };
        (seat.items().len() == items(&list.value).len()).then_some(seat)
    }

    /// Returns how words are written beside this key, whose value may be a list of images.
    fn words(&self, beside: &Pair) -> Words {
        let written = items(&beside.value).iter().rev();
        let mut texts = written.filter_map(|item| {
            let source = source(item)?;
            self.text.get(source.span.clone())
        });
        let key = Quotes::of(&self.text[beside.key_span.clone()]);
        let quotes = texts.next().map_or(key, Quotes::of);
        Words {
            format: self.format,
            quotes,
            quotes_keys: self.format == Format::Yaml && key == Quotes::Double,
        }
    }
}

/// Writes an image as an item in block style.
fn block_lines(words: Words, image: &str, keys: &Keys) -> Vec<String> {
    let source = words.text(image);
    if keys.is_empty() {
        return vec![source];
    }
    [vec![words.pair("source", &source)], words.pairs(keys)].concat()
}

/// Returns a key of a table.
pub(super) fn pair<'n>(table: &'n Node, key: &str) -> Option<&'n Pair> {
    let Value::Table(pairs) = &table.value else {
        return None;
    };
    pairs.iter().find(|pair| pair.key == key)
}

/// Returns the items of a list.
pub(super) fn items(list: &Node) -> &[Node] {
    match &list.value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// Returns the source of an image.
fn source(item: &Node) -> Option<&Node> {
    match &item.value {
        Value::Scalar { .. } => Some(item),
        _ => Some(&pair(item, "source")?.value),
    }
}
