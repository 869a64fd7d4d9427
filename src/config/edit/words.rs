//! How the words that are put in are written: the keys, and the quotes of what stands there already.

use crate::config::format::Format;

use super::wish::Keys;

/// What texts stand between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// What the format needs.
    Needed,
    /// `'`.
    Single,
    /// `"`.
    Double,
}

impl Quotes {
    /// Returns the quotes of a text that stands in a file.
    pub(super) fn of(written: &str) -> Self {
        match written.chars().next() {
            Some('\'') => Self::Single,
            Some('"') => Self::Double,
            _ => Self::Needed,
        }
    }
}

/// How the words of a format are written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) format: Format,
    pub(super) quotes: Quotes,
    /// Whether keys have quotes as well, as in JSON.
    pub(super) quotes_keys: bool,
}

impl Words {
    pub(super) fn text(self, text: &str) -> String {
        match self.quotes {
            Quotes::Single if !text.contains('\'') => format!("'{text}'"),
            Quotes::Double => format!("{text:?}"),
            Quotes::Single | Quotes::Needed => self.format.quote(text),
        }
    }

    pub(super) fn key(self, key: &str) -> String {
        match (self.quotes_keys, self.format) {
            (true, Format::Yaml) => format!("{key:?}"),
            _ => key.to_owned(),
        }
    }

    /// Writes a key with its value.
    pub(super) fn pair(self, key: &str, value: &str) -> String {
        let is = match self.format {
            Format::Yaml => ": ",
            Format::Toml => " = ",
        };
        format!("{}{is}{value}", self.key(key))
    }

    /// Writes the value of `platforms`.
    pub(super) fn platforms(self, platforms: &[String]) -> String {
        if is_all(platforms) {
            return self.text(ALL);
        }
        let platforms: Vec<_> = platforms.iter().map(|one| self.text(one)).collect();
        format!("[{}]", platforms.join(", "))
    }

    /// Writes the keys that are wanted, each with its value.
    pub(super) fn pairs(self, keys: &Keys) -> Vec<String> {
        let platforms = (!keys.platforms.is_empty())
            .then(|| self.pair("platforms", &self.platforms(&keys.platforms)));
        let target = keys.target.as_ref();
        let target = target.map(|target| self.pair("target", &self.text(target)));
        platforms.into_iter().chain(target).collect()
    }

    /// Writes an image as it stands in brackets: its source alone, or a table.
    pub(super) fn inline(self, image: &str, keys: &Keys, is_table: bool) -> String {
        let source = self.text(image);
        if keys.is_empty() && !is_table {
            return source;
        }
        let pairs = [vec![self.pair("source", &source)], self.pairs(keys)].concat();
        format!("{{ {} }}", pairs.join(", "))
    }
}

/// What stands for every platform.
pub(super) const ALL: &str = "all";

/// Tells whether every platform is wanted.
pub(super) fn is_all(platforms: &[String]) -> bool {
    matches!(platforms, [all] if all == ALL)
}
