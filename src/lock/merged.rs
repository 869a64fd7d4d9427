//! A lock file in which both sides of a merge were kept: blocks stand there twice, and where git left
//! out of a conflict what both sides had in common, lines of two blocks stand below one header.
//!
//! This takes them apart, line by line, by the name that each line bears. Lines of older files bear none:
//! there it is not guessed whose they are.

use std::borrow::Cow;

use indexmap::IndexMap;

use super::error::LockError;
use super::notes::TABLES;

/// The keys of a block, in the order in which they are written.
const KEYS: [&str; 9] = [
    "target",
    "source",
    "source-digest",
    "platforms",
    "digest",
    "media-type",
    "size",
    "rule",
    "in-target",
];
/// How many of them, from the first on, every block has.
const REQUIRED: usize = 8;

/// A lock file in which each block is one image's.
pub(super) struct Apart<'a> {
    pub(super) text: Cow<'a, str>,
    /// For each line of the text in which line it stood; empty where nothing had to be taken apart.
    lines: Vec<usize>,
    /// The targets of which not all lines are known, and where they stand.
    pub(super) incomplete: Vec<(String, usize)>,
}

impl Apart<'_> {
    /// Tells whether anything had to be taken apart.
    pub(super) fn has_changed(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Returns in which line of the file this line of the text stood.
    pub(super) fn line(&self, line: usize) -> usize {
        self.lines.get(line - 1).copied().unwrap_or(line)
    }
}

/// A line `key = value`, or a header.
#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    key: &'a str,
    text: &'a str,
}

/// A header, and the lines up to the next.
struct Block<'a> {
    header: Line<'a>,
    lines: Vec<Line<'a>>,
}

/// The lines of an image, wherever they stood.
struct Image<'a> {
    header: Line<'a>,
    /// By key: one, or one for each version of it.
    lines: [Vec<Line<'a>>; KEYS.len()],
}

/// Takes apart what a merge left; other files, and those that are written otherwise than `pusher`
/// writes them, stay as they are.
pub(super) fn take_apart(text: &str) -> Result<Apart<'_>, LockError> {
    let as_it_is = Apart {
        text: Cow::Borrowed(text),
        lines: vec![],
        incomplete: vec![],
    };
    let Some(Parts {
        head,
        selections,
        blocks,
        notes,
    }) = split(text)
    else {
        return Ok(as_it_is);
    };
    let once = without_repeats(&head)?;
    let is_one = once.len() == head.len()
        && blocks.iter().all(Block::is_one)
        && notes.iter().all(Table::is_one);
    let is_known = |block: &Block<'_>| block.lines.iter().all(|line| KEYS.contains(&line.key));
    if is_one || !blocks.iter().all(is_known) {
        return Ok(as_it_is);
    }
    let mut out = Writer {
        text: String::new(),
        apart: as_it_is,
    };
    for line in once.into_iter().chain(selections) {
        out.line(line);
    }
    match by_name(&blocks) {
        Some(images) => images
            .iter()
            .for_each(|(name, image)| out.image(name, image)),
        None => blocks.iter().for_each(|block| out.block(block)),
    }
    for table in notes {
        table.once().into_iter().for_each(|line| out.line(line));
    }
    Ok(Apart {
        text: Cow::Owned(out.text),
        ..out.apart
    })
}

/// A file in its parts.
struct Parts<'a> {
    /// The lines before the first block.
    head: Vec<Line<'a>>,
    /// Which tags were chosen, as it stands there: a tag is a line, and taken together they are what both sides have.
    selections: Vec<Line<'a>>,
    /// The blocks of images.
    blocks: Vec<Block<'a>>,
    /// What is noted of digests: a table for each kind.
    notes: [Table<'a>; TABLES.len()],
}

/// The lines of a kind of notes, wherever they stood.
#[derive(Default)]
struct Table<'a> {
    headers: Vec<Line<'a>>,
    lines: Vec<Line<'a>>,
}

/// Where a line stands.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Head,
    Selection,
    Block,
    Notes(usize),
}

impl Part {
    /// Returns what begins with this line, if anything does.
    fn begun_by(text: &str) -> Option<Self> {
        let table = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        Some(match text {
            "[[selection]]" => Self::Selection,
            "[[image]]" | "[[retired]]" => Self::Block,
            // The other side's head may stand behind this side's first block.
            _ if text.starts_with("version =") => Self::Head,
            _ => Self::Notes(TABLES.iter().position(|known| Some(*known) == table)?),
        })
    }
}

