//! What more than one command takes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::PossibleValue;
use clap::{ArgAction, Args, ValueEnum};

use crate::config::edit::Keys;
use crate::config::parse_host;
use crate::consumers::HostChoice;
use crate::model::Bytes;
use crate::render::Format;

use super::values::{amount, duration};

/// Where these stand in a help: behind what the command is about.
const TALK: usize = 100;

/// How much is said, and how: every command takes it.
#[derive(Debug, Clone, Args)]
pub(super) struct TalkArgs {
    /// Say nothing but the answer and errors
    #[arg(short, long, global = true, display_order = TALK, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Work in this folder: every relative path begins there
    #[arg(short = 'C', value_name = "DIR", global = true, display_order = TALK - 1)]
    pub(super) folder: Option<PathBuf>,
    /// Say more: -v for decisions and retries, -vv for every request
    #[arg(short, long, global = true, display_order = TALK + 1, action = ArgAction::Count)]
    pub(super) verbose: u8,
    /// Use colours `auto` (on a terminal, unless `NO_COLOR` is set), `always` or `never`
    #[arg(
        long,
        global = true,
        display_order = TALK + 2,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(super) color: ColorChoice,
    /// Speak `zh` (Chinese), `en` (English) or `auto` (as the locale); JSON stays English
    #[arg(
        long,
        global = true,
        display_order = TALK + 3,
        value_enum,
        value_name = "LANGUAGE",
        hide_possible_values = true
    )]
    pub(super) lang: Option<LanguageChoice>,
}

/// How far a run goes; what does not fit is left to a later one.
#[derive(Debug, Clone, Default, Args)]
pub struct BoundArgs {
    /// End before so much time has passed, such as `5h30m`: begin nothing that would not be done by then
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub deadline: Option<Duration>,
    /// Copy no more than this amount, such as `50GiB`
    #[arg(long, value_name = "SIZE", value_parser = amount)]
    pub max_bytes: Option<Bytes>,
    /// Make no more pulls of each registry that limits them, as Docker Hub does
    #[arg(long, value_name = "N")]
    pub max_pulls: Option<u64>,
}

/// Which file is read.
#[derive(Debug, Clone, Args)]
pub struct FileArg {
    /// Read this mirror file or image list; `-` is standard input [default: mirror.yaml, mirror.yml, mirror.toml, images.txt, images.dockerfile]
    #[arg(short, long, value_name = "PATH")]
    pub file: Option<PathBuf>,
}

/// What the answer looks like.
#[derive(Debug, Clone, Args)]
pub struct FormatArg {
    /// Write the answer as `human`, `json`, `markdown` or `github` (annotations) [default: human]
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true)]
    pub format: Option<Format>,
}

/// Whether the cache is used.
#[derive(Debug, Clone, Args)]
pub struct CacheArg {
    /// Ask the registries even what an earlier run has found out
    #[arg(long)]
    pub no_cache: bool,
}

/// What may stand before the command as well.
#[derive(Debug, Clone, Args)]
pub(super) struct SharedArgs {
    #[command(flatten)]
    pub(super) file: FileArg,
    #[command(flatten)]
    pub(super) format: FormatArg,
    #[command(flatten)]
    pub(super) cache: CacheArg,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Human => tr_word!("For people", "给人看"),
            Self::Json => tr_word!(
                "For programs; the schemas are printed by `pusher schema`",
                "给程序用；`pusher schema` 输出它的 schema"
            ),
            Self::Markdown => tr_word!(
                "For pull requests and job summaries",
                "用在 pull request 和运行的 Summary 页"
            ),
            Self::Github => tr_word!(
                "For GitHub Actions: annotations on the lines of the files",
                "给 GitHub Actions：标在文件的行上"
            ),
        };
        Some(PossibleValue::new(self.as_str()).help(help))
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    #[value(help = tr_word!("On a terminal, unless `NO_COLOR` is set", "在终端上用，除非设置了 `NO_COLOR`"))]
    Auto,
    /// Always
    #[value(help = tr_word!("Always", "总是"))]
    Always,
    /// Never
    #[value(help = tr_word!("Never", "从不"))]
    Never,
}

