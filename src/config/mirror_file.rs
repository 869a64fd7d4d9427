//! The mirror file: what each key means. The JSON Schema is made from these types, comments and
//! all, so the comments are written for whoever writes a mirror file.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::model::{Bytes, Platforms, Profile, ProfileFacts, Secret};
use crate::plan::policy::{Level, Requirement, Severity, Sources};
use crate::plan::{Attestations, ForeignLayers, MissingPlatforms, Referrers, TargetLabel};
use crate::selection::{Per, Rule};

use super::at::At;
use super::durations;
use super::keywords::Word;
use super::naming_rule::{NamingRule, WORDS};
use super::settings::Registries;
use super::verify_table::VerifyTable;

/// What a registry should hold.
#[derive(Debug, Clone, Default, PartialEq, JsonSchema)]
#[schemars(
    title = "pusher mirror file",
    rename_all = "kebab-case",
    deny_unknown_fields
)]
pub(super) struct MirrorFile {
    /// The version of this format.
    pub(super) version: Version,
    /// Where the images go. Default: the environment's `ALIYUN_REGISTRY` and `ALIYUN_NAME_SPACE`.
    pub(super) target: Option<At<TargetTable>>,
    /// Where the images go, if that is to more than one place: each by a name of lower case letters, digits and `-`, in
    /// place of `target`.
    #[schemars(with = "Option<TargetsSchema>")]
    pub(super) targets: Vec<NamedTarget>,
    /// What holds for every image that does not say otherwise, those of included lists too.
    pub(super) defaults: Option<Choices>,
    /// Image lists (`.txt`), translated into the same model; relative to this file.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) include: Vec<At<String>>,
    /// The images.
    #[schemars(with = "Option<Vec<ImageItem>>")]
    pub(super) images: Vec<ImageItem>,
    /// By whom images must be signed, before they are copied or locked.
    #[schemars(with = "Option<Vec<VerifyTable>>")]
    pub(super) verify: Vec<VerifyTable>,
    /// Whether `plan` and `apply` delete the tags that the lock records and the files no longer
    /// declare, as `--prune` does. Default: `false`.
    pub(super) prune: Option<bool>,
    /// How many tags one run may delete; where more would go, none does. Default: 10.
    pub(super) prune_limit: Option<usize>,
    /// What may be mirrored: rules, all of which hold for every image. One that breaks a rule is blocked, or told of where
    /// the rule says so.
    #[schemars(with = "Option<PolicySchema>")]
    pub(super) policy: Vec<At<PolicyRule>>,
    /// How to talk to registries, by host.
    #[schemars(with = "Option<Registries>")]
    pub(super) registries: Registries,
}

/// A rule of the policy.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PolicyRule {
    /// What it asks.
    pub(super) asks: Requirement,
    /// Of which sources.
    pub(super) sources: Sources,
    /// What becomes of an image that breaks it.
    pub(super) level: Level,
}

