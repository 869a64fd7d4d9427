//! How bad a diagnostic is, in a word.

use crate::config::Severity;

/// Returns the word that stands before a diagnostic.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => tr_word!("error", "错误"),
        Severity::Warning => tr_word!("warning", "警告"),
        Severity::Note => tr_word!("note", "注意"),
    }
}
