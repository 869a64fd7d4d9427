//! The commands, one a file.

mod add;
mod apply;
mod check;
mod completions;
mod demo;
mod diff;
mod doctor;
mod drift;
mod import;
mod init;
mod list;
mod lock;
mod man;
mod map;
mod notice;
mod page;
mod plan;
mod probe;
mod remove;
mod report;
mod rewrite;
mod schema;
mod set;
mod show;
mod tags;
mod version;
pub mod watch;

use super::args::{Args, Command, ReportArgs, ReportCommand};
use super::context::Context;
use super::exit::Exit;
use super::failed::tell;
use super::notices::tell_of_error;

/// Runs the command that was typed, tells why it stopped if it did, and returns how it ended.
pub async fn run(context: &Context, args: &Args) -> Exit {
    let global = &args.global;
    let result = match &args.command {
        Command::Init(options) => init::run(context, options).await,
        Command::Add(options) => add::run(context, global, options),
        Command::Remove(options) => remove::run(context, global, options),
        Command::Set(options) => set::run(context, global, options),
        Command::List(options) => list::run(context, global, options).await,
        Command::Check(_) => check::run(context, global),
        Command::Plan(options) => plan::run(context, global, options).await,
        Command::Apply(options) => apply::run(context, global, options).await,
        Command::Watch(options) => watch::run(context, global, options).await,
        Command::Show(options) => show::run(context, global, options),
        Command::Report(ReportArgs {
            what: ReportCommand::Merge(options),
        }) => report::merge(context, global, options).await,
        Command::Drift(options) => drift::run(context, global, options).await,
        Command::Page(options) => page::run(context, global, options).await,
        Command::Doctor(options) if options.probe => probe::run(context, global, options).await,
        Command::Doctor(options) if options.notice => notice::run(context).await,
        Command::Doctor(options) => doctor::run(context, global, options).await,
        Command::Diff(options) => diff::run(context, global, options).await,
        Command::Tags(options) => tags::run(context, global, options).await,
        Command::Lock(options) => lock::run(context, global, options).await,
        Command::Map(options) => map::run(context, global, options).await,
        Command::Import(options) => import::run(context, global, options).await,
        Command::Rewrite(options) => rewrite::run(context, global, options),
        Command::Schema(options) => schema::run(context, options),
        Command::Completions(options) => completions::run(context, options),
        Command::Man => man::run(context),
        Command::Version => version::run(context),
        Command::Demo => demo::run(context, |context, args| Box::pin(run(context, args))).await,
    };
    if let (Err(error), Some(command)) = (&result, told_of(&args.command)) {
        tell_of_error(context, command, error).await;
    }
    result.unwrap_or_else(|error| tell(&context.printer, global.format(), error))
}

/// Returns the name of a command of which people want to know that it stopped.
fn told_of(command: &Command) -> Option<&'static str> {
    match command {
        Command::Apply(_) => Some("apply"),
        Command::Drift(_) => Some("drift"),
        Command::Lock(options) if !options.check => Some("lock"),
        _ => None,
    }
}
