//! `list`: what the files declare.

use crate::render::{github, list};

use super::super::args::{Format, GlobalArgs};
use super::super::context::Context;
use super::super::error::Stop;
use super::super::exit::Exit;
use super::super::mirror;
use super::super::outputs::Outputs;

/// Prints the desired set.
pub(super) fn run(context: &Context, global: &GlobalArgs) -> Result<Exit, Stop> {
    let outputs = Outputs::check(context, [])?;
    let desired = mirror::require(context, global, &outputs, |_, _| Ok(None))?.desired;
    context.printer.answer(|to| match global.format() {
        Format::Human => list::human(&desired, to),
        Format::Json => list::json(&desired, to),
        Format::Markdown => list::markdown(&desired, to),
        Format::Github => github::list(&desired, to),
    })?;
    Ok(Exit::Done)
}
