//! What stops a command, in words for the person who typed it.

use std::fmt;

use crate::config::hide;
use crate::model::Text;

use super::exit::Exit;

/// One line that says what happened, and where it can be known, another that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    message: Text,
    hint: Option<Text>,
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
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is made where it is given away"
    )]
    pub fn new(message: Text) -> Self {
        Self {
            message: message.map(hide),
            hint: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is made where it is given away"
    )]
    pub fn hint(self, hint: Text) -> Self {
        Self {
            hint: Some(hint.map(hide)),
            ..self
        }
    }

    /// Returns what to do about it, where that is known.
    pub fn advice(&self) -> Option<&Text> {
        self.hint.as_ref()
    }
}

impl From<CliError> for CommandError {
    fn from(error: CliError) -> Self {
        Self::Error(error)
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for CliError {}
