//! `check`: every mistake in the files.

use crate::cli::args::GlobalArgs;
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::mirror;
use crate::config::{Diagnostic, Severity};
use crate::render::{self, Checked};

/// Prints what there is to say about the files; here the mistakes are the answer.
pub(super) fn run(context: &Context, global: &GlobalArgs) -> Result<Exit, CommandError> {
    let loaded = mirror::load(context, global)?;
    let found = if loaded.has_unpinned() {
        let settled = mirror::settled(context, global, &loaded)?;
        loaded.check_with(|number, name| settled.contains(&(number, name.clone())))
    } else {
        loaded.check()
    };
    let checked = Checked {
        diagnostics: &found,
        files: &loaded.files,
        images: loaded.images(),
    };
    let view = context.printer.view(false);
    context
        .printer
        .answer(|to| render::check(&checked, global.format(), &view, to))?;
    let is_mistake = |told: &Diagnostic| told.severity == Severity::Error;
    Ok(Exit::of(found.iter().any(is_mistake), false))
}
