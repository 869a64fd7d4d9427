//! The JSON Schemas of everything that people or programs write and read.

use serde_json::Value;

use crate::config::schema::{mirror_schema, profile_schema};
use crate::notices;
use crate::plan::saved::PlanFile;

use super::json;

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// The mirror file.
    Mirror,
    /// A profile: what a kind of registry accepts.
    Profile,
    /// `list --format json`.
    List,
    /// `check --format json`.
    Check,
    /// `plan --format json`.
    Plan,
    /// `plan --out`.
    PlanFile,
    /// `show --format json`.
    Show,
    /// `show --matrix`.
    Matrix,
    /// What a command answers that stopped, with `--format json`.
    Error,
    /// `apply --format json`.
    Report,
    /// `report merge --format json`.
    Merged,
    /// A line of `apply --records`.
    Record,
    /// `drift --format json`.
    Drift,
    /// `diff --format json`.
    Diff,
    /// `doctor --format json`.
    Doctor,
    /// `lock --format json`.
    Lock,
    /// `lock --check --format json`.
    LockCheck,
    /// `tags --format json`.
    Tags,
    /// What is posted to a webhook after a run.
    Notice,
    /// `rewrite --format json`.
    Rewrite,
    /// `map --format json`.
    Map,
}

impl SchemaKind {
    /// Every kind, in the order in which they are listed to people.
    pub const ALL: [Self; 21] = [
        Self::Mirror,
        Self::Profile,
        Self::List,
        Self::Check,
        Self::Plan,
        Self::PlanFile,
        Self::Show,
        Self::Matrix,
        Self::Error,
        Self::Report,
        Self::Merged,
        Self::Record,
        Self::Drift,
        Self::Diff,
        Self::Doctor,
        Self::Lock,
        Self::LockCheck,
        Self::Tags,
        Self::Notice,
        Self::Rewrite,
        Self::Map,
    ];

    /// Returns its name: `schemas/<name>.schema.json`, `pusher schema <name>`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mirror => "mirror",
            Self::Profile => "profile",
            Self::List => "list",
            Self::Check => "check",
            Self::Plan => "plan",
            Self::PlanFile => "plan-file",
            Self::Show => "show",
            Self::Matrix => "matrix",
            Self::Error => "error",
            Self::Report => "report",
            Self::Merged => "report-merge",
            Self::Record => "record",
            Self::Drift => "drift",
            Self::Diff => "diff",
            Self::Doctor => "doctor",
            Self::Lock => "lock",
            Self::LockCheck => "lock-check",
            Self::Tags => "tags",
            Self::Notice => "notice",
            Self::Rewrite => "rewrite",
            Self::Map => "map",
        }
    }
}

/// Returns a schema.
pub fn schema(kind: SchemaKind) -> Value {
    match kind {
        SchemaKind::Mirror => mirror_schema().to_value(),
        SchemaKind::Profile => profile_schema().to_value(),
        SchemaKind::List => json::list_schema(),
        SchemaKind::Check => json::check_schema(),
        SchemaKind::Plan => json::plan_schema(),
        SchemaKind::PlanFile => json::schema::<PlanFile>(),
        SchemaKind::Show => json::show_schema(),
        SchemaKind::Matrix => json::matrix_schema(),
        SchemaKind::Error => json::failed_schema(),
        SchemaKind::Report => json::report_schema(),
        SchemaKind::Merged => json::merged_schema(),
        SchemaKind::Record => json::record_schema(),
        SchemaKind::Drift => json::drift_schema(),
        SchemaKind::Diff => json::diff_schema(),
        SchemaKind::Doctor => json::checkup_schema(),
        SchemaKind::Lock => json::renewed_schema(),
        SchemaKind::LockCheck => json::fit_schema(),
        SchemaKind::Tags => json::tags_schema(),
        SchemaKind::Notice => notices::schema(),
        SchemaKind::Rewrite => json::rewriting_schema(),
        SchemaKind::Map => json::map_schema(),
    }
}

/// Returns a schema's text, as it stands in `schemas/`.
pub fn text(kind: SchemaKind) -> String {
    format!("{:#}\n", schema(kind))
}
