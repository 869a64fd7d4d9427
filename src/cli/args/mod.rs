//! What can be typed.

mod options;
mod shared;

pub use options::{
    ApplyArgs, DeclaredArgs, DiffArgs, DriftArgs, ImportArgs, LockArgs, PlanArgs, SchemaArgs,
};
pub use shared::{CacheArg, ColorChoice, FileArg, FormatArg, LockedArg, PruneArg, ReportArg};

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};

use crate::render::Format;

use super::exit::Exit;
use shared::{SharedArgs, TalkArgs};

/// What was typed.
#[derive(Debug)]
pub struct Args {
    /// What more than one command takes.
    pub global: GlobalArgs,
    /// The command.
    pub command: Command,
}

/// What more than one command takes, wherever it was typed; as good as not typed for a command that
/// does not take it.
#[derive(Debug, Clone)]
pub struct GlobalArgs {
    /// The mirror file or image list to read.
    pub file: Option<PathBuf>,
    /// The format of the answer.
    pub format: Option<Format>,
    /// Whether nothing is said but the answer and errors.
    pub quiet: bool,
    /// How much more is said.
    pub verbose: u8,
    /// Whether the registries are asked even what an earlier run has found out.
    pub no_cache: bool,
    /// When to use colours.
    pub color: ColorChoice,
}

/// Mirror container images into a registry: declare them, plan, apply
#[derive(Debug, Parser)]
#[command(
    name = "pusher",
    version,
    arg_required_else_help = true,
    after_help = after_help()
)]
struct Typed {
    #[command(flatten)]
    talk: TalkArgs,
    #[command(flatten)]
    before: SharedArgs,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  pusher demo                      see the main job done on two registries inside this process
  pusher plan                      show what is missing or has changed in the target
  pusher apply                     copy it
  pusher plan --format markdown    the same plan for a pull request
  pusher check -f images.txt       find every mistake without asking a registry";

/// Returns what stands below the help: examples, and every exit status.
fn after_help() -> String {
    let status = |exit: Exit| format!("\n  {:<3}  {}", exit.code(), exit.meaning());
    let statuses = Exit::ALL.map(status).concat();
    format!("{EXAMPLES}\n\nExit status:{statuses}")
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what the files declare: source, platforms, target
    List(DeclaredArgs),
    /// Report every mistake in the files
    Check(DeclaredArgs),
    /// Show the difference between what the files declare and what the target holds
    Plan(PlanArgs),
    /// Make the target hold what the files declare
    Apply(ApplyArgs),
    /// Tell what has moved since it was applied: status 2 if anything has, 1 if it cannot be told
    Drift(DriftArgs),
    /// Show what differs inside two images, wherever they are
    Diff(DiffArgs),
    /// Write down in `mirror.lock` which digests the images stand for
    Lock(LockArgs),
    /// Write an image list as a mirror file
    Import(ImportArgs),
    /// Print the JSON Schema of a file or an answer
    Schema(SchemaArgs),
    /// Do the main job on two registries inside this process
    Demo,
}

impl Command {
    /// Returns the word that is typed for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::List(_) => "list",
            Self::Check(_) => "check",
            Self::Plan(_) => "plan",
            Self::Apply(_) => "apply",
            Self::Drift(_) => "drift",
            Self::Diff(_) => "diff",
            Self::Lock(_) => "lock",
            Self::Import(_) => "import",
            Self::Schema(_) => "schema",
            Self::Demo => "demo",
        }
    }

    /// Returns what was typed behind the command of what it shares with others.
    fn shared(&self) -> Shared<'_> {
        let (file, format, cache) = match self {
            Self::List(own) | Self::Check(own) => (Some(&own.file), Some(&own.format), None),
            Self::Diff(own) => (Some(&own.file), Some(&own.format), None),
            // Who asks no registry has no use for what it said.
            Self::Plan(own) => {
                let cache = (!own.offline).then_some(&own.cache);
                (Some(&own.file), Some(&own.format), cache)
            }
            Self::Lock(own) => (Some(&own.file), None, (!own.check).then_some(&own.cache)),
            Self::Apply(own) => (Some(&own.file), Some(&own.format), Some(&own.cache)),
            Self::Drift(own) => (Some(&own.file), Some(&own.format), Some(&own.cache)),
            Self::Import(_) | Self::Schema(_) | Self::Demo => (None, None, None),
        };
        Shared {
            file,
            format,
            cache,
        }
    }
}

/// What a command takes of what commands share; none for what it does not take.
#[derive(Debug)]
struct Shared<'a> {
    file: Option<&'a FileArg>,
    format: Option<&'a FormatArg>,
    cache: Option<&'a CacheArg>,
}

impl Args {
    /// Returns the definition of what can be typed.
    pub fn command() -> clap::Command {
        Typed::command()
    }

    /// Parses what was typed. What commands share may stand before the command as well; it is refused
    /// where the command does nothing with it.
    pub fn parse_checked(
        typed: impl IntoIterator<Item = impl Into<std::ffi::OsString> + Clone>,
    ) -> Result<Self, clap::Error> {
        let Typed {
            talk,
            before,
            command,
        } = Typed::try_parse_from(typed)?;
        let settled = GlobalArgs::settled(&talk, before, &command.shared());
        let global = settled.map_err(|option| {
            let name = command.name();
            let message = format!("`{option}` does nothing for `pusher {name}`");
            Self::command().error(ErrorKind::ArgumentConflict, message)
        })?;
        Ok(Self { global, command })
    }
}

impl GlobalArgs {
    /// Takes what stands behind the command, else what stands before it; returns the name of an option
    /// that the command does not take.
    fn settled(
        talk: &TalkArgs,
        before: SharedArgs,
        behind: &Shared<'_>,
    ) -> Result<Self, &'static str> {
        let SharedArgs {
            file: FileArg { file },
            format: FormatArg { format },
            cache: CacheArg { no_cache },
        } = before;
        let idle = [
            ("--file", file.is_some() && behind.file.is_none()),
            ("--format", format.is_some() && behind.format.is_none()),
            ("--no-cache", no_cache && behind.cache.is_none()),
        ];
        if let Some((option, _)) = idle.into_iter().find(|(_, is_idle)| *is_idle) {
            return Err(option);
        }
        Ok(Self {
            file: behind.file.and_then(|own| own.file.clone()).or(file),
            format: behind.format.and_then(|own| own.format).or(format),
            quiet: talk.quiet,
            verbose: talk.verbose,
            no_cache: no_cache || behind.cache.is_some_and(|own| own.no_cache),
            color: talk.color,
        })
    }

    /// Returns the format that was asked for, else the one for people.
    pub fn format(&self) -> Format {
        self.format.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
