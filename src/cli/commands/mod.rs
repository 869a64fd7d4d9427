//! The commands, one a file.

mod apply;
mod check;
mod demo;
mod drift;
mod import;
mod list;
mod plan;
mod schema;

use super::args::{Args, Command, Format, GlobalArgs};
use super::context::Context;
use super::exit::Exit;

/// Runs the command that was typed, prints why it stopped if it did, and tells how it ended.
pub async fn run(context: &Context, args: &Args) -> Exit {
    let global = &args.global;
    let result = match &args.command {
        Command::List => list::run(context, global),
        Command::Check => check::run(context, global),
        Command::Plan(options) => plan::run(context, global, options).await,
        Command::Apply => apply::run(context, global).await,
        Command::Drift => drift::run(context, global).await,
        Command::Import(options) => import::run(context, options),
        Command::Schema(options) => schema::run(context, options),
        // The demo runs other commands, so its future would hold itself.
        Command::Demo => Box::pin(demo::run(context, global)).await,
    };
    result.unwrap_or_else(|error| {
        context.printer.error(&error);
        Exit::Failed
    })
}
