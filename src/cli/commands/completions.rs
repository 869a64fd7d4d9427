//! `completions`: the script that lets a shell complete what is typed.

use crate::cli::args::{Args, CompletionsArgs};
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;

/// Prints the script for a shell.
pub(super) fn run(context: &Context, options: &CompletionsArgs) -> Result<Exit, CommandError> {
    let mut script = Vec::new();
    // What an option does is told as well, to whoever is typing.
    context.printer.language().speak(|| {
        clap_complete::generate(options.shell, &mut Args::command(), "pusher", &mut script);
    });
    let script = String::from_utf8_lossy(&script);
    context.printer.answer(|to| to.write_str(&script))?;
    Ok(Exit::Done)
}
