//! `import`: an image list, written as a mirror file.

use crate::render::import::mirror_file;

use super::super::args::ImportArgs;
use super::super::context::Context;
use super::super::error::Stop;
use super::super::exit::Exit;
use super::super::mirror;

/// Prints the mirror file.
pub(super) fn run(context: &Context, options: &ImportArgs) -> Result<Exit, Stop> {
    let list = mirror::require_list(context, &options.list)?;
    let text = list.files.text(&options.list.display().to_string());
    context
        .printer
        .answer(|to| mirror_file(&list.entries, text, to))?;
    Ok(Exit::Done)
}