/// A rule of the policy, or a list of rules.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "only its schema is used")]
enum PolicySchema {
    Rule(Box<PolicyRuleSchema>),
    Rules(#[schemars(length(min = 1))] Vec<PolicyRuleSchema>),
}

/// A rule of the policy: one of the keys that ask for something, and of which sources it does.
#[derive(JsonSchema)]
#[schemars(
    rename = "PolicyRule",
    rename_all = "kebab-case",
    deny_unknown_fields,
    transform = one_of_the_rules
)]
#[expect(dead_code, reason = "only its schema is used")]
struct PolicyRuleSchema {
    /// The source is one of these, written out, such as `docker.io/library/*` or `ghcr.io/org/*`: `*` stands for any
    /// characters, `?` for one, `[0-9]` for one of these.
    allow: Option<TextsSchema>,
    /// The source is none of these.
    deny: Option<TextsSchema>,
    /// A copy has no more bytes, compressed and of all its platforms, such as `2GiB` or `500MB`.
    #[schemars(regex(pattern = Bytes::PATTERN))]
    max_size: Option<String>,
    /// No more tags of one source repository are declared.
    #[schemars(range(min = 1))]
    max_tags: Option<usize>,
    /// The image is asked for, and comes, for all of these, such as `[linux/amd64, linux/arm64]`.
    platforms_required: Option<TextsSchema>,
    /// The source is not the tag `latest`, unless a digest stands behind it.
    #[schemars(extend("const" = true))]
    no_latest: Option<bool>,
    /// The source has a digest, or the lock settles it.
    #[schemars(extend("const" = true))]
    pinned_only: Option<bool>,
    /// The lock has known the digest that long, such as `3d`, as with an image's own `min-age`.
    #[schemars(with = "Option<durations::Written>")]
    min_age: Option<Duration>,
    /// A rule of `verify` is about the source, be it one with `unsigned`.
    #[schemars(extend("const" = true))]
    verify_required: Option<bool>,
    /// Scanners found nothing worse; needs `reports`.
    #[schemars(with = "Option<Word<Severity>>")]
    max_severity: Option<Severity>,
    /// The JSON reports of Trivy or Grype for `max-severity`, such as `scans/*.json`, relative to this file.
    reports: Option<TextsSchema>,
    /// The rule is about these sources alone. Default: about all.
    r#for: Option<TextsSchema>,
    /// These are taken out of `allow`, of `deny`, or else of `for`.
    except: Option<TextsSchema>,
    /// What becomes of an image that breaks the rule: `block`, or a `warning` alone. Default: `block`.
    #[schemars(with = "Option<Word<Level>>")]
    level: Option<Level>,
}

/// Says that exactly one key asks for something.
fn one_of_the_rules(schema: &mut Schema) {
    let one = |key: &&str| serde_json::json!({ "required": [key] });
    let keys: Vec<_> = POLICY_KEYS.iter().map(one).collect();
    schema.insert("oneOf".to_owned(), keys.into());
}

/// The keys that say what a rule of the policy asks.
pub(super) const POLICY_KEYS: [&str; 10] = [
    "allow",
    "deny",
    "max-size",
    "max-tags",
    "platforms-required",
    "no-latest",
    "pinned-only",
    "min-age",
    "verify-required",
    "max-severity",
];

/// The one version there is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Version;

impl JsonSchema for Version {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": 1 })
    }
}

/// Where the images go.
#[derive(Debug, Clone, Default, PartialEq, JsonSchema)]
#[schemars(rename = "Target", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct TargetTable {
    /// The registry's host. `${NAME}` is expanded.
    #[schemars(required)]
    pub(super) registry: Option<At<String>>,
    /// The namespace below which every image goes. `${NAME}` is expanded. Default: none.
    pub(super) namespace: Option<At<String>>,
    /// Whether a namespace is written that the environment does not tell.
    #[schemars(skip)]
    pub(super) namespace_unknown: bool,
    /// What the registry accepts. Default: `auto`, from its host name.
    #[schemars(with = "Option<ProfileSchema>")]
    pub(super) profile: ProfileTable,
    /// How images are named that have no `target`: `flat`, `path`, which keeps the levels of the source, or a template
    /// such as `{namespace}_{name}`, with `{host}`, `{path}`, `{platform}` and `{tag}`. Default: `flat`.
    #[schemars(with = "Option<NamingWord>")]
    pub(super) naming: Option<NamingRule>,
    /// The user to log in as. `${NAME}` is expanded. Default: what `registries` says of the host.
    #[schemars(with = "Option<String>")]
    pub(super) username: Option<Secret>,
    /// The password or token. `${NAME}` is expanded.
    #[schemars(with = "Option<String>")]
    pub(super) password: Option<Secret>,
}

/// One of several targets.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NamedTarget {
    /// What the file calls it.
    pub(super) name: At<TargetLabel>,
    /// Where it is.
    pub(super) table: At<TargetTable>,
}

/// Several targets by name.
struct TargetsSchema;

impl JsonSchema for TargetsSchema {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Targets".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let target = generator.subschema_for::<TargetTable>();
        json_schema!({
            "type": "object",
            "minProperties": 1,
            "propertyNames": { "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": TargetLabel::LONGEST },
            "additionalProperties": target
        })
    }
}

