//! `schema`: the JSON Schemas of what people and programs write and read.

use crate::cli::args::SchemaArgs;
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::render::schemas;

/// Prints a schema, as it stands in `schemas/`.
pub(super) fn run(context: &Context, options: &SchemaArgs) -> Result<Exit, CommandError> {
    let text = schemas::text(options.kind);
    context.printer.answer(|to| to.write_str(&text))?;
    Ok(Exit::Done)
}
