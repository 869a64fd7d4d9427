//! A report that was kept, read as far as it is merged.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::plan::ReportSummary;
use crate::plan::Transfer;
use crate::plan::shards::{ShardNumber, ShardOfPlan};

/// The major version of the format.
const FORMAT: &str = "1.";

/// What a kept report says of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The target's registry, namespace and name.
    pub target: Value,
    /// Which part of which plan it is.
    pub shard: ShardOfPlan,
    /// How the changes ended.
    pub summary: ReportSummary,
    /// What happened to each change, as it was written.
    pub changes: Vec<Value>,
    /// What was promoted, as it was written.
    pub records: Vec<Value>,
    /// What became of the records, as it was written.
    pub attachments: Vec<Value>,
    /// What is in the way of several images, as it was written.
    pub causes: Vec<Value>,
}

/// A change that did not end as planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem<'a> {
    /// The name in the target.
    pub target: &'a str,
    /// How it ended, by the word of the report.
    pub outcome: &'a str,
    /// Why, as the report says it.
    pub error: &'a str,
    /// What to do about it, where the report says that.
    pub hint: Option<&'a str>,
}

/// Why a text is no report of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportError {
    /// It is not JSON, or not such JSON: in the words of who reads JSON.
    Malformed(String),
    /// It has another format.
    OtherFormat(String),
    /// It is of no shard.
    NoShard,
    /// It is a saved plan.
    Plan,
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => write_tr!(
                f,
                "it is not a report of `pusher apply`: {why}",
                "它不是 `pusher apply` 的报告：{why}"
            ),
            Self::OtherFormat(version) => write_tr!(
                f,
                "its format version is `{version}`, and this version of pusher reads `{FORMAT}x`",
                "它的格式版本是 `{version}`，而这个版本的 pusher 读的是 `{FORMAT}x`"
            ),
            Self::Plan => write_tr!(
                f,
                "it is a saved plan, and the first one that is named is the plan",
                "它是保存的计划，而第一个写的才是计划"
            ),
            Self::NoShard => write_tr!(
                f,
                "it is the report of a whole plan, not of a shard",
                "它是整个计划的报告，不是分片的"
            ),
        }
    }
}

impl std::error::Error for ReportError {}

#[derive(Deserialize)]
#[serde(expecting = "a report")]
struct Versioned {
    format_version: String,
    /// There where those of several targets are.
    targets: Option<Vec<Value>>,
    /// What plans are made from, which no report tells.
    files: Option<Value>,
}

#[derive(Deserialize)]
#[serde(expecting = "a report")]
struct ReportFile {
    target: Value,
    shard: Option<String>,
    plan: Option<String>,
    interrupted: bool,
    summary: Summary,
    changes: Vec<Value>,
    #[serde(default)]
    records: Vec<Value>,
    #[serde(default)]
    attachments: Vec<Value>,
    #[serde(default)]
    causes: Vec<Value>,
}

#[derive(Deserialize)]
struct Summary {
    created: usize,
    updated: usize,
    deleted: usize,
    unchanged: usize,
    blocked: usize,
    stale: usize,
    failed: usize,
    left: usize,
    not_done: usize,
    bytes_sent: u64,
    bytes_mounted: u64,
    bytes_present: u64,
    retries: u64,
}

/// Reads what a kept report says, of each of its targets.
///
/// # Errors
///
/// It is no report, or not of a shard.
pub fn read(text: &str) -> Result<Vec<Kept>, ReportError> {
    let malformed = |error: serde_json::Error| ReportError::Malformed(error.to_string());
    let Versioned {
        format_version,
        targets,
        files,
    } = serde_json::from_str(text).map_err(malformed)?;
    let is_plan = |one: &Value| one.get("files").is_some();
    if files.is_some() || targets.iter().flatten().any(is_plan) {
        return Err(ReportError::Plan);
    }
    if !format_version.starts_with(FORMAT) {
        return Err(ReportError::OtherFormat(format_version));
    }
    let documents: Vec<ReportFile> = match targets {
        Some(targets) => {
            let each = targets.into_iter().map(serde_json::from_value);
            each.collect::<Result<_, _>>().map_err(malformed)?
        }
        None => vec![serde_json::from_str(text).map_err(malformed)?],
    };
    documents.into_iter().map(ReportFile::read).collect()
}

impl ReportFile {
    fn read(self) -> Result<Kept, ReportError> {
        let Self {
            target,
            shard,
            plan,
            interrupted,
            summary,
            changes,
            records,
            attachments,
            causes,
        } = self;
        let shard = shard.as_deref().and_then(ShardNumber::parse);
        let plan = plan.and_then(|digest| digest.parse().ok());
        let shard = shard.zip(plan);
        let shard = shard.map(|(shard, plan)| ShardOfPlan { shard, plan });
        Ok(Kept {
            target,
            shard: shard.ok_or(ReportError::NoShard)?,
            summary: ReportSummary {
                interrupted,
                ..summary.into()
            },
            changes,
            records,
            attachments,
            causes,
        })
    }
}

impl From<Summary> for ReportSummary {
    fn from(summary: Summary) -> Self {
        let Summary {
            created,
            updated,
            deleted,
            unchanged,
            blocked,
            stale,
            failed,
            left,
            not_done,
            bytes_sent,
            bytes_mounted,
            bytes_present,
            retries,
        } = summary;
        Self {
            created,
            updated,
            deleted,
            unchanged,
            blocked,
            stale,
            failed,
            left,
            not_done,
            cost: Transfer {
                bytes_sent,
                bytes_mounted,
                bytes_present,
                retries,
                ..Transfer::default()
            },
            interrupted: false,
        }
    }
}

impl Kept {
    /// Returns what the mirror file calls the target, where it has several.
    pub fn label(&self) -> Option<&str> {
        self.target.get("name")?.as_str()
    }

    /// Returns the names of what was created, moved and deleted.
    pub fn done(&self) -> impl Iterator<Item = &str> {
        self.changes.iter().filter_map(|change| {
            let text = |key: &str| change.get(key).and_then(Value::as_str);
            (text("outcome") == Some("done")).then(|| text("target"))?
        })
    }

    /// Returns the images whose records could not be attached, and why.
    pub fn unattached(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attachments.iter().filter_map(|one| {
            let text = |key: &str| one.get(key).and_then(Value::as_str);
            Some((text("image")?, text("error")?))
        })
    }

    /// Returns what did not end as planned.
    pub fn problems(&self) -> impl Iterator<Item = Problem<'_>> {
        self.changes.iter().filter_map(|change| {
            let text = |key: &str| change.get(key).and_then(Value::as_str);
            Some(Problem {
                target: text("target")?,
                outcome: text("outcome")?,
                error: text("error")?,
                hint: text("hint"),
            })
        })
    }
}
