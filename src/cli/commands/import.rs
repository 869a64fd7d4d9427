//! `import`: an image list or another tool's file, written as a mirror file.

use crate::cli::args::ImportArgs;
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::mirror;

/// Prints the mirror file.
pub(super) fn run(context: &Context, options: &ImportArgs) -> Result<Exit, CommandError> {
    let text = mirror::import_files(context, &options.files)?;
    context.printer.answer(|to| to.write_str(&text))?;
    Ok(Exit::Done)
}
