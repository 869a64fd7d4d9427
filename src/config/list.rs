//! An image list in any of its forms.

use super::declared::Declared;
use super::diagnostics::Diagnostic;
use super::file_kind::ListForm;
use super::{dockerfile, image_list};

/// Reads an image list; lines that are not understood become diagnostics.
pub(super) fn parse(
    form: ListForm,
    file: &str,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Declared> {
    match form {
        ListForm::Lines => image_list::parse(file, text, diagnostics),
        ListForm::Dockerfile => dockerfile::parse(file, text, diagnostics),
    }
}