/// A profile, with what is different in this registry.
#[derive(Debug, Clone, Default, PartialEq, JsonSchema)]
#[schemars(rename = "Profile", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ProfileTable {
    /// The profile that holds for all the rest, by its name or its file. Default: `auto`, from the host name.
    #[schemars(with = "Option<ProfileWord>")]
    pub(super) kind: Option<At<String>>,
    /// What is different.
    #[schemars(flatten)]
    pub(super) facts: ProfileFacts,
}

/// The name of a profile, or the path of its file.
struct ProfileWord;

impl JsonSchema for ProfileWord {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ProfileWord".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = Profile::built_in().map(|profile| profile.name.as_str());
        let names: Vec<&str> = [AUTO].into_iter().chain(names).collect();
        json_schema!({ "type": "string", "examples": names })
    }
}

/// What stands for the profile that the host name tells.
pub(super) const AUTO: &str = "auto";

/// A rule of names, or a template.
struct NamingWord;

impl JsonSchema for NamingWord {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "NamingWord".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "anyOf": [{ "enum": WORDS }, { "pattern": "\\{(host|path|name|namespace|platform|tag)\\}" }],
            "examples": ["{namespace}_{name}"]
        })
    }
}

/// A profile's name, or a table that changes some of it.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "only its schema is used")]
enum ProfileSchema {
    Kind(ProfileWord),
    Table(ProfileTable),
}

/// The choices that can be made for one image or for all.
#[derive(Debug, Clone, Default, PartialEq, JsonSchema)]
#[schemars(rename = "Defaults", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Choices {
    /// The platforms: a list such as `[linux/amd64, linux/arm64]`, or `all`. Default:
    /// `linux/amd64`; `all` for a source with a digest.
    #[schemars(with = "Option<PlatformsSchema>")]
    pub(super) platforms: Option<Platforms>,
    /// When the source lacks one of the platforms: `block` the image, or `skip` the platform.
    /// Default: `block`.
    #[schemars(with = "Option<Word<MissingPlatforms>>")]
    pub(super) missing_platforms: Option<MissingPlatforms>,
    /// The attestations that stand in an index: `keep` them, `drop` them, or keep those that the
    /// target accepts. Default: `auto`.
    #[schemars(with = "Option<Word<Attestations>>")]
    pub(super) attestations: Option<Attestations>,
    /// Which referrers follow an image: `none`, its `signatures`, or `all`. Default: `none`.
    #[schemars(with = "Option<Word<Referrers>>")]
    pub(super) referrers: Option<Referrers>,
    /// Layers that are kept elsewhere, as in Windows images: `leave` them at their URLs, or `copy`
    /// them. Default: `leave`.
    #[schemars(with = "Option<Word<ForeignLayers>>")]
    pub(super) foreign_layers: Option<ForeignLayers>,
    /// Patterns of tags that never move, such as `v?[0-9]*.[0-9]*.[0-9]*`: what the lock settles of them and the
    /// target lists is taken as in place, and not asked for. `*` stands for any characters, `?` for one, `[0-9]`
    /// for one of these; `v?[` begins with a `v` or without. Default: none.
    #[schemars(with = "Option<TextsOrNoneSchema>")]
    pub(super) immutable: Option<Vec<String>>,
    /// How long what a source points to is waited for before it is taken, such as `3d`: counted from when the lock first
    /// saw it. Until then what was locked before stays, and what was not is blocked. Default: 0.
    #[schemars(with = "Option<durations::Written>")]
    pub(super) min_age: Option<Duration>,
}

