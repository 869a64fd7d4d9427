//! `lock --format json` and `lock --check --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::lock as core;
use crate::plan::TargetName;
use crate::render::inputs::{Fitting, Renewing};
use crate::render::words::{renewal_hint, renewal_reason, unfit_reason};

use super::age::Young;
use super::document::{FORMAT_VERSION, Items, write};
use super::each::schema_of_each;

/// What became of a lock.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "pusher lock")]
struct Renewed<'a> {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: &'static str,
    /// The lock file.
    file: &'a str,
    /// How many images each thing became of.
    summary: Summary,
    /// What became of each image: those that are declared in the order of the files, then the others by name.
    #[schemars(with = "Vec<Renewal>")]
    images: Items<'a, Renewal>,
}

/// How many images each thing became of.
#[derive(Debug, Serialize, JsonSchema)]
struct Summary {
    /// See the change `added`.
    added: usize,
    /// See the change `moved`.
    moved: usize,
    /// See the change `kept`.
    kept: usize,
    /// See the change `retired`.
    retired: usize,
    /// See the change `gone`.
    gone: usize,
    /// See the change `held-back`.
    held_back: usize,
    /// See the change `blocked`.
    blocked: usize,
}

/// What became of one image.
#[derive(Debug, Serialize, JsonSchema)]
struct Renewal {
    /// The name in the target: `repository:tag`, below the namespace.
    target: String,
    /// What became of it.
    change: Change,
    /// The digest that was recorded before; null where none was, and where it is forgotten.
    before: Option<String>,
    /// The digest that is locked now; null where the image is not declared, or was never locked.
    after: Option<String>,
    /// What is waited for, where the change is `held-back`; null for every other.
    waits_for: Option<Young>,
    /// Why, as a sentence; null where the digests tell it.
    reason: Option<String>,
    /// What to do about it, where there is advice to give.
    hint: Option<String>,
}

/// What can become of an image of a lock.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Change {
    /// It was not locked before.
    Added,
    /// It is locked to something else than before; the digests are the same where only what it comes from changed.
    Moved,
    /// It is as it was.
    Kept,
    /// It left the files, and may still be in the target.
    Retired,
    /// It had left the files, and now is gone from the target.
    Gone,
    /// What its source points to is not as old as `min-age` says; what was locked before stays.
    HeldBack,
    /// It could not be resolved; what was locked before stays.
    Blocked,
}

impl From<&core::Renewal> for Change {
    fn from(renewal: &core::Renewal) -> Self {
        match renewal {
            core::Renewal::Added(_) => Self::Added,
            core::Renewal::Moved { .. } => Self::Moved,
            core::Renewal::Kept => Self::Kept,
            core::Renewal::Retired => Self::Retired,
            core::Renewal::Gone => Self::Gone,
            core::Renewal::HeldBack(_) => Self::HeldBack,
            core::Renewal::Blocked(_) => Self::Blocked,
        }
    }
}

impl Renewal {
    fn of((name, renewal): &(TargetName, core::Renewal), of: &Renewing<'_>) -> Self {
        let target = &of.desired.target;
        let lock = &of.renewed.lock;
        let locked = lock.images.get(name).map(|image| &image.expected.digest);
        let retired = lock.retired.get(name).map(|image| &image.expected.digest);
        let (before, after) = match renewal {
            core::Renewal::Added(digest) => (None, Some(digest)),
            core::Renewal::Moved { before, after } => (Some(before), Some(after)),
            core::Renewal::Kept | core::Renewal::HeldBack(_) | core::Renewal::Blocked(_) => {
                (locked.or(retired), locked)
            }
            core::Renewal::Retired => (retired, None),
            core::Renewal::Gone => (None, None),
        };
        Self {
            target: name.to_string(),
            change: renewal.into(),
            before: before.map(ToString::to_string),
            after: after.map(ToString::to_string),
            waits_for: match renewal {
                core::Renewal::HeldBack(young) => Some(young.into()),
                _ => None,
            },
            reason: renewal_reason(renewal, target),
            hint: renewal_hint(renewal, target),
        }
    }
}

/// Writes what became of a lock.
pub fn renewed(renewing: &Renewing<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let core::RenewalCounts {
        added,
        moved,
        kept,
        retired,
        gone,
        held_back,
        blocked,
    } = renewing.renewed.counts();
    let document = Renewed {
        format_version: FORMAT_VERSION,
        file: renewing.file,
        summary: Summary {
            added,
            moved,
            kept,
            retired,
            gone,
            held_back,
            blocked,
        },
        images: Items::of(&renewing.renewed.images, |one| Renewal::of(one, renewing)),
    };
    write(&document, out)
}

/// Returns the JSON Schema of what [`renewed`] writes.
pub fn renewed_schema() -> serde_json::Value {
    schema_of_each::<Renewed<'_>>()
}

/// Whether a lock fits the files.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "pusher lock --check")]
struct Fit<'a> {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: &'static str,
    /// The lock file.
    file: &'a str,
    /// Whether it fits the files.
    fits: bool,
    /// In what it does not; empty where it does.
    #[schemars(with = "Vec<Unfit>")]
    images: Items<'a, Unfit>,
}

/// An image in which a lock does not fit the files.
#[derive(Debug, Serialize, JsonSchema)]
struct Unfit {
    /// The name in the target: `repository:tag`, below the namespace.
    target: String,
    /// In what it does not fit.
    problem: Problem,
    /// The same, as a sentence.
    reason: &'static str,
}

/// In what a lock can differ from the files.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Problem {
    /// The image is declared, and the lock does not settle it.
    Unlocked,
    /// The image is locked, and no longer declared.
    NotDeclared,
    /// The image is locked and must be signed, and the lock does not say that it is.
    Unverified,
}

/// Writes whether a lock fits the files.
pub fn fit(fitting: &Fitting<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let document = Fit {
        format_version: FORMAT_VERSION,
        file: fitting.file,
        fits: fitting.unfit.is_empty(),
        images: Items::of(fitting.unfit, |(name, unfit)| Unfit {
            target: name.to_string(),
            problem: match unfit {
                core::Unfit::Unlocked(_) => Problem::Unlocked,
                core::Unfit::NotDeclared => Problem::NotDeclared,
                core::Unfit::Unverified => Problem::Unverified,
            },
            reason: unfit_reason(*unfit),
        }),
    };
    write(&document, out)
}

/// Returns the JSON Schema of what [`fit`] writes.
pub fn fit_schema() -> serde_json::Value {
    schema_of_each::<Fit<'_>>()
}
