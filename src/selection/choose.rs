//! Which tags a selection takes of those that a repository lists.

use std::collections::HashSet;

use super::account::{Account, examples};
use super::candidate::listed_once;
use super::follow::follow;
use super::latest::Mixture;
use super::rule::Rule;

/// How many tags a selection takes at most where `max-tags` does not say otherwise: a rule that means a whole
/// repository is more often a mistake than a wish.
pub const MAX_TAGS: usize = 100;

/// Which tags of a repository are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Tags that are meant by name, whether or not they are there.
    pub literals: Vec<String>,
    /// Rules; what any of them takes is meant.
    pub rules: Vec<Rule>,
    /// How many tags it has to take at least, the literal ones included.
    pub min: Option<usize>,
    /// How many it may take at most, the literal ones included. Default: [`MAX_TAGS`].
    pub max: Option<usize>,
}

/// What a selection takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The literal tags as they are written, and behind them the others, the newest first.
    pub tags: Vec<String>,
    /// What each rule did.
    pub account: Account,
}

/// Why a selection takes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub why: Refusal,
    /// What the rules did, as far as they came.
    pub account: Account,
}

/// Why a selection takes nothing: what it means is more often a mistake than a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No rule takes any tag.
    Nothing,
    /// It takes fewer tags than it has to.
    TooFew {
        /// How many.
        found: usize,
        /// How many it has to.
        min: usize,
    },
    /// It takes more tags than it may.
    TooMany {
        /// How many.
        found: usize,
        /// How many it may.
        max: usize,
        /// The newest of those that are too many.
        beyond: Vec<String>,
    },
    /// A rule takes versions and dates of one variant, which cannot be compared.
    Mixed(Mixture),
}

impl Selection {
    /// Tells which tags are meant of those that a repository lists, in whatever order.
    ///
    /// # Errors
    ///
    /// What it means cannot be right: nothing, too few, too many, or what cannot be compared.
    pub fn choose(&self, listed: &[String]) -> Result<Chosen, Refused> {
        let all = listed_once(listed);
        let mut account = Account {
            listed: all.len(),
            rules: vec![],
        };
        let mut taken = HashSet::new();
        for rule in &self.rules {
            let (tags, told, mixture) = follow(rule, all.clone());
            taken.extend(tags);
            account.rules.push(told);
            if let Some(mixture) = mixture {
                let why = Refusal::Mixed(mixture);
                return Err(Refused { why, account });
            }
        }
        let mut known = HashSet::new();
        let literals = self.literals.iter().map(String::as_str);
        let selected = all
            .iter()
            .map(|one| one.tag)
            .filter(|tag| taken.contains(tag));
        let tags = literals.chain(selected).filter(|tag| known.insert(*tag));
        let tags: Vec<_> = tags.map(str::to_owned).collect();
        let found = tags.len();
        let max = self.max.unwrap_or(MAX_TAGS);
        let why = match self.min {
            _ if taken.is_empty() && !self.rules.is_empty() => Refusal::Nothing,
            Some(min) if found < min => Refusal::TooFew { found, min },
            _ if found > max => {
                let beyond = examples(tags[max..].iter().map(String::as_str));
                Refusal::TooMany { found, max, beyond }
            }
            _ => return Ok(Chosen { tags, account }),
        };
        Err(Refused { why, account })
    }
}
