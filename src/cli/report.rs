//! An answer that is printed, and kept in a file where that was asked for.

use std::fmt;
use std::path::Path;

use crate::render::{Format, View};

use super::args::{GlobalArgs, ReportArg};
use super::context::Context;
use super::error::CliError;
use super::files;

/// Refuses a file that could not be written, before there is anything to write.
pub fn require_writable(context: &Context, asked: &ReportArg) -> Result<(), CliError> {
    match &asked.report {
        Some(path) => files::require_writable(&context.folder, path),
        None => Ok(()),
    }
}

/// Prints an answer in the format that was asked for and, before that, keeps it in the one that the
/// file's name asks for. A file that cannot be written does not keep the answer back.
pub fn answer(
    context: &Context,
    global: &GlobalArgs,
    asked: &ReportArg,
    render: impl Fn(Format, &View, &mut dyn fmt::Write) -> fmt::Result,
) -> Result<(), CliError> {
    let kept = match &asked.report {
        Some(path) => keep(&context.folder, path, &render),
        None => Ok(()),
    };
    let view = context.printer.view(global.verbose > 0);
    let format = global.format().into();
    context.printer.answer(|to| render(format, &view, to))?;
    kept
}

fn keep(
    folder: &Path,
    path: &Path,
    render: &impl Fn(Format, &View, &mut dyn fmt::Write) -> fmt::Result,
) -> Result<(), CliError> {
    let is_markdown = path.extension().is_some_and(|extension| extension == "md");
    let format = if is_markdown {
        Format::Markdown
    } else {
        Format::Json
    };
    let mut text = String::new();
    render(format, &View::default(), &mut text)
        .map_err(|error| CliError::new(format!("cannot write `{}`: {error}", path.display())))?;
    files::replace_text(folder, path, &text)
}
