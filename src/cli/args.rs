//! What can be typed.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{ArgAction, Args as ClapArgs, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::model::Reference;
use crate::plan::DriftKind;
use crate::render;
use crate::render::schemas::SchemaKind;

/// Mirror container images into a registry: declare them, plan, apply
#[derive(Debug, Parser)]
#[command(
    name = "pusher",
    version,
    arg_required_else_help = true,
    after_help = EXAMPLES
)]
pub struct Args {
    /// What holds for every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  pusher demo                      see the main job done on two registries inside this process
  pusher plan                      show what is missing or has changed in the target
  pusher apply                     copy it
  pusher plan --format markdown    the same plan for a pull request
  pusher check -f images.txt       find every mistake without asking a registry

Exit status:
  0  done, and nothing is pending
  1  an error, or something is blocked, unreadable or failed
  2  changes are pending (`drift`, and `plan --detailed-exitcode`)";

/// What holds for every command.
#[derive(Debug, Clone, ClapArgs)]
pub struct GlobalArgs {
    /// Read this mirror file or image list [default: mirror.yaml, mirror.yml, mirror.toml, images.txt]
    #[arg(short, long, global = true, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// Write the answer as `human`, `json`, `markdown` or `github` (annotations) [default: human]
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        hide_possible_values = true
    )]
    pub format: Option<Format>,
    /// Say nothing but the answer and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: -v for decisions and retries, -vv for every request
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Ask the registries even what an earlier run has found out
    #[arg(long, global = true)]
    pub no_cache: bool,
    /// Use colours `auto` (on a terminal, unless `NO_COLOR` is set), `always` or `never`
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub color: ColorChoice,
}

/// The format of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// For programs; the schemas are printed by `pusher schema`
    Json,
    /// For pull requests and job summaries
    Markdown,
    /// For GitHub Actions: annotations on the lines of the files
    Github,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what the files declare: source, platforms, target
    List,
    /// Report every mistake in the files
    Check,
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

/// What `plan` takes.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = PLAN_EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own that can be typed"
)]
pub struct PlanArgs {
    /// Exit with 2 if changes are pending
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Keep the plan in this file, for `pusher apply FILE`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Show what differs inside each image that is updated
    #[arg(long)]
    pub diff: bool,
    /// Ask no registry: hold the files against the lock alone
    #[arg(long, conflicts_with_all = ["out", "prune", "diff"])]
    pub offline: bool,
    /// Let what cannot be read not count for the exit status
    #[arg(long)]
    pub allow_unknown: bool,
    /// Where else the answer goes.
    #[command(flatten)]
    pub report: ReportArg,
    /// Whether everything must be locked.
    #[command(flatten)]
    pub locked: LockedArg,
    /// Whether what is no longer declared is deleted.
    #[command(flatten)]
    pub prune: PruneArg,
}

/// Where else the answer goes.
#[derive(Debug, Clone, ClapArgs)]
pub struct ReportArg {
    /// Also write the answer to this file, as JSON; as Markdown if its name ends in `.md`; may be given twice
    #[arg(long, value_name = "FILE")]
    pub report: Vec<PathBuf>,
}

impl ReportArg {
    /// Returns each file with the option that it was named with.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        self.report.iter().map(|path| ("--report", path.as_path()))
    }
}

/// Whether what is no longer declared is deleted.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct PruneArg {
    /// Delete the tags that `mirror.lock` records and the files no longer declare
    #[arg(long)]
    pub prune: bool,
}

/// Whether everything must be locked.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct LockedArg {
    /// Refuse to go on if an image is not in `mirror.lock`
    #[arg(long)]
    pub locked: bool,
}

/// What `drift` takes.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = DRIFT_EXAMPLES)]
pub struct DriftArgs {
    /// Tell and count these kinds alone
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = drift_kinds())]
    pub kind: Vec<DriftKind>,
    /// Where else the answer goes.
    #[command(flatten)]
    pub report: ReportArg,
}

const DRIFT_EXAMPLES: &str = "\
Examples:
  pusher drift
  pusher drift --kind target-changed,target-missing
  pusher drift --report drift.md";

/// Takes the name of a kind of drift.
fn drift_kinds() -> impl TypedValueParser<Value = DriftKind> {
    let names = PossibleValuesParser::new(DriftKind::ALL.map(DriftKind::as_str));
    let kind = |name: &str| {
        DriftKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
    };
    names.try_map(move |name| kind(&name).ok_or("not a kind of drift"))
}

/// What `diff` takes.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = DIFF_EXAMPLES)]
pub struct DiffArgs {
    /// The first image, by tag or digest
    #[arg(value_name = "BEFORE")]
    pub before: Reference,
    /// The second image
    #[arg(value_name = "AFTER")]
    pub after: Reference,
}

const DIFF_EXAMPLES: &str = "\
Examples:
  pusher diff nginx:1.27.1 nginx:1.27.2
  pusher diff registry.cn-hangzhou.aliyuncs.com/team/nginx:1.27 nginx:1.27 --format markdown";

/// What `lock` takes.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = LOCK_EXAMPLES)]
pub struct LockArgs {
    /// Take what the sources hold now, for these images or for all
    #[arg(long, value_name = "IMAGE", num_args = 0.., conflicts_with = "check")]
    pub update: Option<Vec<String>>,
    /// Tell without network whether the lock fits the files: status 1 if not
    #[arg(long)]
    pub check: bool,
}

