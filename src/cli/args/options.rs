//! What each command takes.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use clap_complete::Shell;

use crate::config::walks::ImagePath;
use crate::consumers::Form;
use crate::model::{Bytes, PlatformPattern, Reference, ReferenceError, Repository};
use crate::plan::DriftKind;
use crate::plan::shards::{ShardNumber, Sharding};
use crate::render::schemas::SchemaKind;

use super::shared::{
    BoundArgs, CacheArg, FileArg, FormatArg, HostArg, KeysArgs, LockedArg, MetricsArg, OnlyArg,
    PruneArg, ReportArg, StickArgs, ToArg,
};
use super::values::{amount, shard, shard_count};

/// What `add` takes.
#[derive(Debug, Clone, Args)]
pub struct AddArgs {
    /// The images, as `docker pull` takes them
    #[arg(value_name = "IMAGE", required = true)]
    pub images: Vec<String>,
    /// What is said of each.
    #[command(flatten)]
    pub keys: KeysArgs,
    /// Which file is changed.
    #[command(flatten)]
    pub file: FileArg,
}

/// What `remove` takes.
#[derive(Debug, Clone, Args)]
pub struct RemoveArgs {
    /// The images, each by its source or its name in the target
    #[arg(value_name = "IMAGE", required = true)]
    pub images: Vec<String>,
    /// Which file is changed, with those that it includes.
    #[command(flatten)]
    pub file: FileArg,
}

/// What `set` takes.
#[derive(Debug, Clone, Args)]
pub struct SetArgs {
    /// The image, by its source or its name in the target
    #[arg(value_name = "IMAGE")]
    pub image: String,
    /// What is said of it.
    #[command(flatten)]
    pub keys: KeysArgs,
    /// Which file is changed, with those that it includes.
    #[command(flatten)]
    pub file: FileArg,
}

/// What `list` takes.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// Ask the registries which tags the rules choose now, whatever the lock says
    #[arg(long)]
    pub resolve: bool,
    /// Which targets.
    #[command(flatten)]
    pub to: ToArg,
    /// Which file is read.
    #[command(flatten)]
    pub file: FileArg,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
}

/// What `check` takes.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Which file is read.
    #[command(flatten)]
    pub file: FileArg,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
}

/// What `plan` takes.
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own that can be typed"
)]
pub struct PlanArgs {
    /// Exit with 2 if changes are pending
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Keep the plan in this file, for `pusher apply FILE`
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Part the saved plan for so many machines, each of which runs `pusher apply FILE --shard I/N`
    #[arg(long, value_name = "N", requires = "out", value_parser = shard_count, conflicts_with = "max_bytes_per_shard")]
    pub shards: Option<usize>,
    /// The same, for as few machines as keep what each copies below this amount, such as `20GiB`
    #[arg(long, value_name = "SIZE", requires = "out", value_parser = amount)]
    pub max_bytes_per_shard: Option<Bytes>,
    /// Show what differs inside each image that is updated
    #[arg(long)]
    pub diff: bool,
    /// Ask no registry: hold the files against the lock alone
    #[arg(long, conflicts_with_all = ["out", "prune", "diff", "detailed_exitcode", "no_cache", "into", "from"])]
    pub offline: bool,
    /// Let what cannot be read not count for the exit status
    #[arg(long)]
    pub allow_unknown: bool,
    /// Which stick stands for one side.
    #[command(flatten)]
    pub stick: StickArgs,
    /// Where else the answer goes.
    #[command(flatten)]
    pub report: ReportArg,
    /// Which targets.
    #[command(flatten)]
    pub to: ToArg,
    /// Which part of the files.
    #[command(flatten)]
    pub only: OnlyArg,
    /// Whether everything must be locked.
    #[command(flatten)]
    pub locked: LockedArg,
    /// Whether what is no longer declared is deleted.
    #[command(flatten)]
    pub prune: PruneArg,
    /// Which file is read.
    #[command(flatten)]
    pub file: FileArg,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
    /// Whether the cache is used.
    #[command(flatten)]
    pub cache: CacheArg,
}

