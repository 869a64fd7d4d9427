//! What stops a command, in words for the person who typed it.

use std::fmt;

use crate::config::{Diagnostic, Files, hide};
use crate::model::{Failure, Text};
use crate::render::hints;

use super::exit::Exit;

/// One line that says what happened, and where it can be known, another that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    pub(super) message: Text,
    pub(super) hint: Option<Text>,
}

/// Why a command ends before its time.
#[derive(Debug, Clone, PartialEq)]
pub enum CommandError {
    /// Something is wrong.
    Error(CliError),
    /// The files are.
    Files(Box<Mistakes>),
    /// Nothing is: someone stopped it, or did not want it after all. How it ends, and what that means.
    Stopped(Exit, Text),
    /// Everything was said already.
    Said(Exit),
}

/// What is wrong with the files.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistakes {
    /// What there is to say about them, mistakes and other things.
    pub told: Vec<Diagnostic>,
    /// Their texts.
    pub files: Files,
}

impl Mistakes {
    /// Stops for these.
    pub fn of(told: Vec<Diagnostic>, files: Files) -> CommandError {
        CommandError::Files(Box::new(Self { told, files }))
    }
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

/// Says that a command can go no further without what could not be read.
pub fn unreadable(why: &Failure) -> CliError {
    let error = CliError::new(Text::of(|| why.to_string()));
    if hints::of_failure(why).is_none() {
        return error;
    }
    error.hint(Text::of(|| hints::of_failure(why).unwrap_or_default()))
}
