//! `list`: what the files declare.

use crate::cli::args::{GlobalArgs, ListArgs};
use crate::cli::client::connect;
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::lock_file::LockFile;
use crate::cli::mirror;
use crate::cli::outputs::Outputs;
use crate::cli::session::choose;
use crate::plan::{Choice, Family};
use crate::render;

/// Prints the desired set.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &ListArgs,
) -> Result<Exit, CommandError> {
    let outputs = Outputs::check(context, [])?;
    let mut mirrors = mirror::require(
        context,
        global,
        &options.to.to,
        &outputs,
        |lock, desired| {
            // All that a lock says here is which tags rules have chosen.
            if options.resolve || desired.families.is_empty() {
                return Ok(None);
            }
            LockFile::settled_anywhere(lock, desired)
        },
    )?;
    for mirror in &mut mirrors {
        mirror.desired.choose_locked(|_| true);
    }
    if options.resolve {
        let client = connect(context, &mirrors)?;
        choose(context, &mut mirrors, &client, |_, _| true).await?;
    }
    let (view, format) = (context.printer.view(false), global.format());
    context.printer.answer(|to| {
        render::each(&mirrors, format, to, |mirror, to| {
            render::list(&mirror.desired, format, &view, to)
        })
    })?;
    let mut families = mirrors.iter().flat_map(|mirror| &mirror.desired.families);
    let has_failed = |family: &Family| matches!(family.choice, Choice::Failed(_));
    Ok(Exit::of(families.any(has_failed), false))
}