/// Splits a file into its parts; none where a line belongs to none.
fn split(text: &str) -> Option<Parts<'_>> {
    let (mut head, mut blocks) = (vec![], Vec::<Block<'_>>::new());
    let (mut selections, mut notes) = (vec![], <[Table<'_>; TABLES.len()]>::default());
    let mut part = Part::Head;
    for (position, line) in text.lines().enumerate() {
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let number = position + 1;
        let begun = Part::begun_by(text);
        part = begun.unwrap_or(part);
        let line = |key| Line { number, key, text };
        match (part, begun) {
            (Part::Selection, _) => selections.push(line("")),
            (Part::Notes(table), Some(_)) => notes[table].headers.push(line("")),
            (Part::Notes(table), None) => notes[table].lines.push(line(key_of(text)?)),
            (Part::Block, Some(_)) => blocks.push(Block {
                header: line(""),
                lines: vec![],
            }),
            (Part::Block, None) => blocks.last_mut()?.lines.push(line(key_of(text)?)),
            (Part::Head, _) => head.push(line(key_of(text)?)),
        }
    }
    Some(Parts {
        head,
        selections,
        blocks,
        notes,
    })
}

/// Returns the key of a line.
fn key_of(text: &str) -> Option<&str> {
    Some(text.split_once('=')?.0.trim())
}

/// Returns the head with each line once.
fn without_repeats<'a>(head: &[Line<'a>]) -> Result<Vec<Line<'a>>, LockError> {
    let mut once: Vec<Line<'_>> = vec![];
    for line in head {
        match once.iter().find(|earlier| earlier.key == line.key) {
            None => once.push(*line),
            Some(earlier) if earlier.text == line.text => {}
            Some(Line { number, key, .. }) => {
                return Err(LockError {
                    line: line.number,
                    message: text!(
                        "line {number} has another `{key}`",
                        "第 {number} 行有另一个 `{key}`"
                    ),
                    hint: text!(
                        "keep the line that is true of this file, delete the other, then run `pusher lock`",
                        "保留符合这个文件的那一行，删掉另一行，再运行 `pusher lock`"
                    ),
                });
            }
        }
    }
    Ok(once)
}

/// Gathers the lines of each image by the name that each of them bears; none where one bears none.
fn by_name<'a>(blocks: &[Block<'a>]) -> Option<IndexMap<&'a str, Image<'a>>> {
    let mut images: IndexMap<&str, Image<'a>> = IndexMap::new();
    for Block { header, lines } in blocks {
        for line in lines {
            let name = line.name()?;
            let key = KEYS.iter().position(|key| *key == line.key)?;
            let image = images.entry(name).or_insert_with(|| Image {
                header: *header,
                lines: Default::default(),
            });
            let lines = &mut image.lines[key];
            if lines.iter().all(|known| known.text != line.text) {
                lines.push(*line);
            }
        }
    }
    Some(images)
}

impl<'a> Line<'a> {
    /// Returns the name of the image that this is a line of, if it bears one.
    fn name(&self) -> Option<&'a str> {
        if self.key == "target" {
            let (_, name) = self.text.split_once('=')?;
            return name.trim().strip_prefix('"')?.strip_suffix('"');
        }
        let (_, name) = self.text.rsplit_once(" # ")?;
        (!name.contains([' ', '"'])).then_some(name)
    }
}

impl<'a> Table<'a> {
    /// Tells whether each line stands there once.
    fn is_one(&self) -> bool {
        self.headers.len() <= 1 && self.once().len() == self.headers.len() + self.lines.len()
    }

    /// Returns the header, and a line a key: of several the one that comes first by its letters, which of two points in
    /// time is the earlier.
    fn once(&self) -> Vec<Line<'a>> {
        let mut once: IndexMap<&str, Line<'a>> = IndexMap::new();
        for line in &self.lines {
            let first = once.entry(line.key).or_insert(*line);
            if line.text < first.text {
                *first = *line;
            }
        }
        let header = self.headers.first().copied();
        header.into_iter().chain(once.into_values()).collect()
    }
}

impl Block<'_> {
    /// Tells whether this is one image's, with all its lines.
    fn is_one(&self) -> bool {
        let is_once = |key: &&str| self.lines.iter().filter(|line| line.key == *key).count() == 1;
        let mut names = self.lines.iter().filter_map(Line::name);
        let first = names.next();
        let is_whole = KEYS[..REQUIRED].iter().all(is_once);
        let more = self.lines.len() - REQUIRED.min(self.lines.len());
        is_whole && more <= KEYS.len() - REQUIRED && names.all(|name| Some(name) == first)
    }
}

struct Writer<'a> {
    text: String,
    apart: Apart<'a>,
}

impl Writer<'_> {
    fn line(&mut self, line: Line<'_>) {
        self.text.push_str(line.text);
        self.text.push('\n');
        self.apart.lines.push(line.number);
    }

    /// Writes a block for each version of an image.
    fn image(&mut self, name: &str, image: &Image<'_>) {
        let Image { header, lines } = image;
        let versions = lines.iter().map(Vec::len).max().unwrap_or_default();
        for version in 0..versions {
            let mut whole = vec![*header];
            let of_version = |lines: &Vec<_>| lines.get(version).or(lines.last()).copied();
            whole.extend(lines[..REQUIRED].iter().filter_map(of_version));
            if whole.len() > REQUIRED {
                whole.extend(lines[REQUIRED..].iter().filter_map(of_version));
                for line in whole {
                    self.line(line);
                }
            } else if let Some(Line { number, .. }) = whole.get(1) {
                self.apart.incomplete.push((name.to_owned(), *number));
            }
        }
    }

    /// Writes a block as it is, if it is one image's; else notes whose lines are in it.
    fn block(&mut self, block: &Block<'_>) {
        let named = |line: &&Line<'_>| line.key == "target";
        let targets: Vec<_> = block.lines.iter().filter(named).collect();
        if block.is_one() || targets.is_empty() {
            self.line(block.header);
            block.lines.iter().for_each(|line| self.line(*line));
            return;
        }
        for line in targets {
            let name = line.name().unwrap_or_default().to_owned();
            self.apart.incomplete.push((name, line.number));
        }
    }
}
