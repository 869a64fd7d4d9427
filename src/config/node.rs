//! A mirror file's values with the places they stand at, whatever the format.
//!
//! Reading goes through this tree, and not straight into types, so that every mistake is found and
//! not only the first, and so that `1.10` and `no` are the text that was written.

use std::ops::Range;

use crate::model::Text;

use super::diagnostics::Diagnostic;
use super::files::Place;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) value: Value,
    /// The bytes of the file; for lists and tables at least where they begin.
    pub(super) span: Range<usize>,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing: a key with no value.
    Nothing,
    /// Anything that is one word or line; numbers and booleans as they were written.
    Scalar {
        /// The text.
        text: String,
        /// What the format takes it for.
        kind: ScalarKind,
    },
    /// A list.
    List(Vec<Node>),
    /// A table, in the order of the file.
    Table(Vec<Pair>),
}

/// What a format takes a scalar for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScalarKind {
    Text,
    Number,
    Boolean,
    /// A date or time, which TOML knows.
    Time,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) value: Node,
}

/// Why a text is not of its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) message: Text,
    pub(super) span: Range<usize>,
    pub(super) help: Option<Text>,
}

impl SyntaxError {
    /// Tells of it in a file.
    pub(super) fn diagnostic(self, file: &str) -> Diagnostic {
        let Self {
            message,
            span,
            help,
        } = self;
        let diagnostic = Diagnostic::error("syntax", message).at(Place {
            file: file.into(),
            span,
        });
        Diagnostic { help, ..diagnostic }
    }
}

impl Node {
    /// Says in a word what this is, in the language that is spoken.
    pub(super) fn describe(&self) -> &'static str {
        match &self.value {
            Value::Nothing => tr_word!("nothing", "空值"),
            Value::Scalar { kind, .. } => match kind {
                ScalarKind::Text => tr_word!("a text", "文本"),
                ScalarKind::Number => tr_word!("a number", "数字"),
                ScalarKind::Boolean => tr_word!("a boolean", "布尔值"),
                ScalarKind::Time => tr_word!("a time", "时间"),
            },
            Value::List(_) => tr_word!("a list", "列表"),
            Value::Table(_) => tr_word!("a table", "表"),
        }
    }
}