impl PlanArgs {
    /// Returns how the plan is to be parted, if it is.
    pub fn sharding(&self) -> Option<Sharding> {
        let most = self
            .max_bytes_per_shard
            .map(|Bytes(most)| Sharding::MostBytes(most));
        self.shards.map(Sharding::Count).or(most)
    }
}

/// What `drift` takes.
#[derive(Debug, Clone, Args)]
pub struct DriftArgs {
    /// Tell and count these kinds alone
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = drift_kinds())]
    pub kind: Vec<DriftKind>,
    /// Which targets.
    #[command(flatten)]
    pub to: ToArg,
    /// Where else the answer goes.
    #[command(flatten)]
    pub report: ReportArg,
    /// Whether it is kept for Prometheus.
    #[command(flatten)]
    pub metrics: MetricsArg,
    /// Which file is read.
    #[command(flatten)]
    pub file: FileArg,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
    /// Whether the cache is used.
    #[command(flatten)]
    pub cache: CacheArg,
}

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
#[derive(Debug, Clone, Args)]
pub struct DiffArgs {
    /// The first image, by tag or digest
    #[arg(value_name = "BEFORE")]
    pub before: Reference,
    /// The second image
    #[arg(value_name = "AFTER")]
    pub after: Reference,
    /// Which file is read.
    #[command(flatten)]
    pub file: FileArg,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
}

/// What `tags` takes.
#[derive(Debug, Clone, Args)]
pub struct TagsArgs {
    /// The image, without a tag
    #[arg(value_name = "IMAGE", value_parser = repository)]
    pub image: Repository,
    /// A rule as it stands behind `select` in a mirror file, with or without braces
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
    /// Which file is read.
    #[command(flatten)]
    pub file: FileArg,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
}

/// Takes an image of which every tag is meant.
fn repository(typed: &str) -> Result<Repository, String> {
    let reference: Reference = typed
        .parse()
        .map_err(|why: ReferenceError| why.to_string())?;
    let last = typed.rsplit('/').next().unwrap_or(typed);
    match last.split_once([':', '@']) {
        None => Ok(reference.repository().clone()),
        Some((name, _)) => Err(tr!(
            "all its tags are meant, write `{name}` alone",
            "这里要的是它的全部标签，只写 `{name}`"
        )),
    }
}

/// What `doctor` takes.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option by itself")]
pub struct DoctorArgs {
    /// Try whether a push would be let in: an upload is opened and given up
    #[arg(long, conflicts_with = "probe")]
    pub write: bool,
    /// Push tiny images of each kind to a repository that nobody has, take them away, and print the profile that follows
    #[arg(long)]
    pub probe: bool,
    /// Send a message to each address in `PUSHER_NOTIFY`, and tell whether it was taken
    #[arg(long, conflicts_with_all = ["write", "probe", "file", "format"])]
    pub notice: bool,
    /// Push them without asking
    #[arg(short, long, requires = "probe")]
    pub yes: bool,
    /// Write the profile to a file
    #[arg(short, long, value_name = "FILE", requires = "probe")]
    pub out: Option<PathBuf>,
    /// Measure this of the targets that the files name
    #[arg(long, value_name = "TARGET", requires = "probe")]
    pub to: Option<String>,
    /// Which file is read.
    #[command(flatten)]
    pub file: FileArg,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
}

/// What `lock` takes.
#[derive(Debug, Clone, Args)]
pub struct LockArgs {
    /// Take what the sources hold now, for these images or for all
    #[arg(long, value_name = "IMAGE", num_args = 0.., conflicts_with = "check")]
    pub update: Option<Vec<String>>,
    /// Take them though they are younger than `min-age`, and write down why
    #[arg(long = "override", value_name = "REASON", requires = "update")]
    pub overriding: Option<String>,
    /// Tell without network whether the lock fits the files: status 1 if not
    #[arg(long, conflicts_with = "no_cache")]
    pub check: bool,
    /// Make the lock that of this file and target, whosever it was
    #[arg(long, conflicts_with = "check")]
    pub adopt: bool,
    /// Which targets.
    #[command(flatten)]
    pub to: ToArg,
    /// Which file is read.
    #[command(flatten)]
    pub file: FileArg,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
    /// Whether the cache is used.
    #[command(flatten)]
    pub cache: CacheArg,
}

