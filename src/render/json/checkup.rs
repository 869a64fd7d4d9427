//! `doctor --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::checkup as core;
use crate::render::hints::for_step;
use crate::render::words::checkup as words;

use super::document::{FORMAT_VERSION, Target, write};
use super::each::schema_of_each;

/// What was found out about the files and about their registries.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "pusher doctor")]
struct Doctor {
    /// The version of this format.
    format_version: &'static str,
    /// What was read.
    files: Files,
    /// Where the images go; null where that is not set, or set to what it cannot be.
    target: Option<Target>,
    /// What is missing in the environment, or wrong with where images go.
    settings: Vec<Problem>,
    /// How many steps came to what; the files, the settings and the target are some as well.
    summary: Summary,
    /// The registries: the target's first, then those of the sources.
    registries: Vec<Examined>,
}

/// What was read of the files.
#[derive(Debug, Serialize, JsonSchema)]
struct Files {
    /// The name of the main one.
    file: String,
    /// How many images they declare.
    images: usize,
    /// How many mistakes are in them; `pusher check` tells each.
    mistakes: usize,
}

/// Something that is not set, or set to what it cannot be.
#[derive(Debug, Serialize, JsonSchema)]
struct Problem {
    /// What it is.
    message: String,
    /// What to do about it.
    help: Option<String>,
}

/// How many steps came to what.
#[derive(Debug, Serialize, JsonSchema)]
struct Summary {
    /// Steps that found what they should.
    passed: usize,
    /// Steps that did not.
    failed: usize,
    /// Steps that were not made.
    skipped: usize,
}

/// A registry.
#[derive(Debug, Serialize, JsonSchema)]
struct Examined {
    /// Its host.
    registry: String,
    /// What it is for.
    side: Side,
    /// The registry that it is a mirror of; with mirrors alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    mirror_of: Option<String>,
    /// The steps, in the order in which they were made.
    steps: Vec<Step>,
}

/// What a registry is for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Side {
    /// Images come from it.
    Source,
    /// It is asked before a source.
    Mirror,
    /// Images go to it.
    Target,
}

/// A step.
#[derive(Debug, Serialize, JsonSchema)]
struct Step {
    /// What was looked at: `name`, `connection`, `tls`, `challenge`, `clock`, `login`, `read`, `repositories`,
    /// `push` or `quota`.
    check: &'static str,
    /// What came of it.
    outcome: Outcome,
    /// What was found, in words.
    message: String,
    /// What to do about it.
    help: Option<String>,
    /// How many seconds the registry's clock is before ours; with `clock` alone, and where it tells.
    clock_ahead: Option<i64>,
    /// How many pulls are left; with `quota` alone, and where the registry tells.
    pulls_remaining: Option<u64>,
}

/// What came of a step.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    /// It found what it should.
    Passed,
    /// It did not.
    Failed,
    /// It was not made.
    Skipped,
}

impl From<&core::Checkup> for Doctor {
    fn from(checkup: &core::Checkup) -> Self {
        let core::FilesRead {
            name,
            images,
            mistakes,
        } = &checkup.files;
        let core::Counts {
            passed,
            failed,
            skipped,
        } = checkup.counts();
        let problem = |unset: &core::Unset| Problem {
            message: unset.message.english().to_owned(),
            help: unset.help.as_ref().map(|help| help.english().to_owned()),
        };
        Self {
            format_version: FORMAT_VERSION,
            files: Files {
                file: name.clone(),
                images: *images,
                mistakes: *mistakes,
            },
            target: checkup.target.as_ref().map(Target::from),
            settings: checkup.unset.iter().map(problem).collect(),
            summary: Summary {
                passed,
                failed,
                skipped,
            },
            registries: checkup
                .registries
                .iter()
                .map(|one| Examined::of(one, checkup))
                .collect(),
        }
    }
}

impl Examined {
    fn of(examined: &core::Examined, checkup: &core::Checkup) -> Self {
        let core::Examined {
            registry,
            side,
            mirror_of,
            steps,
        } = examined;
        let (side, target) = match side {
            core::Side::Source => (Side::Source, None),
            core::Side::Mirror => (Side::Mirror, None),
            core::Side::Target => (Side::Target, checkup.target.as_ref()),
        };
        let step = |step: &core::Step| Step {
            help: for_step(step, target),
            ..Step::from(step)
        };
        Self {
            registry: registry.clone(),
            side,
            mirror_of: mirror_of.clone(),
            steps: steps.iter().map(step).collect(),
        }
    }
}

impl From<&core::Step> for Step {
    fn from(step: &core::Step) -> Self {
        let core::Step { check, outcome } = step;
        let (clock_ahead, pulls) = match outcome {
            core::Outcome::Found(core::Fact::Clock(ahead)) => (*ahead, None),
            core::Outcome::Failed(core::Trouble::Clock(ahead)) => (Some(*ahead), None),
            core::Outcome::Found(core::Fact::Pulls(pulls))
            | core::Outcome::Failed(core::Trouble::PullsUsedUp(pulls)) => (None, Some(pulls)),
            _ => (None, None),
        };
        Self {
            check: check.as_str(),
            outcome: match outcome {
                core::Outcome::Found(_) => Outcome::Passed,
                core::Outcome::Failed(_) => Outcome::Failed,
                core::Outcome::Skipped(_) => Outcome::Skipped,
            },
            message: words::step(step),
            help: None,
            clock_ahead,
            pulls_remaining: pulls.map(|pulls| pulls.remaining),
        }
    }
}

/// Writes what was found out.
pub fn checkup(checkup: &core::Checkup, out: &mut dyn fmt::Write) -> fmt::Result {
    write(&Doctor::from(checkup), out)
}

/// Returns the JSON Schema of what [`checkup`] writes.
pub fn checkup_schema() -> serde_json::Value {
    schema_of_each::<Doctor>()
}
