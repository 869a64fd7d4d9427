//! The value of a setting, and how much of it is shown.

use crate::model;

/// Longer texts are cut: nobody reads more, and a config may hold megabytes.
const LONGEST_TEXT: usize = 1000;
/// More items of a list, or changes of a platform, are counted alone.
pub(super) const MOST_ITEMS: usize = 200;

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// One text.
    Text(String),
    /// Several, in order.
    List(Vec<String>),
}

impl Value {
    /// Leaves so much of it as is shown.
    pub(super) fn cut(self) -> Self {
        match self {
            Self::Text(text) => Self::Text(cut(&text)),
            Self::List(list) => Self::List(list.iter().take(MOST_ITEMS).map(|t| cut(t)).collect()),
        }
    }
}

/// Leaves so much of a text as is shown.
pub(super) fn cut(text: &str) -> String {
    model::cut(text, LONGEST_TEXT).into_owned()
}
