//! What there is to say about the files, in Markdown.

use std::fmt;

use crate::render::inputs::Checked;
use crate::render::words;

use super::escape::{code, prose};

/// Writes one item of a list for each diagnostic.
pub fn check(checked: &Checked<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Checked {
        diagnostics, files, ..
    } = checked;
    if diagnostics.is_empty() {
        return write_tr!(out, "no mistakes\n", "没有错误\n");
    }
    for diagnostic in *diagnostics {
        let severity = words::severity(diagnostic.severity);
        let message = prose(diagnostic.message.as_str());
        write_tr!(
            out,
            "- **{severity}**: {message}",
            "- **{severity}**：{message}"
        )?;
        if let Some(place) = &diagnostic.place {
            let (line, column) = files.position(place);
            let place = code(&format!("{}:{line}:{column}", place.file));
            write_tr!(out, " ({place})", "（{place}）")?;
        }
        writeln!(out)?;
        if let Some(help) = &diagnostic.help {
            writeln!(out, "  - {}", prose(help.as_str()))?;
        }
        if let Some(replacement) = &diagnostic.replacement {
            let lines = replacement.text.trim_end().lines().map(code);
            writeln!(out, "  - {}", lines.collect::<Vec<_>>().join("<br>"))?;
        }
    }
    Ok(())
}