/// `all`, a platform, or a list of platforms.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "only its schema is used")]
enum PlatformsSchema {
    AllOrOne(String),
    These(#[schemars(length(min = 1))] Vec<String>),
}

/// An image: its source alone, or a table.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(rename = "Image", untagged)]
pub(super) enum ImageItem {
    /// The source, such as `nginx:1.27`.
    Source(At<String>),
    /// The source and more.
    Table(Box<ImageTable>),
}

/// An image with its choices.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(rename = "ImageTable", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ImageTable {
    /// Where it comes from, such as `ghcr.io/org/app:v1`; with `tags` or `select`, without a tag.
    pub(super) source: At<String>,
    /// Where it goes below the namespace, such as `app:v1`, or a template such as `base:{name}-{tag}`;
    /// with `tags` or `select`, without a tag or with `{tag}` in it. Default: by the target's `naming`.
    pub(super) target: Option<At<String>>,
    /// Which tags of the source are meant.
    #[schemars(flatten)]
    pub(super) tags: TagsTable,
    /// What is different for this image.
    #[schemars(flatten)]
    pub(super) choices: Choices,
}

impl ImageTable {
    /// Makes the table of a source alone.
    pub(super) fn of(source: At<String>) -> Self {
        Self {
            source,
            target: None,
            tags: TagsTable::default(),
            choices: Choices::default(),
        }
    }
}

/// Which tags of a source are meant, where the source has none itself.
#[derive(Debug, Clone, Default, PartialEq, JsonSchema)]
#[schemars(rename = "Tags", rename_all = "kebab-case")]
pub(super) struct TagsTable {
    /// Tags by name, such as `[stable, "1.27"]`; each is an image of its own.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) tags: Vec<At<String>>,
    /// Rules that choose tags of those that the registry lists: one, or a list; what any of them
    /// takes is meant.
    #[schemars(with = "Option<SelectSchema>")]
    pub(super) select: Vec<Rule>,
    /// How many tags there have to be, those of `tags` included; where there are fewer, the image
    /// is blocked. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) min_tags: Option<usize>,
    /// How many tags there may be, those of `tags` included; where there are more, the image is
    /// blocked. Default: 100.
    #[schemars(range(min = 1))]
    pub(super) max_tags: Option<usize>,
}

/// A rule, or a list of rules.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "only its schema is used")]
enum SelectSchema {
    Rule(RuleSchema),
    Rules(#[schemars(length(min = 1))] Vec<RuleSchema>),
}

/// A rule that chooses tags. Each key narrows what it takes.
#[derive(JsonSchema)]
#[schemars(rename = "Rule", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct RuleSchema {
    /// A range such as `>=1.25, <2`, `~1.27` or `*`. It looks at the numbers alone.
    version: Option<String>,
    /// The variants, such as `alpine`; `""` for none, `*` for any. Default: none; any with `match` or
    /// `glob`.
    variant: Option<TextsSchema>,
    /// Whether versions before a release are taken, too. Default: `false`.
    pre_releases: Option<bool>,
    /// How many numbers a version has, such as 2 for `1.27`. Default: all there are; `1.27` is
    /// not taken where `1.27.3` is there.
    parts: Option<PartsSchema>,
    /// How many of each family are taken, the newest ones. Default: all.
    #[schemars(range(min = 1))]
    latest: Option<usize>,
    /// Counts `latest` for each `major`, `minor` or `patch` version.
    #[schemars(with = "Option<Word<Per>>")]
    per: Option<Per>,
    /// A regular expression of the whole tag; a group `(?<key>…)` in it is what tags are ordered by.
    r#match: Option<String>,
    /// Patterns of whole tags, of which one fits: `*` stands for any characters, `?` for one,
    /// `[0-9]` for one of these.
    glob: Option<TextsSchema>,
    /// Patterns of whole tags, of which none fits.
    except: Option<TextsSchema>,
}

/// One text, or a list of some.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "only its schema is used")]
enum TextsSchema {
    One(String),
    These(#[schemars(length(min = 1))] Vec<String>),
}

/// One text, or a list of some or none.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "only its schema is used")]
enum TextsOrNoneSchema {
    One(String),
    These(Vec<String>),
}

/// One number, or a list of some.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "only its schema is used")]
enum PartsSchema {
    One(#[schemars(range(min = 1))] usize),
    These(#[schemars(length(min = 1))] Vec<usize>),
}
