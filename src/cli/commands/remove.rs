//! `remove`: images less in the files.

use crate::cli::args::{GlobalArgs, RemoveArgs};
use crate::cli::context::Context;
use crate::cli::edits::carry_out;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::config::edit::Wish;

/// Declares the images no more.
pub(super) fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &RemoveArgs,
) -> Result<Exit, CommandError> {
    let names = &options.images;
    carry_out(context, global, &Wish::Remove { names })
}
