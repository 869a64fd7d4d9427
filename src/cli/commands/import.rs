//! `import`: an image list, written as a mirror file.

use super::super::args::ImportArgs;
use super::super::context::Context;
use super::super::error::Stop;
use super::super::exit::Exit;
use super::super::mirror;

/// Prints the mirror file.
pub(super) fn run(context: &Context, options: &ImportArgs) -> Result<Exit, Stop> {
    let text = mirror::import_list(context, &options.list)?;
    context.printer.answer(|to| to.write_str(&text))?;
    Ok(Exit::Done)
}