/// What `map` takes.
#[derive(Debug, Clone, Args)]
pub struct MapArgs {
    /// With `--for compose`: the Compose file whose images are meant; `-` is standard input
    #[arg(value_name = "COMPOSE", requires = "form")]
    pub compose: Option<PathBuf>,
    /// Write what this consumer reads
    #[arg(long = "for", value_name = "CONSUMER", value_parser = forms(), conflicts_with_all = ["check", "format"])]
    pub form: Option<Form>,
    /// Write it to files below this folder, named as the consumer looks for them
    #[arg(short, long, value_name = "DIR", requires = "form")]
    pub out: Option<PathBuf>,
    /// Ask the mirror for each name: status 2 if one is missing, or another image than is locked
    #[arg(long)]
    pub check: bool,
    /// Under which of its hosts the mirror is pulled from.
    #[command(flatten)]
    pub host: HostArg,
    /// Take only the images for this platform, such as `linux/arm64`
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<PlatformPattern>,
    /// Which targets.
    #[command(flatten)]
    pub to: ToArg,
    /// Which part of the files.
    #[command(flatten)]
    pub only: OnlyArg,
    /// Which file is read.
    #[command(flatten)]
    pub file: FileArg,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
}

/// Takes the name of a consumer.
fn forms() -> impl TypedValueParser<Value = Form> {
    let names = PossibleValuesParser::new(Form::ALL.map(Form::as_str));
    let form = |name: &str| Form::ALL.into_iter().find(|form| form.as_str() == name);
    names.try_map(move |name| form(&name).ok_or("not a consumer"))
}

/// What `apply` takes.
#[derive(Debug, Clone, Args)]
pub struct ApplyArgs {
    /// Do exactly what this saved plan says
    #[arg(value_name = "PLAN", conflicts_with_all = ["only", "to"])]
    pub plan: Option<PathBuf>,
    /// Do only this part of the saved plan, which was made with `--shards`: `2/4`, or `1+1/4` where machines are counted from 0
    #[arg(long, value_name = "I/N", requires = "plan", value_parser = shard)]
    pub shard: Option<ShardNumber>,
    /// Go on without asking; a saved plan and a run without a terminal ask nothing
    #[arg(short, long)]
    pub yes: bool,
    /// Which stick stands for one side.
    #[command(flatten)]
    pub stick: StickArgs,
    /// Whether it is kept for Prometheus.
    #[command(flatten)]
    pub metrics: MetricsArg,
    /// What is to become of what the files declare.
    #[command(flatten)]
    pub applying: ApplyingArgs,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
}

/// What is to become of what the files declare, each time that it is applied.
#[derive(Debug, Clone, Args)]
pub struct ApplyingArgs {
    /// Add what was put into the target to this file, a line of JSON an image
    #[arg(long, value_name = "FILE")]
    pub records: Option<PathBuf>,
    /// Attach such a line to each image that was put into the target, as a referrer
    #[arg(long)]
    pub attest: bool,
    /// How far it goes.
    #[command(flatten)]
    pub bounds: BoundArgs,
    /// Where else the answer goes.
    #[command(flatten)]
    pub report: ReportArg,
    /// Which targets.
    #[command(flatten)]
    pub to: ToArg,
    /// Which part of the files.
    #[command(flatten)]
    pub only: OnlyArg,
    /// Whether everything must be locked.
    #[command(flatten)]
    pub locked: LockedArg,
    /// Whether what is no longer declared is deleted.
    #[command(flatten)]
    pub prune: PruneArg,
    /// Which file is read.
    #[command(flatten)]
    pub file: FileArg,
    /// Whether the cache is used.
    #[command(flatten)]
    pub cache: CacheArg,
}

impl ApplyingArgs {
    /// Returns each file that is written, with the option that it was named with.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let records = self
            .records
            .iter()
            .map(|path| ("--records", path.as_path()));
        self.report.named().chain(records)
    }
}

