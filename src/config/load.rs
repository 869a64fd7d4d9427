//! The way from a file's text to what it declares.

use crate::plan::{Desired, Entry, Target};

use super::diagnostics::{Diagnostic, Files, Kind, Severity};
use super::settings::Registries;
use super::{Input, entries, images_txt, target};

/// What the files declare, and everything there is to say about them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loaded {
    /// Where the images go; none where that is missing or wrong.
    pub target: Option<Target>,
    /// The images, as far as they were understood.
    pub entries: Vec<Entry>,
    /// How to talk to the registries.
    pub registries: Registries,
    /// Everything there is to say, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into.
    pub files: Files,
}

impl Loaded {
    /// Returns the desired set, or the errors that stand in its way.
    ///
    /// A name that the target refuses does not: the plan shows that one image as blocked.
    pub fn desired(&self) -> Result<Desired, Vec<Diagnostic>> {
        let blocks = |diagnostic: &&Diagnostic| {
            diagnostic.severity == Severity::Error && diagnostic.kind != Kind::NameRefused
        };
        match &self.target {
            Some(target)
                if !self
                    .diagnostics
                    .iter()
                    .any(|diagnostic| blocks(&diagnostic)) =>
            {
                Ok(Desired {
                    target: target.clone(),
                    entries: self.entries.clone(),
                })
            }
            _ => Err(self.diagnostics.iter().filter(blocks).cloned().collect()),
        }
    }

    /// Returns what `check` has to say: the mistakes in the files, whatever the environment.
    ///
    /// A variable that is not set here is a warning where a file asks for it, and nothing at all
    /// where none does: the files may well be right for where they are used.
    pub fn check(&self) -> Vec<Diagnostic> {
        let told = |diagnostic: &Diagnostic| match (diagnostic.kind, &diagnostic.place) {
            (Kind::Environment, None) => None,
            (Kind::Environment, Some(_)) => Some(Diagnostic {
                severity: Severity::Warning,
                ..diagnostic.clone()
            }),
            _ => Some(diagnostic.clone()),
        };
        self.diagnostics.iter().filter_map(told).collect()
    }
}

/// Reads the files into what they declare. Never fails: what is wrong is in
/// [`Loaded::diagnostics`].
pub fn load(input: &Input<'_>) -> Loaded {
    let mut loaded = Loaded::default();
    loaded.files.add(input.path, input.text);
    let text = loaded.files.text(input.path).to_owned();
    let declared = images_txt::parse(input.path, &text, &mut loaded.diagnostics);
    loaded.target = target::from_environment(input.environment, &mut loaded.diagnostics);
    loaded.entries = entries::resolve(declared, None, &mut loaded.diagnostics);
    loaded
}
