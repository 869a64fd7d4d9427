//! What can be typed.

mod chinese;
pub mod examples;
mod help;
pub mod meant;
mod options;
mod refused;
mod sentences;
mod shared;
mod values;
mod watch;

pub use help::OTHER_VARIABLES;
pub use options::{
    AddArgs, ApplyArgs, ApplyingArgs, CheckArgs, CompletionsArgs, DiffArgs, DoctorArgs, DriftArgs,
    ImportArgs, InitArgs, ListArgs, LockArgs, MapArgs, MergeArgs, PageArgs, PlanArgs, RemoveArgs,
    ReportArgs, ReportCommand, RewriteArgs, SchemaArgs, SetArgs, ShowArgs, TagsArgs,
};
pub use refused::NotRun;
pub use shared::{
    BoundArgs, CacheArg, ColorChoice, FileArg, FormatArg, HostArg, KeysArgs, LanguageChoice,
    LockedArg, OnlyArg, PruneArg, ReportArg, StickArgs, ToArg,
};
pub use watch::WatchArgs;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::model::Language;
use crate::render::Format;

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
    /// The folder to work in, if not the one that the process was started in.
    pub folder: Option<PathBuf>,
    /// Whether nothing is said but the answer and errors.
    pub quiet: bool,
    /// How much more is said.
    pub verbose: u8,
    /// Whether the registries are asked even what an earlier run has found out.
    pub no_cache: bool,
    /// When to use colours.
    pub color: ColorChoice,
    /// In which language to speak, if that was typed.
    pub lang: Option<LanguageChoice>,
}

/// Mirror container images into a registry: declare them, plan, apply
#[derive(Debug, Parser)]
#[command(name = "pusher", version, arg_required_else_help = true)]
struct Typed {
    #[command(flatten)]
    talk: TalkArgs,
    #[command(flatten)]
    before: SharedArgs,
    #[command(subcommand)]
    command: Command,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the first files of a mirror: list, workflow, mirror file
    ///
    /// On a terminal it asks for what was not typed. Nothing goes over a file that is there.
    Init(InitArgs),
    /// Declare more images in the file
    ///
    /// Comments and layout stay; what changed is shown. An image that is there already changes nothing. No registry is
    /// asked.
    Add(AddArgs),
    /// Declare images no more
    ///
    /// In whichever of the files they stand. What is in the registry stays there; `pusher apply --prune`
    /// deletes the tags that the lock records.
    Remove(RemoveArgs),
    /// Declare other platforms or another name for an image
    ///
    /// Comments and layout stay; what changed is shown. No registry is asked.
    Set(SetArgs),
    /// Show what the files declare: source, platforms, target
    ///
    /// No registry is asked without `--resolve`.
    List(ListArgs),
    /// Report every mistake in the files
    ///
    /// Each with its file, line and column, and with what to write instead. No registry is asked.
    Check(CheckArgs),
    /// Show the difference between what the files declare and what the target holds
    ///
    /// Registries are read, nothing is written. What cannot be read is blocked, with the reason.
    Plan(PlanArgs),
    /// Make the target hold what the files declare
    ///
    /// What is missing is copied from registry to registry, byte for byte, the tag last. An image that
    /// fails does not stop the others, and the next run goes on with what is missing.
    Apply(ApplyArgs),
    /// Plan and apply for ever, on a schedule
    ///
    /// The first round begins at once, each reads files and logins anew, and one that fails ends nothing. A signal stops
    /// it, with status 0.
    Watch(WatchArgs),
    /// Show a saved plan
    ///
    /// What it would do, and why it would be refused, as far as that can be told without asking a registry.
    Show(ShowArgs),
    /// Work with what `apply --report` has kept
    Report(ReportArgs),
    /// Tell what has moved since it was applied
    ///
    /// Status 2 if anything has, 1 if it cannot be told.
    Drift(DriftArgs),
    /// Write a page of the mirror, to be published: one file
    ///
    /// Every image with the command that pulls it, its platforms, size and digest, what is held back, blocked or has drifted, and
    /// what earlier runs changed. Status 1 where something could not be read; the page is made all the same.
    Page(PageArgs),
    /// Find what keeps images from being mirrored: network, login, rights, limits
    ///
    /// Each registry of the files step by step, with what to do about every refusal. It writes nothing
    /// without `--write` or `--probe`.
    Doctor(DoctorArgs),
    /// Show what differs inside two images, wherever they are
    ///
    /// For each platform: settings, environment, labels, layers and bytes.
    Diff(DiffArgs),
    /// Show which tags an image has, and what a rule takes of them
    ///
    /// Without a rule: the variants that there are, and a rule to begin with. With one: what each step of it
    /// takes and drops.
    Tags(TagsArgs),
    /// Write down in `mirror.lock` which digests the images stand for
    ///
    /// `plan` and `apply` keep to it, so that a tag that moves changes what is mirrored only by a commit.
    Lock(LockArgs),
    /// Show which name each image has in the mirror, or tell those who pull from it
    ///
    /// No registry is asked without `--check`. With `--for` it writes what k3s, Podman, containerd and others read;
    /// what cannot be said there is told, and the status is 1.
    Map(MapArgs),
    /// Write an image list, another tool's file, or what a registry holds as a mirror file
    ///
    /// It is printed; the file stays as it is. What cannot be carried over is told line by line.
    Import(ImportArgs),
    /// Put the mirror's names into manifests, Compose files, values, Dockerfiles
    ///
    /// Comments and layout stay, and no other byte changes. With `-`, a filter: `helm template … | pusher rewrite -`. No
    /// registry is asked.
    Rewrite(RewriteArgs),
    /// Print the JSON Schema of a file or an answer
    ///
    /// Editors complete and check mirror files with it.
    Schema(SchemaArgs),
    /// Print the script that lets a shell complete what is typed
    ///
    /// Commands, options, their values and the names of files.
    Completions(CompletionsArgs),
    /// Print the manual page, with all commands in it
    Man,
    /// Print which version this is
    Version,
    /// Do the main job on two registries inside this process
    ///
    /// Plan, apply, drift and repair, without network, account or Docker.
    Demo,
}

