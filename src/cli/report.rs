//! An answer that is printed, and kept in files where that was asked for.

use std::fmt;
use std::path::Path;

use crate::render::{Format, View};

use super::args::{GlobalArgs, ReportArg};
use super::context::Context;
use super::error::CliError;
use super::files;

/// Refuses a file that could not be written, before there is anything to write.
pub fn require_writable(context: &Context, asked: &ReportArg) -> Result<(), CliError> {
    let mut paths = asked.report.iter();
    paths.try_for_each(|path| files::require_writable(&context.folder, path))
}

/// Prints an answer in the format that was asked for and, before that, keeps it in those that the
/// files' names ask for. A file that cannot be written keeps neither the answer nor the others back.
pub fn answer(
    context: &Context,
    global: &GlobalArgs,
    asked: &ReportArg,
    render: impl Fn(Format, &View, &mut dyn fmt::Write) -> fmt::Result,
) -> Result<(), CliError> {
    let paths = asked.report.iter();
    let kept: Vec<_> = paths
        .map(|path| keep(&context.folder, path, &render))
        .collect();
    let view = context.printer.view(global.verbose > 0);
    let format = global.format().into();
    context.printer.answer(|to| render(format, &view, to))?;
    kept.into_iter().collect()
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
