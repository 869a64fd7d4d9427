//! `set`: other platforms or another name of an image.

use crate::cli::args::{GlobalArgs, SetArgs};
use crate::cli::context::Context;
use crate::cli::edits::carry_out;
use crate::cli::error::{CliError, CommandError};
use crate::cli::exit::Exit;
use crate::config::edit::Wish;

/// Declares the image otherwise.
pub(super) fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &SetArgs,
) -> Result<Exit, CommandError> {
    let keys = options.keys.keys();
    if keys.is_empty() {
        let message = text!("it was not said what to set", "没有写要改什么");
        let hint = text!(
            "name it with `--platform` or `--target`",
            "用 `--platform` 或 `--target` 写明"
        );
        return Err(CliError::new(message).hint(hint).into());
    }
    let wish = Wish::Set {
        name: &options.image,
        keys: &keys,
    };
    carry_out(context, global, &wish)
}
