//! Diagnostics: what is wrong in the files, where, and what to write instead.
//!
//! Each says what is wrong in a sentence; how a whole answer of them looks is for `render`.

use crate::model::Text;

use super::files::{Files, Place};

/// One thing to say about the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Whose matter it is.
    pub kind: DiagnosticKind,
    /// A short name for this sort of diagnostic, such as `unknown-key`; stable across versions.
    pub code: &'static str,
    /// What is wrong, in one sentence.
    pub message: Text,
    /// Where; none where no file is to blame.
    pub place: Option<Place>,
    /// A few words beside the place.
    pub label: Option<Text>,
    /// Other places that have a part in it, each with a few words.
    pub related: Vec<(Place, Text)>,
    /// What to do about it.
    pub help: Option<Text>,
    /// What to write instead, where that is known.
    pub replacement: Option<Replacement>,
}

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Note,
    /// Probably not what was meant.
    Warning,
    /// It cannot be carried out.
    Error,
}

impl Severity {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Whose matter a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiagnosticKind {
    /// The files are wrong, whoever reads them.
    Mistake,
    /// The files are right, but the environment lacks something they need: `check` can do without,
    /// `plan` cannot.
    Environment,
    /// The target refuses this one name, or has no room for it: `plan` goes on with the others and shows it as blocked.
    NameRefused,
    /// A rule of the policy is against this one image: `plan` goes on with the others and tells of it.
    Policy,
}

/// What to write instead of a part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The part to replace.
    pub place: Place,
    /// What to write there.
    pub text: String,
}

/// Puts diagnostics into the order of the files.
pub(super) fn sort(diagnostics: &mut [Diagnostic], files: &Files) {
    diagnostics.sort_by_key(|diagnostic| {
        let place = diagnostic.place.as_ref();
        place.map(|place| (files.index(&place.file), place.span.start))
    });
}

impl DiagnosticKind {
    /// Tells whether it is about one image alone, so that the others can go on.
    pub fn is_of_one_image(self) -> bool {
        match self {
            Self::NameRefused | Self::Policy => true,
            Self::Mistake | Self::Environment => false,
        }
    }
}

impl Diagnostic {
    /// Makes an error about the files.
    pub fn error(code: &'static str, message: Text) -> Self {
        Self {
            severity: Severity::Error,
            kind: DiagnosticKind::Mistake,
            code,
            message,
            place: None,
            label: None,
            related: Vec::new(),
            help: None,
            replacement: None,
        }
    }

    /// Makes a warning about the files.
    pub fn warning(code: &'static str, message: Text) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Makes a note about the files.
    pub fn note(code: &'static str, message: Text) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::error(code, message)
        }
    }

    /// Says whose matter it is.
    #[must_use]
    pub fn of_kind(self, kind: DiagnosticKind) -> Self {
        Self { kind, ..self }
    }

    /// Says where.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self {
            place: Some(place),
            ..self
        }
    }

    /// Puts a few words beside the place.
    #[must_use]
    pub fn label(self, label: Text) -> Self {
        Self {
            label: Some(label),
            ..self
        }
    }

    /// Names another place that has a part in it.
    #[must_use]
    pub fn related(mut self, place: Place, label: Text) -> Self {
        self.related.push((place, label));
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(self, help: Text) -> Self {
        Self {
            help: Some(help),
            ..self
        }
    }

    /// Says what to write instead of a part of a file.
    #[must_use]
    pub fn replace(self, place: Place, text: impl Into<String>) -> Self {
        Self {
            replacement: Some(Replacement {
                place,
                text: text.into(),
            }),
            ..self
        }
    }
}
