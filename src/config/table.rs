//! Tables of a mirror file, key by key: what nobody asks for is reported.

use std::collections::HashMap;
use std::fmt;

use crate::model::{Text, listed};

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
    pub(super) fn table<'n>(
        &mut self,
        node: &'n Node,
        key: impl fmt::Display,
    ) -> Option<Table<'n>> {
        let pairs = match &node.value {
            Value::Table(pairs) => pairs.as_slice(),
            Value::Nothing => &[],
            Value::Scalar { .. } | Value::List(_) => {
                self.wrong_type(node, key, &text!("a table", "表"), None);
                return None;
            }
        };
        let mut open: Vec<&Pair> = Vec::new();
        let mut firsts: HashMap<&str, &Pair> = HashMap::new();
        for pair in pairs {
            match firsts.insert(&pair.key, pair) {
                None => open.push(pair),
                Some(first) => {
                    firsts.insert(&pair.key, first);
                    let first = self.place(&first.key_span);
                    let message = text!(
                        "the key `{}` stands here twice",
                        "`{}` 这个键写了两次",
                        pair.key
                    );
                    let diagnostic = Diagnostic::error("duplicate-key", message)
                        .at(self.place(&pair.key_span))
                        .label(text!("again", "第二次"))
                        .related(first, text!("the first time", "第一次"))
                        .help(text!("keep one of them", "留下一个"));
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
    pub(super) fn finish(&mut self, table: Table<'_>, what: &Text) {
        for pair in table.open {
            let message = text!(
                "unknown key `{}` in {what}",
                "{what}里没有 `{}` 这个键",
                pair.key
            );
            let place = self.place(&pair.key_span);
            let diagnostic = Diagnostic::error("unknown-key", message).at(place.clone());
            let diagnostic = if let Some(meant) = closest(&pair.key, table.known.iter().copied()) {
                diagnostic
                    .help(text!("did you mean `{meant}`?", "要写的是 `{meant}` 吗？"))
                    .replace(place, meant)
            } else {
                let known: Vec<String> = table.known.iter().map(|key| format!("`{key}`")).collect();
                diagnostic.help(text!(
                    "the keys there are: {}",
                    "有这些键：{}",
                    listed(&known)
                ))
            };
            self.report(diagnostic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Variables;
    use crate::config::format::Format;

    /// It would take minutes if each were compared with all before it.
    #[test]
    fn keys_without_number_are_each_looked_at_once() {
        let variables = Variables::new();
        let mut reader = Reader::new("mirror.yaml", Format::Yaml, &variables);
        let node = |value| Node { value, span: 0..0 };
        let pair = |number: usize| Pair {
            key: format!("key{number}"),
            key_span: number..number,
            value: node(Value::Nothing),
        };
        let pairs = (0..100_000).map(pair).chain([pair(7), pair(7)]).collect();
        let node = node(Value::Table(pairs));
        let table = reader.table(&node, "a").unwrap();
        assert_eq!(table.rest().len(), 100_000);
        let twice = &reader.diagnostics;
        assert_eq!(twice.len(), 2);
        assert!(twice.iter().all(|told| told.related[0].0.span == (7..7)));
    }
}
