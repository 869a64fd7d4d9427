//! Other files as mirror files.
//!
//! A file is read into a `Draft`; the draft is written as a mirror file. So far image lists are
//! known; another tool's file needs a module of its own that makes a draft of it, and no more.

mod draft;
mod from_image_list;

use draft::Draft;

use super::diagnostics::{Diagnostic, Severity};
use super::file_kind::{FileKind, ListForm};
use super::files::Files;
use super::secrets;

/// What became of a file that was to be imported.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The mirror file; none where the file has mistakes that must be mended first.
    pub text: Option<String>,
    /// Everything there is to say about the file.
    pub diagnostics: Vec<Diagnostic>,
    /// The text that the diagnostics point into.
    pub files: Files,
}

/// Writes an image list as a mirror file (YAML) that declares the very same.
///
/// The target is left to the environment, as the image list leaves it. Of images that would have
/// had the same name, all but the first get one of their own, and a warning says so.
pub fn import(path: &str, text: &str) -> Imported {
    let mut files = Files::default();
    files.add(path, text);
    let form = match FileKind::of(path, text) {
        FileKind::List(form) => form,
        FileKind::Yaml | FileKind::Toml => ListForm::Lines,
    };
    let (draft, mut diagnostics): (Draft, _) = from_image_list::draft(form, path, files.text(path));
    secrets::veil(&mut files, &[], &mut diagnostics);
    let wrong = diagnostics
        .iter()
        .any(|one| one.severity == Severity::Error);
    Imported {
        text: (!wrong).then(|| draft.to_yaml(path)),
        diagnostics,
        files,
    }
}
