//! `report merge --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::plan::saved::SavedTarget;
use crate::reports;

use super::document::{FORMAT_VERSION, write};
use super::each::schema_of_each;
use super::report::Summary;

/// What became of a plan that several machines carried out.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "pusher report merge")]
struct Merged<'a> {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: &'static str,
    /// Where the images go.
    target: &'a SavedTarget,
    /// Whether every image is in the target as it should be.
    success: bool,
    /// Whether someone stopped a run before its end.
    interrupted: bool,
    /// How many shards have something to do, and so should have reported.
    shards: usize,
    /// Those that have not.
    missing: Vec<Missing<'a>>,
    /// How many changes ended in each way, and what it cost.
    summary: Summary,
    /// What happened to each change, shard by shard, as a report of `pusher apply` has it.
    changes: Vec<&'a Value>,
    /// What was promoted, as a report of `pusher apply` has it.
    records: Vec<&'a Value>,
    /// What became of the records, as a report of `pusher apply` has it.
    attachments: Vec<&'a Value>,
    /// What is in the way of several images at once, as a report of `pusher apply` has it.
    causes: Vec<&'a Value>,
}

/// A shard of which there is no report.
#[derive(Serialize, JsonSchema)]
struct Missing<'a> {
    /// What `pusher apply PLAN --shard` takes.
    shard: String,
    /// What it had to see to.
    targets: &'a [&'a str],
}

/// Writes what reports of shards say together.
pub fn merged(merged: &reports::Merged<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let reports::Merged {
        plan,
        reports,
        missing,
        summary,
        file: _,
    } = merged;
    let of = |list: fn(&reports::Kept) -> &Vec<Value>| -> Vec<&Value> {
        reports.iter().flat_map(|report| list(report)).collect()
    };
    let missing = missing.iter();
    let document = Merged {
        format_version: FORMAT_VERSION,
        target: &plan.target,
        success: merged.is_success(),
        interrupted: summary.interrupted,
        shards: reports.len() + missing.len(),
        missing: missing
            .map(|one| Missing {
                shard: one.shard.to_string(),
                targets: &one.targets,
            })
            .collect(),
        summary: (*summary).into(),
        changes: of(|report| &report.changes),
        records: of(|report| &report.records),
        attachments: of(|report| &report.attachments),
        causes: of(|report| &report.causes),
    };
    write(&document, out)
}

/// Returns the JSON Schema of what [`merged`] writes.
pub fn merged_schema() -> Value {
    schema_of_each::<Merged<'_>>()
}
