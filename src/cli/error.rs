//! What stops a command, in words for the person who typed it.

use std::fmt;

use crate::config::hide;

use super::exit::Exit;

/// One line that says what happened, and where it can be known, another that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    message: String,
    hint: Option<String>,
}

/// Why a command ends before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandError {
    /// Something that is still to be said.
    Error(CliError),
    /// Everything was said already.
    Said(Exit),
}

impl CliError {
    /// Makes an error that says what happened; what it quotes may have been typed with a password in it.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: hide(&message.into()),
            hint: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hide(&hint.into())),
            ..self
        }
    }

    /// Returns what to do about it, where that is known.
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl From<CliError> for CommandError {
    fn from(error: CliError) -> Self {
        Self::Error(error)
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}