/// What `init` takes.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// The images, each as it stands in a list
    #[arg(value_name = "IMAGE")]
    pub images: Vec<String>,
    /// The registry that they go to, by its host [default: `ALIYUN_REGISTRY`]
    #[arg(long, value_name = "HOST")]
    pub registry: Option<String>,
    /// The namespace in it [default: `ALIYUN_NAME_SPACE`]
    #[arg(long, value_name = "NAME")]
    pub namespace: Option<String>,
    /// Write `mirror.yaml` as well, which can say more than a list
    #[arg(long)]
    pub mirror_file: bool,
    /// Write no workflow for GitHub
    #[arg(long)]
    pub no_workflow: bool,
}

/// What `show` takes.
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// The saved plan
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// Show only in what it differs from this other saved plan
    #[arg(long, value_name = "PLAN")]
    pub against: Option<PathBuf>,
    /// Print the shards in which something is to be done, as JSON for the matrix of a CI system
    #[arg(long, conflicts_with_all = ["against", "format"])]
    pub matrix: bool,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
}

/// What `page` takes.
#[derive(Debug, Clone, Args)]
pub struct PageArgs {
    /// The folder; `index.html` is written there, and nothing else is touched
    #[arg(value_name = "DIR")]
    pub site: PathBuf,
    /// Tell what earlier runs changed, by what `apply` kept with `--records` or `--report`: files or folders
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub history: Vec<PathBuf>,
    /// Which targets.
    #[command(flatten)]
    pub to: ToArg,
    /// Which file is read.
    #[command(flatten)]
    pub file: FileArg,
    /// Whether the cache is used.
    #[command(flatten)]
    pub cache: CacheArg,
}

/// What `report` takes.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// What is done with them.
    #[command(subcommand)]
    pub what: ReportCommand,
}

/// What can be done with reports.
#[derive(Debug, Clone, Subcommand)]
pub enum ReportCommand {
    /// Say as one report what the shards of a saved plan did
    ///
    /// A shard that has something to do and no report is named, with what does it again. No registry is asked.
    Merge(MergeArgs),
}

/// What `report merge` takes.
#[derive(Debug, Clone, Args)]
pub struct MergeArgs {
    /// The saved plan that the shards are of
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// What `pusher apply PLAN --shard I/N --report FILE` has written, one for each shard
    #[arg(value_name = "REPORT")]
    pub reports: Vec<PathBuf>,
    /// Where else the answer goes.
    #[command(flatten)]
    pub report: ReportArg,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
}

/// What `import` takes.
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// The file, and what its tool reads beside it; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "from")]
    pub files: Vec<PathBuf>,
    /// Write down what this registry holds below a namespace; what is typed besides names repositories of it
    #[arg(long, value_name = "HOST/NAMESPACE")]
    pub from: Option<String>,
}

/// What `rewrite` takes.
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own that can be typed"
)]
pub struct RewriteArgs {
    /// The files; `-` alone is standard input, whose text goes to standard output
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Write the files; without it, what would change is shown
    #[arg(long)]
    pub write: bool,
    /// Give each image the digest that the lock has for the mirror
    #[arg(long, conflicts_with = "back")]
    pub pin: bool,
    /// Put the names upstream back in the place of the mirror's
    #[arg(long)]
    pub back: bool,
    /// Add the images that no entry declares to the file that declares them
    #[arg(long, conflicts_with = "back")]
    pub add: bool,
    /// Exit with 1 if an image is left as it is
    #[arg(long)]
    pub strict: bool,
    /// Look for images here as well, such as `spec.image`, or `Runner:spec.*.image` in one kind of object
    #[arg(long, value_name = "PATH")]
    pub path: Vec<ImagePath>,
    /// Under which of its hosts the mirror is pulled from.
    #[command(flatten)]
    pub host: HostArg,
    /// Take this of the targets that the files name
    #[arg(long, value_name = "TARGET")]
    pub to: Option<String>,
    /// Which file is read.
    #[command(flatten)]
    pub file: FileArg,
    /// What the answer looks like.
    #[command(flatten)]
    pub format: FormatArg,
}

/// What `schema` takes.
#[derive(Debug, Clone, Args)]
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

/// What `completions` takes.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}
