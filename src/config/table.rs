//! Tables of a mirror file, key by key: what nobody asks for is reported.

use super::diagnostics::Diagnostic;
use super::node::{Node, Pair, Value};
use super::reader::Reader;
use super::spelling::closest;

/// A table that is being read: the keys that nobody has asked for yet, and those asked for.
pub(super) struct Table<'n> {
    open: Vec<&'n Pair>,
    known: Vec<&'static str>,
}

impl<'n> Table<'n> {
    /// Takes a key out; a key with no value is as good as none.
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.take_pair(key)
            .map(|pair| &pair.value)
            .filter(|node| node.value != Value::Nothing)
    }

    /// Takes a key out, and reads its value.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'n Node, &str) -> Option<T>,
    ) -> Option<T> {
        read(self.take(key)?, key)
    }

    /// Takes a key out with its value, even if it has none.
    pub(super) fn take_pair(&mut self, key: &'static str) -> Option<&'n Pair> {
        self.known.push(key);
        let at = self.open.iter().position(|pair| pair.key == key)?;
        Some(self.open.remove(at))
    }

    /// Takes all that is left, whatever the keys.
    pub(super) fn take_rest(&mut self) -> Vec<&'n Pair> {
        std::mem::take(&mut self.open)
    }

    /// Returns the known key that an unknown one was probably meant to be.
    pub(super) fn meant(&self, key: &str) -> Option<&'static str> {
        closest(key, self.known.iter().copied())
    }

    /// Returns what nobody has asked for yet.
    pub(super) fn rest(&self) -> &[&'n Pair] {
        &self.open
    }
}

impl Reader<'_> {
    /// Reads a table. Of two equal keys the first counts, and both are reported.
    pub(super) fn table<'n>(&mut self, node: &'n Node, key: &str) -> Option<Table<'n>> {
        let pairs = match &node.value {
            Value::Table(pairs) => pairs.as_slice(),
            Value::Nothing => &[],
            Value::Scalar { .. } | Value::List(_) => {
                self.wrong_type(node, key, "a table", None);
                return None;
            }
        };
        let mut open: Vec<&Pair> = Vec::new();
        for pair in pairs {
            match open.iter().find(|first| first.key == pair.key) {
                None => open.push(pair),
                Some(first) => {
                    let first = self.place(&first.key_span);
                    let message = format!("the key `{}` stands here twice", pair.key);
                    let diagnostic = Diagnostic::error("duplicate-key", message)
                        .at(self.place(&pair.key_span))
                        .label("again")
                        .related(first, "the first time")
                        .help("keep one of them");
                    self.report(diagnostic);
                }
            }
        }
        Some(Table {
            open,
            known: Vec::new(),
        })
    }

    /// Reports the keys of a table that nobody asked for.
    pub(super) fn finish(&mut self, table: Table<'_>, what: &str) {
        for pair in table.open {
            let message = format!("unknown key `{}` in {what}", pair.key);
            let place = self.place(&pair.key_span);
            let diagnostic = Diagnostic::error("unknown-key", message).at(place.clone());
            let diagnostic = if let Some(meant) = closest(&pair.key, table.known.iter().copied()) {
                diagnostic
                    .help(format!("did you mean `{meant}`?"))
                    .replace(place, meant)
            } else {
                let known: Vec<String> = table.known.iter().map(|key| format!("`{key}`")).collect();
                diagnostic.help(format!("the keys there are: {}", known.join(", ")))
            };
            self.report(diagnostic);
        }
    }
}