/// In which language to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LanguageChoice {
    /// That of the locale
    #[value(help = tr_word!("That of the locale", "按区域设置"))]
    Auto,
    /// English
    #[value(help = tr_word!("English", "英文"))]
    En,
    /// Chinese
    #[value(help = tr_word!("Chinese", "中文"))]
    Zh,
}

/// Where else the answer goes.
#[derive(Debug, Clone, Args)]
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

/// Whether what it came to is kept for Prometheus.
#[derive(Debug, Clone, Args)]
pub struct MetricsArg {
    /// Write what it came to into this file, for node-exporter's textfile collector (`.prom`)
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
}

/// Whether what is no longer declared is deleted.
#[derive(Debug, Clone, Copy, Args)]
pub struct PruneArg {
    /// Delete the tags that the lock records and the files no longer declare
    #[arg(long)]
    pub prune: bool,
}

/// Which stick stands for one side.
#[derive(Debug, Clone, Default, Args)]
pub struct StickArgs {
    /// Put onto this stick what would go to the target, which is not asked: a folder that becomes an OCI layout, or a `.tar`
    #[arg(long, value_name = "STICK", conflicts_with_all = ["from", "prune"])]
    pub into: Option<PathBuf>,
    /// Write a stick whose name ends in `.tar` in parts that stay below this size, such as `4GiB`
    #[arg(long, value_name = "SIZE", requires = "into", value_parser = amount)]
    pub split: Option<Bytes>,
    /// Leave off the stick what the target holds by this lock, which was brought back from it
    #[arg(long, value_name = "LOCK", requires = "into")]
    pub have: Option<PathBuf>,
    /// Take from this stick what would come from the sources, which are not asked; may be repeated
    #[arg(long, value_name = "STICK")]
    pub from: Vec<PathBuf>,
}

/// Which targets.
#[derive(Debug, Clone, Args)]
pub struct ToArg {
    /// Take only these of the targets that the files name
    #[arg(long, value_name = "TARGET", num_args = 1..)]
    pub to: Vec<String>,
}

/// Under which of its hosts the mirror is pulled from.
#[derive(Debug, Clone, Args)]
pub struct HostArg {
    /// Pull from this host of the mirror: `public`, `vpc`, or any other [default: public]
    #[arg(long, value_name = "HOST", value_parser = host)]
    pub host: Option<HostChoice>,
}

/// Takes a word for a host, or a host.
fn host(typed: &str) -> Result<HostChoice, String> {
    match typed.to_ascii_lowercase().as_str() {
        "public" => Ok(HostChoice::Public),
        "vpc" => Ok(HostChoice::Vpc),
        _ => {
            let host = parse_host(typed).map_err(|why| why.to_string())?;
            // In a name, such a word is no host: it would be Docker Hub's.
            if !host.contains(['.', ':']) && host != "localhost" {
                return Err(tr!(
                    "it is neither `public` nor `vpc` nor a host: that has a `.`, a port behind `:`, or is `localhost`",
                    "既不是 `public`、`vpc`，也不是域名：域名里有 `.`，或者在 `:` 后面带端口，或是 `localhost`"
                ));
            }
            Ok(HostChoice::Named(host))
        }
    }
}

/// Which part of the files.
#[derive(Debug, Clone, Args)]
pub struct OnlyArg {
    /// Take only these images: a source, a target, or a pattern of either, such as `'nginx*'`
    #[arg(long, value_name = "PATTERN", num_args = 1..)]
    pub only: Vec<String>,
}

/// Whether everything must be locked.
#[derive(Debug, Clone, Copy, Args)]
pub struct LockedArg {
    /// Refuse to go on if an image is not in the lock
    #[arg(long)]
    pub locked: bool,
}

/// What is said of an image in a file.
#[derive(Debug, Clone, Args)]
pub struct KeysArgs {
    /// The platforms, such as `linux/amd64,linux/arm64`, or `all`: the key `platforms`
    #[arg(long, value_name = "PLATFORM", value_delimiter = ',')]
    pub platform: Vec<String>,
    /// The name below the namespace, such as `app:v1`: the key `target`
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
}

impl KeysArgs {
    /// Returns it as the files say it.
    pub fn keys(&self) -> Keys {
        Keys {
            platforms: self.platform.clone(),
            target: self.target.clone(),
        }
    }
}
