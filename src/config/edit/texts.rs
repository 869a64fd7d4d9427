//! The texts of the files: as they are, and as they become.

use std::cell::RefCell;

use indexmap::IndexMap;

use crate::config::declared::Resolved;
use crate::config::load::load_each;
use crate::config::{FileKind, Input, ListForm, Loaded};
use crate::model::Text;

use super::called::{Called, Names};
use super::outcome::Named;

/// The mark that may stand at the beginning of a text.
const MARK: char = '\u{feff}';

/// The texts of the files, each read once.
pub(super) struct Texts<'a> {
    input: &'a Input<'a>,
    read: RefCell<IndexMap<String, Result<String, Text>>>,
    changed: IndexMap<String, String>,
}

/// What some texts declare.
pub(super) struct State {
    pub(super) loaded: Loaded,
    /// Every image, in the order of the files, those too that another one makes needless.
    pub(super) images: Vec<Resolved>,
    /// What each of them is called, for each target.
    called: Vec<Vec<Called>>,
}

impl<'a> Texts<'a> {
    pub(super) fn of(input: &'a Input<'a>) -> Self {
        Self {
            input,
            read: RefCell::default(),
            changed: IndexMap::new(),
        }
    }

    /// Returns the name of the main file.
    pub(super) fn main(&self) -> &str {
        self.input.path
    }

    /// Returns the kind of a file.
    pub(super) fn kind(&self, file: &str) -> FileKind {
        if file == self.input.path {
            return FileKind::of(file, self.input.text);
        }
        FileKind::named(file).unwrap_or(FileKind::List(ListForm::Lines))
    }

    /// Returns what a file is now, or becomes, without the mark at its beginning.
    pub(super) fn text(&self, file: &str) -> String {
        let text = self.whole(file);
        text.strip_prefix(MARK).unwrap_or(&text).to_owned()
    }

    /// Returns the same with the mark, if there is one.
    pub(super) fn whole(&self, file: &str) -> String {
        let changed = self.changed.get(file).cloned();
        changed.unwrap_or_else(|| self.original(file).unwrap_or_default())
    }

    /// Changes a file.
    pub(super) fn change(&mut self, file: &str, text: &str) {
        let has_mark = self.original(file).is_ok_and(|text| text.starts_with(MARK));
        let mark = if has_mark { "\u{feff}" } else { "" };
        self.changed
            .insert(file.to_owned(), format!("{mark}{text}"));
    }

    /// Leaves every file as it is.
    pub(super) fn reset(&mut self) {
        self.changed.clear();
    }

    /// Returns the files that are not as they were.
    pub(super) fn changed(&self) -> impl Iterator<Item = &str> {
        let others = |(file, text): &(&String, &String)| {
            self.original(file).is_ok_and(|before| before != **text)
        };
        let changed = self.changed.iter().filter(others);
        changed.map(|(file, _)| file.as_str())
    }

    /// Loads the files as they become.
    pub(super) fn load(&self) -> State {
        let read = |file: &str| match self.changed.get(file) {
            Some(text) => Ok(text.clone()),
            None => self.original(file),
        };
        let main = self.whole(self.input.path);
        let (mut images, mut called) = (vec![], vec![]);
        let input = Input {
            text: &main,
            read: &read,
            ..*self.input
        };
        let loaded = load_each(&input, &mut |(number, label), image| {
            if number == 0 {
                images.push(image.clone());
            }
            called.resize(called.len().max(number + 1), vec![]);
            called[number].push(Called {
                at: label.cloned(),
                name: image.entry.target.clone(),
            });
        });
        State {
            loaded,
            images,
            called,
        }
    }

    fn original(&self, file: &str) -> Result<String, Text> {
        if file == self.input.path {
            return Ok(self.input.text.to_owned());
        }
        let mut read = self.read.borrow_mut();
        let known = read.entry(file.to_owned());
        known.or_insert_with(|| (self.input.read)(file)).clone()
    }
}

impl State {
    /// Returns what an image is called at each target.
    pub(super) fn called(&self, at: usize) -> Vec<Called> {
        let each = self.called.iter();
        each.filter_map(|target| target.get(at)).cloned().collect()
    }

    /// Returns an image with its names.
    pub(super) fn named(&self, at: usize) -> Named {
        Named {
            entry: self.images[at].entry.clone(),
            names: Names::of(self.called(at)),
        }
    }
}
