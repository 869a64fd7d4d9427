//! Reads [`Node`]s into checked values; what does not fit becomes a diagnostic, and reading goes on.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{Text, listed};

use super::Variables;
use super::at::At;
use super::diagnostics::{Diagnostic, DiagnosticKind};
use super::durations;
use super::files::Place;
use super::format::Format;
use super::keywords::Keyword;
use super::node::{Node, ScalarKind, Value};
use super::spelling::closest;
use super::variables;

/// Reads the nodes of one file.
pub(super) struct Reader<'a> {
    pub(super) file: Arc<str>,
    pub(super) format: Format,
    pub(super) environment: &'a Variables,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The parts of the file that must never be shown.
    pub(super) secrets: Vec<Range<usize>>,
    /// What of a login has no value: to be told if it turns out to be needed.
    pub(super) unset: Vec<Diagnostic>,
    /// The same, with the host that it is the login for.
    pub(super) logins: Vec<(String, Diagnostic)>,
    /// The hosts that have mirrors, and where that is said.
    pub(super) mirrors: Vec<(String, Place)>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &str, format: Format, environment: &'a Variables) -> Self {
        Self {
            file: file.into(),
            format,
            environment,
            diagnostics: Vec::new(),
            secrets: Vec::new(),
            unset: Vec::new(),
            logins: Vec::new(),
            mirrors: Vec::new(),
        }
    }

    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        Place {
            file: Arc::clone(&self.file),
            span: span.clone(),
        }
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Says that `node` is not what `key` must be, such as `a list`.
    pub(super) fn wrong_type(
        &mut self,
        node: &Node,
        key: impl fmt::Display,
        wanted: &Text,
        replacement: Option<String>,
    ) {
        let message = text!(
            "`{key}` must be {wanted}, not {}",
            "`{key}` 应该是{wanted}，不是{}",
            node.describe()
        );
        let place = self.place(&node.span);
        let diagnostic = Diagnostic::error("wrong-type", message).at(place.clone());
        self.diagnostics.push(match replacement {
            Some(text) => diagnostic.replace(place, text),
            None => diagnostic,
        });
    }

    /// Reads a text; numbers and booleans are the text that was written.
    fn scalar(&mut self, node: &Node, key: &str) -> Option<At<String>> {
        if let Value::Scalar { text, .. } = &node.value {
            return Some(At {
                value: text.clone(),
                place: self.place(&node.span),
            });
        }
        self.wrong_type(node, key, &text!("a text", "文本"), None);
        None
    }

    /// Reads a text in a place where `${NAME}` is not expanded.
    pub(super) fn text(&mut self, node: &Node, key: &str) -> Option<At<String>> {
        let text = self.scalar(node, key)?;
        if !variables::has_variables(&text.value) {
            return Some(text);
        }
        self.report(
            Diagnostic::error(
                "variable-not-allowed",
                text!(
                    "`${{NAME}}` is not expanded in `{key}`, so that everyone reads the same",
                    "`{key}` 里不展开 `${{NAME}}`，这样谁读到的都一样"
                ),
            )
            .at(text.place)
            .help(text!(
                "it is expanded in the target's `registry` and `namespace`, and in the \
                 registries' `username`, `password`, `ca-file` and `proxy`",
                "展开它的地方：目标的 `registry` 和 `namespace`，各仓库的 `username`、`password`、`ca-file` 和 `proxy`"
            )),
        );
        None
    }

    /// Reads a text in which `${NAME}` is expanded.
    pub(super) fn expanded(&mut self, node: &Node, key: &str) -> Option<At<String>> {
        let At { value, place } = self.scalar(node, key)?;
        match variables::expand(&value, self.environment) {
            Ok(value) => Some(At { value, place }),
            Err(unresolved) => {
                self.report(unresolved.diagnostic().at(place));
                None
            }
        }
    }

    /// Reads a part of a login, in which `${NAME}` is expanded; that it has no value is told if it is needed.
    pub(super) fn expanded_if_needed(&mut self, node: &Node, key: &str) -> Option<At<String>> {
        let told = self.diagnostics.len();
        let text = self.expanded(node, key);
        let is_unset = |told: &Diagnostic| told.kind == DiagnosticKind::Environment;
        if self.diagnostics.len() > told && self.diagnostics.last().is_some_and(is_unset) {
            self.unset.extend(self.diagnostics.pop());
        }
        text
    }

    /// Reads `true` or `false`.
    pub(super) fn boolean(&mut self, node: &Node, key: &str) -> Option<bool> {
        let Value::Scalar { text, kind } = &node.value else {
            self.wrong_type(node, key, &true_or_false(), None);
            return None;
        };
        let meant = match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Some(true),
            "false" | "no" | "off" | "n" => Some(false),
            _ => None,
        };
        if *kind != ScalarKind::Boolean || meant.is_none() {
            self.wrong_type(
                node,
                key,
                &true_or_false(),
                meant.map(|meant| meant.to_string()),
            );
            return None;
        }
        meant
    }

    /// Reads a number, of which `fits` must be true; `wanted` says in words what fits.
    pub(super) fn number<N: FromStr>(
        &mut self,
        node: &Node,
        key: &str,
        wanted: &Text,
        fits: impl Fn(&N) -> bool,
    ) -> Option<N> {
        let parse = |text: &str| text.replace('_', "").parse::<N>().ok().filter(&fits);
        let parsed = match &node.value {
            Value::Scalar { text, .. } => parse(text).map(|number| (number, text)),
            _ => None,
        };
        match (parsed, &node.value) {
            (
                Some((number, _)),
                Value::Scalar {
                    kind: ScalarKind::Number,
                    ..
                },
            ) => Some(number),
            (Some((_, text)), _) => {
                self.wrong_type(node, key, wanted, Some(text.clone()));
                None
            }
            (None, Value::Scalar { text, .. }) => {
                let message = not_wanted(key, wanted, text);
                let place = self.place(&node.span);
                self.report(Diagnostic::error("wrong-value", message).at(place));
                None
            }
            (None, _) => {
                self.wrong_type(node, key, wanted, None);
                None
            }
        }
    }

    /// Reads a whole number of at least 1.
    pub(super) fn at_least_one<N>(&mut self, node: &Node, key: &str) -> Option<N>
    where
        N: FromStr + PartialOrd + From<u8>,
    {
        let wanted = text!("a whole number of at least 1", "不小于 1 的整数");
        self.number(node, key, &wanted, |number| *number >= N::from(1))
    }

    /// Reads a length of time.
    pub(super) fn duration(&mut self, node: &Node, key: &str) -> Option<Duration> {
        let Value::Scalar { text, .. } = &node.value else {
            self.wrong_type(node, key, &durations::wanted(), None);
            return None;
        };
        let found = durations::parse(text);
        if found.is_none() {
            let message = not_wanted(key, &durations::wanted(), text);
            let place = self.place(&node.span);
            let diagnostic = Diagnostic::error("wrong-value", message).at(place.clone());
            // Settings of the network are in seconds, what has to be of some age is in days.
            let unit = if key == "min-age" { 'd' } else { 's' };
            let with_unit = format!("{text}{unit}");
            self.report(match durations::parse(&with_unit) {
                Some(_) => diagnostic.replace(place, self.format.quote(&with_unit)),
                None => diagnostic,
            });
        }
        found
    }

    /// Reads one of a few words.
    pub(super) fn word<T: Keyword>(&mut self, node: &Node, key: &str) -> Option<T> {
        let words = || T::WORDS.iter().map(|(word, _)| *word);
        let all: Vec<String> = words().map(|word| format!("`{word}`")).collect();
        if !matches!(node.value, Value::Scalar { .. }) {
            let wanted = text!("one of {}", "以下之一（{}）", listed(&all));
            self.wrong_type(node, key, &wanted, None);
            return None;
        }
        let written = self.text(node, key)?;
        if let Some((_, choice)) = T::WORDS.iter().find(|(word, _)| *word == written.value) {
            return Some(*choice);
        }
        let message = text!(
            "`{key}` cannot be `{}`",
            "`{key}` 不能是 `{}`",
            written.value
        );
        let diagnostic = Diagnostic::error("wrong-value", message)
            .at(written.place.clone())
            .help(text!("it is one of {}", "可选的值：{}", listed(&all)));
        self.report(match closest(&written.value, words()) {
            Some(meant) => diagnostic.replace(written.place, self.format.quote(meant)),
            None => diagnostic,
        });
        None
    }

    /// Reads a list; a single text is told how to become one.
    pub(super) fn list<'n>(&mut self, node: &'n Node, key: &str) -> &'n [Node] {
        match &node.value {
            Value::List(items) => items,
            Value::Scalar { text, .. } => {
                let replacement = format!("[{}]", self.format.quote(text));
                self.wrong_type(node, key, &a_list(), Some(replacement));
                &[]
            }
            Value::Nothing => &[],
            Value::Table(_) => {
                self.wrong_type(node, key, &a_list(), None);
                &[]
            }
        }
    }
}

fn true_or_false() -> Text {
    text!("`true` or `false`", "布尔值 `true` 或 `false`")
}

fn a_list() -> Text {
    text!("a list", "列表")
}

/// Says that a text is not what `key` must be.
fn not_wanted(key: &str, wanted: &Text, text: &str) -> Text {
    text!(
        "`{key}` must be {wanted}, not `{text}`",
        "`{key}` 应该是{wanted}，不是 `{text}`"
    )
}
