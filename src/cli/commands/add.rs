//! `add`: images more in the file.

use crate::cli::args::{AddArgs, GlobalArgs};
use crate::cli::context::Context;
use crate::cli::edits::carry_out;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::config::edit::Wish;

/// Declares the images.
pub(super) fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &AddArgs,
) -> Result<Exit, CommandError> {
    let wish = Wish::Add {
        images: &options.images,
        keys: &options.keys.keys(),
    };
    carry_out(context, global, &wish)
}