const LOCK_EXAMPLES: &str = "\
Examples:
  pusher lock                        lock what is not locked yet
  pusher lock --update               move every image to what its source holds now
  pusher lock --update nginx:1.27    move one, by its source or its target
  pusher lock --check                for a pull request: does the lock fit the files?";

const PLAN_EXAMPLES: &str = "\
Examples:
  pusher plan
  pusher plan -f mirror.toml --format json
  pusher plan --diff
  pusher plan --out plan.json
  pusher plan --detailed-exitcode -q || echo \"status $?\"";

/// What `apply` takes.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = APPLY_EXAMPLES)]
pub struct ApplyArgs {
    /// Copy exactly the digests of this saved plan
    #[arg(value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    /// Where else the answer goes.
    #[command(flatten)]
    pub report: ReportArg,
    /// Whether everything must be locked.
    #[command(flatten)]
    pub locked: LockedArg,
    /// Whether what is no longer declared is deleted.
    #[command(flatten)]
    pub prune: PruneArg,
}

const APPLY_EXAMPLES: &str = "\
Examples:
  pusher apply
  pusher plan --out plan.json && pusher apply plan.json
  pusher apply --report report.json";

/// What `import` takes.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = IMPORT_EXAMPLES)]
pub struct ImportArgs {
    /// The image list
    #[arg(value_name = "FILE")]
    pub list: PathBuf,
}

const IMPORT_EXAMPLES: &str = "\
Examples:
  pusher import images.txt > mirror.yaml";

/// What `schema` takes.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = SCHEMA_EXAMPLES)]
pub struct SchemaArgs {
    /// Which schema
    #[arg(value_name = "KIND", value_parser = schema_kinds())]
    pub kind: SchemaKind,
}

/// Takes a schema's name; what it is a schema of is for `render` to know.
fn schema_kinds() -> impl TypedValueParser<Value = SchemaKind> {
    let names = PossibleValuesParser::new(SchemaKind::ALL.map(SchemaKind::as_str));
    let kind = |name: &str| {
        SchemaKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
    };
    names.try_map(move |name| kind(&name).ok_or("not a schema"))
}

const SCHEMA_EXAMPLES: &str = "\
Examples:
  pusher schema mirror > mirror.schema.json";

impl Args {
    /// Parses what was typed, and refuses an option that its command does nothing with.
    pub fn parse_checked(
        typed: impl IntoIterator<Item = impl Into<std::ffi::OsString> + Clone>,
    ) -> Result<Self, clap::Error> {
        let args = Self::try_parse_from(typed)?;
        let reads_files = matches!(
            args.command,
            Command::List
                | Command::Check
                | Command::Plan(_)
                | Command::Apply(_)
                | Command::Drift(_)
                | Command::Lock(_)
                | Command::Diff(_)
        );
        let answers = reads_files && !matches!(args.command, Command::Lock(_));
        let asks_registries = matches!(
            args.command,
            Command::Plan(_) | Command::Apply(_) | Command::Drift(_) | Command::Lock(_)
        );
        let options = [
            ("--file", args.global.file.is_some(), reads_files),
            ("--format", args.global.format.is_some(), answers),
            ("--no-cache", args.global.no_cache, asks_registries),
        ];
        match options
            .iter()
            .find(|(_, given, has_use)| *given && !has_use)
        {
            None => Ok(args),
            Some((option, ..)) => {
                let name = args.command.name();
                let message = format!("`{option}` does nothing for `pusher {name}`");
                Err(Self::command().error(ErrorKind::ArgumentConflict, message))
            }
        }
    }
}

impl From<Format> for render::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Human => Self::Human,
            Format::Json => Self::Json,
            Format::Markdown => Self::Markdown,
            Format::Github => Self::Github,
        }
    }
}

impl Command {
    /// Returns the word that is typed for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Check => "check",
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
}

impl GlobalArgs {
    /// Returns the format that was asked for, else the one for people.
    pub fn format(&self) -> Format {
        self.format.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Args, clap::Error> {
        Args::parse_checked(line.split(' '))
    }

    #[test]
    fn the_definition_holds_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn global_options_stand_on_either_side() {
        for line in ["pusher -f a.txt plan", "pusher plan -f a.txt"] {
            let args = parse(line).unwrap();
            assert_eq!(args.global.file, Some("a.txt".into()));
        }
    }

    #[test]
    fn refuses_what_would_do_nothing() {
        for line in [
            "pusher -f a.txt schema mirror",
            "pusher demo --format json",
            "pusher import a.txt --format json",
            "pusher plan -q -v",
            "pusher list --detailed-exitcode",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn help_texts_are_imperative_lines_without_a_final_period() {
        let command = Args::command();
        let commands = command.get_subcommands().chain([&command]);
        for command in commands {
            let about = command.get_about().unwrap().to_string();
            let options = command.get_arguments().filter_map(|a| a.get_help());
            for text in options.map(ToString::to_string).chain([about]) {
                assert!(!text.ends_with('.') && !text.contains('\n'), "{text}");
                assert!(text.starts_with(char::is_uppercase), "{text}");
            }
        }
    }
}
