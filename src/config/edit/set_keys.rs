//! Other keys of an image in a mirror file.

use std::ops::Range;

use crate::config::format::Format;
use crate::config::node::{Node, Pair, Value};

use super::brackets::Brackets;
use super::line;
use super::mirror_text::{MirrorText, Seat, items, pair};
use super::wish::{Keys, is_one_platform};
use super::words::{Quotes, Words, is_all};
use super::yaml_text::{self, Behind};

/// How many platforms may come and go; there are no more.
const MOST_CHANGES: usize = 1000;

/// Returns the file with other keys of the image whose source begins at a byte.
pub(super) fn set(format: Format, text: &str, at: usize, keys: &Keys) -> Option<String> {
    let mirror = MirrorText::of(format, text)?;
    let index = mirror.index(at)?;
    let (image, ..) = mirror.image(index)?;
    if matches!(image.value, Value::Scalar { .. }) {
        return to_table(&mirror, index, keys);
    }
    let Keys { platforms, target } = keys;
    let mut text = text.to_owned();
    if let Some(target) = target {
        let image = Image::of(format, &text, index)?;
        text = image.set("target", |words| words.text(target))?;
    }
    if platforms.is_empty() {
        return Some(text);
    }
    // One change at a time, since each moves what is behind it.
    for _ in 0..MOST_CHANGES {
        let image = Image::of(format, &text, index)?;
        let changed = image.platforms(platforms)?;
        if changed == text {
            return Some(text);
        }
        text = changed;
    }
    None
}

/// Makes a table of an image that is its source alone.
fn to_table(mirror: &MirrorText<'_>, index: usize, keys: &Keys) -> Option<String> {
    let text = mirror.text;
    let (item, words, seat) = mirror.image(index)?;
    let place = seat.item(index)?;
    let span = item.span.clone();
    if span.start < place.start || span.end > place.end {
        return None;
    }
    let written = &text[span.clone()];
    let source = words.pair("source", written);
    let pairs = words.pairs(keys);
    if !matches!(seat, Seat::Block(_)) {
        let table = [vec![source], pairs].concat().join(", ");
        return Some(line::replace(text, span, &format!("{{ {table} }}")));
    }
    if written.contains('\n') {
        return None;
    }
    let start = line::start(text, span.start);
    let indent = " ".repeat(span.start - start);
    let lines = pairs.iter().map(|pair| format!("{indent}{pair}"));
    let lines: Vec<_> = lines.collect();
    let more = line::put_in(
        text,
        line::end(text, span.start),
        &lines.join(line::ending(text)),
    );
    Some(line::replace(&more, span, &source))
}

/// An image that is a table.
struct Image<'t> {
    format: Format,
    text: &'t str,
    node: Node,
    words: Words,
    /// Where it stands.
    place: Range<usize>,
    table: Table,
}

/// How a table stands in a file.
enum Table {
    Brackets(Brackets),
    /// One key a line, with these blanks before each; more go to the end.
    Lines {
        indent: String,
        end: usize,
    },
}

impl<'t> Image<'t> {
    fn of(format: Format, text: &'t str, index: usize) -> Option<Self> {
        let mirror = MirrorText::of(format, text)?;
        let (item, words, seat) = mirror.image(index)?;
        let place = seat.item(index)?.clone();
        let inside = match &seat {
            Seat::Block(block) => block.inside(text, index)?,
            _ => yaml_text::skip(text, place.start),
        };
        let table = match &seat {
            _ if text[inside..].starts_with('{') => {
                Table::Brackets(Brackets::at(text, inside, format)?)
            }
            Seat::Block(_) if !text[inside..].starts_with('*') => Table::Lines {
                indent: " ".repeat(inside - line::start(text, inside)),
                end: place.end,
            },
            Seat::Tables(_) => Table::Lines {
                indent: String::new(),
                end: super::toml_text::Tables::of(text)?.own_end(&place)?,
            },
            _ => return None,
        };
        Some(Self {
            format,
            text,
            node: item.clone(),
            words,
            place,
            table,
        })
    }

