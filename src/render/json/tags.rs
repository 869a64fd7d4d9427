//! `tags --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::render::inputs::{Found, Tagged};
use crate::render::words::selection as words;
use crate::selection::{self as core, Refusal, Refused};

use super::document::{FORMAT_VERSION, schema, write};

/// What was made of the tags of a repository.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "pusher tags")]
struct Answer {
    /// The version of this format.
    format_version: &'static str,
    /// The repository, fully written out.
    repository: String,
    /// How many tags it lists.
    listed: usize,
    /// The families of versions in it, those with the most releases first; null where rules were given.
    families: Option<Vec<Family>>,
    /// Tags of no family; null where rules were given.
    others: Option<Vec<Others>>,
    /// What each rule takes and drops; null where none was given.
    rules: Option<Vec<Followed>>,
    /// The tags that are meant: those that are named, then the others, the newest first. Null where no rule
    /// was given, or nothing is meant.
    tags: Option<Vec<String>>,
    /// Why nothing is meant.
    blocked: Option<Blocked>,
}

/// The versions of one variant that can be compared with each other.
#[derive(Debug, Serialize, JsonSchema)]
struct Family {
    /// The variant; empty where there is none.
    variant: String,
    /// What the first numbers count.
    kind: Kind,
    /// How many whole releases there are.
    releases: usize,
    /// How many come before a release.
    pre_releases: usize,
    /// How many are other names of longer versions.
    aliases: usize,
    /// The newest of them.
    newest: Vec<String>,
    /// A rule that takes the newest of them, as it stands in a mirror file.
    rule: String,
}

/// What the first numbers of versions count.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// Versions.
    Versions,
    /// Days.
    Dates,
}

/// Tags of no family.
#[derive(Debug, Serialize, JsonSchema)]
struct Others {
    /// What they are, in words.
    message: String,
    /// How many.
    count: usize,
    /// A few of them.
    examples: Vec<String>,
}

/// What a rule takes and drops.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Followed {
    /// The rule, as it stands in a mirror file.
    rule: String,
    /// What it drops, step by step.
    dropped: Vec<Dropped>,
    /// How many tags it takes.
    taken: usize,
    /// The newest of those.
    newest: Vec<String>,
}

/// What a step of a rule drops.
#[derive(Debug, Serialize, JsonSchema)]
struct Dropped {
    /// Why.
    reason: Reason,
    /// Why, in words.
    message: String,
    /// How many tags.
    count: usize,
    /// The newest of them.
    newest: Vec<String>,
}

/// Why a step of a rule drops tags.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Reason {
    /// No registry may have such a tag.
    NotATag,
    /// They are digests of commits or of images.
    Digest,
    /// They are not as `match` says.
    Match,
    /// They are not as `glob` says.
    Glob,
    /// They name no version.
    NoVersion,
    /// They are dates, and the range is one of versions; or the other way round.
    OtherKind,
    /// They are of another variant.
    Variant,
    /// They come before a release.
    PreRelease,
    /// They are not within the range.
    Range,
    /// They have another number of parts.
    Parts,
    /// They are other names of longer versions.
    Alias,
    /// They are as `except` says.
    Except,
    /// There are so many newer ones.
    Latest,
}

/// Why nothing is meant.
#[derive(Debug, Serialize, JsonSchema)]
struct Blocked {
    /// Why.
    reason: BlockedBy,
    /// Why, in words.
    message: String,
    /// What to do about it.
    hint: Option<String>,
}

/// Why nothing is meant.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum BlockedBy {
    /// No rule takes any tag.
    Nothing,
    /// There are fewer tags than `min-tags`.
    TooFew,
    /// There are more tags than `max-tags`.
    TooMany,
    /// A rule mixes versions and dates.
    Mixed,
}

impl From<&Tagged<'_>> for Answer {
    fn from(tagged: &Tagged<'_>) -> Self {
        let empty = Self {
            format_version: FORMAT_VERSION,
            repository: tagged.repository.to_string(),
            listed: tagged.listed(),
            families: None,
            others: None,
            rules: None,
            tags: None,
            blocked: None,
        };
        match tagged.found {
            Found::Survey(survey) => Self {
                families: Some(survey.families.iter().map(Family::from).collect()),
                others: Some(words::without_version(survey).map(Others::from).collect()),
                ..empty
            },
            Found::Selected(selected) => Self {
                rules: Some(tagged.rules().iter().map(Followed::from).collect()),
                tags: selected.as_ref().ok().map(|chosen| chosen.tags.clone()),
                blocked: selected.as_ref().err().map(Blocked::from),
                ..empty
            },
        }
    }
}

impl From<&core::Family> for Family {
    fn from(family: &core::Family) -> Self {
        let core::Family {
            variant,
            scheme,
            releases,
            pre_releases,
            aliases,
            newest,
            rule,
        } = family;
        Self {
            variant: variant.clone(),
            kind: if scheme.is_date() {
                Kind::Dates
            } else {
                Kind::Versions
            },
            releases: *releases,
            pre_releases: *pre_releases,
            aliases: *aliases,
            newest: newest.clone(),
            rule: rule.to_string(),
        }
    }
}

impl From<(&core::Others, &'static str)> for Others {
    fn from((others, message): (&core::Others, &'static str)) -> Self {
        Self {
            message: message.to_owned(),
            count: others.count,
            examples: others.examples.clone(),
        }
    }
}

impl From<&core::RuleAccount> for Followed {
    fn from(told: &core::RuleAccount) -> Self {
        Self {
            rule: told.rule.clone(),
            dropped: told.steps.iter().map(Dropped::from).collect(),
            taken: told.taken,
            newest: told.newest.clone(),
        }
    }
}

impl From<&core::Step> for Dropped {
    fn from(step: &core::Step) -> Self {
        Self {
            reason: match step.why {
                core::Dropped::NotATag => Reason::NotATag,
                core::Dropped::Hash => Reason::Digest,
                core::Dropped::Unmatched => Reason::Match,
                core::Dropped::OtherGlob => Reason::Glob,
                core::Dropped::NoVersion => Reason::NoVersion,
                core::Dropped::OtherScheme(_) => Reason::OtherKind,
                core::Dropped::OtherVariant => Reason::Variant,
                core::Dropped::PreRelease => Reason::PreRelease,
                core::Dropped::OutOfRange => Reason::Range,
                core::Dropped::OtherParts => Reason::Parts,
                core::Dropped::Alias => Reason::Alias,
                core::Dropped::Excepted => Reason::Except,
                core::Dropped::BeyondLatest { .. } => Reason::Latest,
            },
            message: words::reason(step),
            count: step.count,
            newest: step.newest.clone(),
        }
    }
}

impl From<&Refused> for Blocked {
    fn from(refused: &Refused) -> Self {
        Self {
            reason: match refused.why {
                Refusal::Nothing => BlockedBy::Nothing,
                Refusal::TooFew { .. } => BlockedBy::TooFew,
                Refusal::TooMany { .. } => BlockedBy::TooMany,
                Refusal::Mixed(_) => BlockedBy::Mixed,
            },
            message: words::refusal(refused),
            hint: words::refusal_hint(&refused.why),
        }
    }
}

/// Writes what was made of the tags.
pub fn tags(tagged: &Tagged<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    write(&Answer::from(tagged), out)
}

/// Returns the JSON Schema of what [`tags`] writes.
pub fn tags_schema() -> serde_json::Value {
    schema::<Answer>()
}
