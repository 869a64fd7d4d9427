//! Why a text is not a lock file.

use std::fmt;

use crate::model::Text;

/// Why a text is not a lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: Text,
    /// What to do about it.
    pub hint: Text,
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, message, .. } = self;
        write_tr!(f, "line {line}: {message}", "第 {line} 行：{message}")
    }
}

impl std::error::Error for LockError {}
