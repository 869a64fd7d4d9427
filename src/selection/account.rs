//! What each step of a rule takes and drops.

use super::rule::Per;
use super::scheme::Scheme;

/// What a selection makes of a repository's tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// How many tags are listed.
    pub listed: usize,
    /// What each rule does, in the order of the file.
    pub rules: Vec<RuleAccount>,
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleAccount {
    /// The rule, as it is written back.
    pub rule: String,
    /// What it drops, step by step; a step that drops nothing is not there.
    pub steps: Vec<Step>,
    /// How many tags it takes.
    pub taken: usize,
    /// The newest of those.
    pub newest: Vec<String>,
}

/// One step of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Why the tags are dropped.
    pub why: Dropped,
    /// How many are.
    pub count: usize,
    /// The newest of them.
    pub newest: Vec<String>,
}

/// Why a rule drops tags. In the order of the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// No registry may have such a tag.
    NotATag,
    /// They are digests of commits or of images.
    Hash,
    /// They are not as `match` says.
    Unmatched,
    /// They are not as `glob` says.
    OtherGlob,
    /// They name no version.
    NoVersion,
    /// They count something else than the range: dates, or versions.
    OtherScheme(Scheme),
    /// They are of another variant.
    OtherVariant,
    /// They come before a release.
    PreRelease,
    /// They are not within the range.
    OutOfRange,
    /// They have another number of parts than `parts` says.
    OtherParts,
    /// They are other names of a longer version: `1.27` of `1.27.3`.
    Alias,
    /// They are as `except` says.
    Excepted,
    /// So many newer ones are there.
    BeyondLatest {
        /// How many are taken.
        latest: usize,
        /// Of which part of a family.
        per: Option<Per>,
    },
}

/// How many examples are named.
const EXAMPLES: usize = 3;

/// Returns the first few of some tags, which are the newest.
pub(super) fn examples<'a>(tags: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    tags.into_iter().take(EXAMPLES).map(str::to_owned).collect()
}
