//! `check`: every mistake in the files.

use crate::config::{Diagnostic, Severity};
use crate::render::units::counted;
use crate::render::{Style, check, diagnostics, github};

use super::super::args::{Format, GlobalArgs};
use super::super::context::Context;
use super::super::error::Stop;
use super::super::exit::Exit;
use super::super::mirror;

/// Prints what there is to say about the files; here the mistakes are the answer.
pub(super) fn run(context: &Context, global: &GlobalArgs) -> Result<Exit, Stop> {
    let loaded = mirror::load(context, global)?;
    let found = loaded.check();
    let files = &loaded.files;
    let coloured = context.printer.view(false).style == Style::COLOURED;
    context.printer.answer(|to| match global.format() {
        Format::Human => {
            diagnostics::write(&found, files, coloured, to)?;
            writeln!(to, "{}", verdict(&found, loaded.entries.len()))
        }
        Format::Json => check::json(&found, files, to),
        Format::Markdown => check::markdown(&found, files, to),
        Format::Github => github::check(&found, files, to),
    })?;
    let is_mistake = |told: &Diagnostic| told.severity == Severity::Error;
    Ok(Exit::of(found.iter().any(is_mistake), false))
}

fn verdict(found: &[Diagnostic], images: usize) -> String {
    match diagnostics::summary(found).as_str() {
        "" => format!("{}, no mistakes", counted(images, "image")),
        summary => summary.to_owned(),
    }
}
