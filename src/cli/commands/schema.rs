//! `schema`: the JSON Schemas of what people and programs write and read.

use crate::render::schemas;

use super::super::args::SchemaArgs;
use super::super::context::Context;
use super::super::error::Stop;
use super::super::exit::Exit;

/// Prints a schema, as it stands in `schemas/`.
pub(super) fn run(context: &Context, options: &SchemaArgs) -> Result<Exit, Stop> {
    let text = schemas::text(options.kind);
    context.printer.answer(|to| to.write_str(&text))?;
    Ok(Exit::Done)
}
