//! `show --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Text;
use crate::plan as core;
use crate::plan::saved::{
    Difference, PlannedAction, SavedChange, SavedDeletion, SavedTarget, Wanted,
};
use crate::render::inputs::{Shown, ShownAgainst};

use super::document::{Descriptor, FORMAT_VERSION, Items, write};
use super::each::schema_of_each;

/// What a saved plan would do. The file itself has another format.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "pusher show")]
struct Show<'a> {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: &'static str,
    /// Where the images go.
    target: &'a SavedTarget,
    /// The files that it was made from, as they are called from the folder that it was made in.
    files: Vec<&'a str>,
    /// What names the images of which it is; null where it is of all that the files declare.
    only: Option<&'a [String]>,
    /// Whether it was asked what has to be deleted.
    prune: bool,
    /// Why it would be refused now, as far as that can be told without asking a registry; empty: it may
    /// hold.
    stale: Vec<&'a str>,
    /// In what it differs from another saved plan; null where nobody asked.
    against: Option<Compared>,
    /// How many changes there are of each kind.
    summary: Summary,
    /// One change for each target.
    #[schemars(with = "Vec<Change>")]
    changes: Items<'a, Change>,
}

/// How many changes there are of each kind.
#[derive(Debug, Serialize, JsonSchema)]
struct Summary {
    /// Tags to create.
    create: usize,
    /// Tags to move.
    update: usize,
    /// Tags to delete.
    delete: usize,
    /// Images that get another name; each is counted in `create` and in `delete` as well.
    rename: usize,
    /// Tags that were as they should be.
    no_op: usize,
    /// Images for which nothing could be done.
    blocked: usize,
}

/// In what a plan differs from another one: what is in place or blocked is none of it.
#[derive(Debug, Serialize, JsonSchema)]
struct Compared {
    /// The name of the other plan's file.
    plan: String,
    /// How many changes of each kind there are.
    summary: ComparedSummary,
    /// One for each target for which they do not do the same.
    differences: Vec<Differing>,
}

/// How many changes of two plans there are of each kind.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct ComparedSummary {
    /// This plan does something that the other one does not.
    new: usize,
    /// Both do something, and not the same.
    differs: usize,
    /// The other plan does something that this one does not.
    gone: usize,
    /// Both do the same.
    same: usize,
}

/// For what target two plans do not do the same.
#[derive(Debug, Serialize, JsonSchema)]
struct Differing {
    /// How they differ.
    difference: DifferenceKind,
    /// What this plan has for it; null where it does not have it.
    now: Option<Change>,
    /// What the other plan would do; null where that is nothing.
    other: Option<Change>,
}

/// How two plans differ.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum DifferenceKind {
    /// This plan does something that the other one does not.
    New,
    /// Both do something, and not the same.
    Differs,
    /// The other plan does something that this one does not.
    Gone,
}

impl Compared {
    fn of(against: ShownAgainst<'_>) -> Self {
        let ShownAgainst { file, differs } = against;
        let mut summary = ComparedSummary {
            same: differs.same,
            ..ComparedSummary::default()
        };
        let differences = differs.differences.iter().map(|(name, one)| {
            let (difference, count, now, other) = match *one {
                Difference::New(now) => (DifferenceKind::New, &mut summary.new, Some(now), None),
                Difference::Other { now, read } => (
                    DifferenceKind::Differs,
                    &mut summary.differs,
                    Some(now),
                    Some(read),
                ),
                Difference::Gone { read, now } => {
                    (DifferenceKind::Gone, &mut summary.gone, now, Some(read))
                }
            };
            *count += 1;
            let change = |planned: &SavedChange| Change::of(name, planned);
            Differing {
                difference,
                now: now.map(change),
                other: other.map(change),
            }
        });
        let differences = differences.collect();
        Self {
            plan: file.to_owned(),
            summary,
            differences,
        }
    }
}

/// What was planned for one target.
#[derive(Debug, Serialize, JsonSchema)]
struct Change {
    /// The name in the target: `repository:tag`, below the namespace.
    target: String,
    /// What has to be done.
    action: PlannedAction,
    /// The digest that the tag pointed to; null where there was no such tag, or it is not known.
    before: Option<String>,
    /// What the tag must point to; null for what is deleted, and where nothing can be done.
    after: Option<Descriptor>,
    /// The new name of an image that is deleted under its old one; null for everything else.
    renamed_to: Option<String>,
}

impl Change {
    fn of(target: &str, planned: &SavedChange) -> Self {
        let (before, after, renamed_to) = match planned {
            SavedChange::Wanted(Wanted {
                expected, before, ..
            }) => (before.as_ref(), Some(expected.into()), None),
            SavedChange::Delete(SavedDeletion { before, renamed_to }) => {
                (Some(before), None, renamed_to.as_ref())
            }
            SavedChange::Blocked => (None, None, None),
        };
        Self {
            target: target.to_owned(),
            action: planned.action(),
            before: before.map(ToString::to_string),
            after,
            renamed_to: renamed_to.map(ToString::to_string),
        }
    }
}

/// Writes what a saved plan would do.
pub fn show(shown: &Shown<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let plan = shown.plan;
    let core::Summary {
        create,
        update,
        delete,
        rename,
        no_op,
        listed: _,
        blocked,
        unknown: _,
    } = plan.summary();
    let changes: Vec<_> = plan.changes.iter().collect();
    let document = Show {
        format_version: FORMAT_VERSION,
        target: &plan.target,
        files: plan.files.iter().map(|file| &*file.path).collect(),
        only: (!plan.only.is_empty()).then_some(&*plan.only),
        prune: plan.prune,
        stale: shown.stale.iter().map(Text::english).collect(),
        against: shown.against.map(Compared::of),
        summary: Summary {
            create,
            update,
            delete,
            rename,
            no_op,
            blocked,
        },
        changes: Items::of(&changes, |(target, planned)| Change::of(target, planned)),
    };
    write(&document, out)
}

/// Returns the JSON Schema of what [`show`] writes.
pub fn show_schema() -> serde_json::Value {
    schema_of_each::<Show<'_>>()
}
