//! What was found out about the registries that files name, one step after the other. Pure.
//!
//! A step that needs another one which failed is skipped, so that one cause is told once.

mod measured;
mod step;

pub use measured::{Finding, MOST_LEVELS, Measured, Sample};
pub use step::{Check, Fact, Outcome, Pulls, Repositories, Skip, Step, Trouble};

use crate::model::Text;
use crate::plan::Target;

/// What was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkup {
    /// What was read.
    pub files: FilesRead,
    /// What is missing in the environment, or wrong with where images go; something, where there is no target.
    pub unset: Vec<Unset>,
    /// Where the images go, if that is known.
    pub target: Option<Target>,
    /// The registries: the target's first, then those of the sources in the order of the files.
    pub registries: Vec<Examined>,
}

/// What was read of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilesRead {
    /// The name of the main one.
    pub name: String,
    /// How many images they declare.
    pub images: usize,
    /// How many mistakes are in them.
    pub mistakes: usize,
}

/// Something that is not set, or set to what it cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unset {
    /// What it is.
    pub message: Text,
    /// What to do about it.
    pub help: Option<Text>,
}

/// A registry, and what was found out about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// Its host, as references name it; of a mirror with the path in front of its repositories.
    pub registry: String,
    /// What it is for.
    pub side: Side,
    /// The registry that it is a mirror of, if it is one.
    pub mirror_of: Option<String>,
    /// The steps, in the order in which they were made.
    pub steps: Vec<Step>,
}

/// What a registry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Images come from it.
    Source,
    /// It is asked before one that images come from.
    Mirror,
    /// Images go to it; they may come from it, too.
    Target,
}

/// How many steps came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Steps that found what they should, some with something to look at.
    pub passed: usize,
    /// Steps that did not.
    pub failed: usize,
    /// Steps that were not made.
    pub skipped: usize,
}

impl Checkup {
    /// Counts the steps; the files, what is not set and where images go are some as well.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        let has_mistakes = usize::from(self.files.mistakes > 0);
        counts.failed = has_mistakes + self.unset.len();
        counts.passed = 1 - has_mistakes + usize::from(self.target.is_some());
        for step in self.registries.iter().flat_map(|one| &one.steps) {
            match step.outcome {
                Outcome::Found(_) => counts.passed += 1,
                Outcome::Failed(_) => counts.failed += 1,
                Outcome::Skipped(_) => counts.skipped += 1,
            }
        }
        counts
    }
}