impl Command {
    /// Returns the word that is typed for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Add(_) => "add",
            Self::Remove(_) => "remove",
            Self::Set(_) => "set",
            Self::List(_) => "list",
            Self::Check(_) => "check",
            Self::Plan(_) => "plan",
            Self::Apply(_) => "apply",
            Self::Watch(_) => "watch",
            Self::Show(_) => "show",
            Self::Report(_) => "report",
            Self::Drift(_) => "drift",
            Self::Page(_) => "page",
            Self::Doctor(_) => "doctor",
            Self::Diff(_) => "diff",
            Self::Tags(_) => "tags",
            Self::Lock(_) => "lock",
            Self::Map(_) => "map",
            Self::Import(_) => "import",
            Self::Rewrite(_) => "rewrite",
            Self::Schema(_) => "schema",
            Self::Completions(_) => "completions",
            Self::Man => "man",
            Self::Version => "version",
            Self::Demo => "demo",
        }
    }

    /// Returns what was typed behind the command of what it shares with others.
    fn shared(&self) -> Shared<'_> {
        let (file, format, cache) = match self {
            Self::Add(own) => (Some(&own.file), None, None),
            Self::Remove(own) => (Some(&own.file), None, None),
            Self::Set(own) => (Some(&own.file), None, None),
            Self::List(own) => (Some(&own.file), Some(&own.format), None),
            Self::Check(own) => (Some(&own.file), Some(&own.format), None),
            Self::Diff(own) => (Some(&own.file), Some(&own.format), None),
            Self::Tags(own) => (Some(&own.file), Some(&own.format), None),
            Self::Rewrite(own) => (Some(&own.file), Some(&own.format), None),
            Self::Show(own) => (None, Some(&own.format), None),
            Self::Report(ReportArgs {
                what: ReportCommand::Merge(own),
            }) => (None, Some(&own.format), None),
            Self::Doctor(own) => (Some(&own.file), Some(&own.format), None),
            Self::Map(own) => (Some(&own.file), Some(&own.format), None),
            // Who asks no registry has no use for what it said.
            Self::Plan(own) => {
                let cache = (!own.offline).then_some(&own.cache);
                (Some(&own.file), Some(&own.format), cache)
            }
            Self::Lock(own) => {
                let cache = (!own.check).then_some(&own.cache);
                (Some(&own.file), Some(&own.format), cache)
            }
            Self::Apply(own) => {
                let ApplyingArgs { file, cache, .. } = &own.applying;
                (Some(file), Some(&own.format), Some(cache))
            }
            Self::Watch(own) => {
                let ApplyingArgs { file, cache, .. } = &own.applying;
                (Some(file), None, Some(cache))
            }
            Self::Drift(own) => (Some(&own.file), Some(&own.format), Some(&own.cache)),
            Self::Page(own) => (Some(&own.file), None, Some(&own.cache)),
            Self::Init(_)
            | Self::Import(_)
            | Self::Schema(_)
            | Self::Completions(_)
            | Self::Man
            | Self::Version
            | Self::Demo => (None, None, None),
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

impl Typed {
    fn try_parse_of(typed: &[OsString]) -> Result<Self, clap::Error> {
        let mut definition = Args::command();
        let matches = definition.try_get_matches_from_mut(typed)?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut definition))
    }
}

impl Args {
    /// Returns the program's name and which version of it this is, in a line.
    pub fn version() -> String {
        Typed::command().render_version()
    }

    /// Returns the definition of what can be typed, whose help is in the language that is spoken.
    pub fn command() -> clap::Command {
        let command = help::complete(Typed::command());
        match Language::spoken() {
            Language::English => command,
            Language::Chinese => chinese::translated(command),
        }
    }

    /// Parses what was typed. What commands share may stand before the command as well; it is refused
    /// where the command does nothing with it.
    pub fn parse_checked(
        typed: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Result<Self, NotRun> {
        let typed: Vec<OsString> = typed.into_iter().map(Into::into).collect();
        let Typed {
            talk,
            before,
            command,
        } = Typed::try_parse_of(&typed).map_err(|error| NotRun::of(&error, &typed))?;
        let settled = GlobalArgs::settled(&talk, before, &command.shared());
        let global = settled.map_err(|option| NotRun::idle(option, command.name()))?;
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
            folder: talk.folder.clone(),
            quiet: talk.quiet,
            verbose: talk.verbose,
            no_cache: no_cache || behind.cache.is_some_and(|own| own.no_cache),
            color: talk.color,
            lang: talk.lang,
        })
    }

    /// Returns the format that was asked for, else the one for people.
    pub fn format(&self) -> Format {
        self.format.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