    /// Returns a key that stands in the image itself, and not in what it takes over from elsewhere.
    fn own(&self, key: &str) -> Option<&Pair> {
        let pair = pair(&self.node, key)?;
        let is_here =
            self.place.start <= pair.key_span.start && pair.key_span.end <= self.place.end;
        is_here.then_some(pair)
    }

    /// Returns the text with something else behind a key.
    fn set(&self, key: &str, value: impl Fn(Words) -> String) -> Option<String> {
        let Some(pair) = self.own(key) else {
            let own = self.words.pair(key, &value(self.words));
            return Some(match &self.table {
                Table::Brackets(brackets) => brackets.put_in(self.text, &own),
                Table::Lines { indent, end } => {
                    line::put_in(self.text, *end, &format!("{indent}{own}"))
                }
            });
        };
        let span = self.value_span(pair)?;
        let written = &self.text[span.clone()];
        let words = match &pair.value.value {
            Value::Scalar { .. } => Words {
                quotes: Quotes::of(written),
                ..self.words
            },
            _ => self.words,
        };
        let blank = if self.text[..span.start].ends_with(':') {
            " "
        } else {
            ""
        };
        let value = format!("{blank}{}", value(words));
        Some(line::replace(self.text, span, &value))
    }

    /// Returns where the value of a key stands.
    fn value_span(&self, pair: &Pair) -> Option<Range<usize>> {
        let Node { value, span } = &pair.value;
        if self.format == Format::Toml {
            return Some(span.clone());
        }
        Some(match yaml_text::behind(self.text, pair.key_span.end)? {
            Behind::Nothing(at) => at..at,
            Behind::Alias(span) => span,
            Behind::Brackets(brackets) => brackets.open..brackets.close + 1,
            Behind::Block(block) => {
                let end = block.items.last()?.end;
                let colon = self.text[pair.key_span.end..].find(':')?;
                let begin = pair.key_span.end + colon + 1;
                begin..begin + self.text[begin..end].trim_end().len()
            }
            Behind::Other(_) if matches!(value, Value::Scalar { .. }) => span.clone(),
            Behind::Other(_) => return None,
        })
    }

    /// Returns the text with one platform more or less than it has; as it is where it has those that are wanted.
    fn platforms(&self, wanted: &[String]) -> Option<String> {
        let all = || self.set("platforms", |words| words.platforms(wanted));
        let Some(own) = self.own("platforms") else {
            return all();
        };
        let there = match &own.value.value {
            Value::List(there) if !is_all(wanted) => there,
            Value::Scalar { text, .. } => {
                return match wanted {
                    [one] if one == text => Some(self.text.to_owned()),
                    [one] => self.set("platforms", |words| words.text(one)),
                    _ => all(),
                };
            }
            _ => return all(),
        };
        let mirror = MirrorText::of(self.format, self.text)?;
        let seat = mirror.seat(own)?;
        let named = |node: &Node| match &node.value {
            Value::Scalar { text, .. } => text.clone(),
            _ => String::new(),
        };
        let there: Vec<_> = there.iter().map(named).collect();
        let is_in = |one: &String, others: &[String]| {
            others.iter().any(|other| is_one_platform(one, other))
        };
        if let Some(more) = wanted.iter().find(|one| !is_in(one, &there)) {
            let quotes = items(&own.value).last();
            let quotes = quotes.map(|last| Quotes::of(&self.text[last.span.clone()]));
            let words = Words {
                quotes: quotes.unwrap_or(self.words.quotes),
                ..self.words
            };
            let more = words.text(more);
            return match seat {
                Seat::Brackets(brackets) => Some(brackets.put_in(self.text, &more)),
                Seat::Block(block) => block.put_in(self.text, &[more]),
                _ => None,
            };
        }
        let is_needless = |at: &usize| {
            let one = &there[*at];
            !is_in(one, wanted) || is_in(one, &there[..*at])
        };
        match (0..there.len()).find(is_needless) {
            None => Some(self.text.to_owned()),
            Some(less) => seat.take_out(self.text, less),
        }
    }
}
