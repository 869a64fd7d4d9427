//! What there is to say about the files, in Markdown.

use std::fmt;

use crate::render::inputs::Checked;

use super::escape::{code, prose};

/// Writes one item of a list for each diagnostic.
pub fn check(checked: &Checked<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Checked {
        diagnostics, files, ..
    } = checked;
    if diagnostics.is_empty() {
        return writeln!(out, "no mistakes");
    }
    for diagnostic in *diagnostics {
        let severity = diagnostic.severity.as_str();
        write!(out, "- **{severity}**: {}", prose(&diagnostic.message))?;
        if let Some(place) = &diagnostic.place {
            let (line, column) = files.position(place);
            let place = code(&format!("{}:{line}:{column}", place.file));
            write!(out, " ({place})")?;
        }
        writeln!(out)?;
        if let Some(help) = &diagnostic.help {
            writeln!(out, "  - {}", prose(help))?;
        }
        if let Some(replacement) = &diagnostic.replacement {
            let lines = replacement.text.trim_end().lines().map(code);
            writeln!(out, "  - {}", lines.collect::<Vec<_>>().join("<br>"))?;
        }
    }
    Ok(())
}
