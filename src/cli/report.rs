//! An answer that is printed, and kept in files where that was asked for.

use std::fmt;
use std::path::Path;

use crate::render::{Format, View};

use super::args::{GlobalArgs, ReportArg};
use super::context::Context;
use super::error::CliError;
use super::outputs;

/// Prints an answer in the format that was asked for and, before that, keeps it in those that the
/// files' names ask for. A file that cannot be written keeps neither the answer nor the others back.
pub fn answer(
    context: &Context,
    global: &GlobalArgs,
    asked: &ReportArg,
    render: impl Fn(Format, &View, &mut dyn fmt::Write) -> fmt::Result,
) -> Result<(), CliError> {
    let kept = keep(context, asked, &render);
    let view = context.printer.view(global.verbose > 0);
    let format = global.format();
    context.printer.answer(|to| render(format, &view, to))?;
    kept
}

/// Keeps an answer in the files alone, and prints nothing.
pub fn keep(
    context: &Context,
    asked: &ReportArg,
    render: impl Fn(Format, &View, &mut dyn fmt::Write) -> fmt::Result,
) -> Result<(), CliError> {
    let paths = asked.report.iter();
    let kept: Vec<_> = paths.map(|path| write(context, path, &render)).collect();
    kept.into_iter().collect()
}

fn write(
    context: &Context,
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
    let language = context.printer.language();
    language
        .speak(|| render(format, &View::default(), &mut text))
        .map_err(|error| {
            let file = path.display();
            CliError::new(text!(
                "cannot write `{file}`: {error}",
                "无法写入 `{file}`：{error}"
            ))
        })?;
    outputs::write(context, path, &text)
}
