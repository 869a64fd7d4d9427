//! What the reports of all shards say together, and what none says.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::model::Digest;
use crate::plan::saved::PlannedAction;
use crate::plan::shards::ShardNumber;
use crate::plan::{ReportSummary, SavedPlan};

use super::read::Kept;

/// What became of a plan that several machines carried out, for a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged<'a> {
    /// The plan.
    pub plan: &'a SavedPlan,
    /// The reports, the first shard first.
    pub reports: Vec<&'a Kept>,
    /// The shards that have something to do and no report.
    pub missing: Vec<Missing<'a>>,
    /// How everything ended.
    pub summary: ReportSummary,
    /// The plan's file, as it was named.
    pub file: &'a str,
}

/// A shard of which there is no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing<'a> {
    /// Which one.
    pub shard: ShardNumber,
    /// What it had to create, move and delete.
    pub targets: Vec<&'a str>,
}

/// Why reports cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeError {
    /// The plan has no shards.
    NotParted,
    /// A report is of another plan, by its shard or its target.
    Foreign(ShardNumber),
    /// A report lacks what its shard had to bring.
    Damaged(ShardNumber),
    /// Two reports are of the same shard.
    Twice(ShardNumber),
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotParted => write_tr!(
                f,
                "the plan is not made for several machines",
                "计划没有分片"
            ),
            Self::Foreign(shard) => write_tr!(
                f,
                "the report of the shard {shard} is of another plan",
                "分片 {shard} 的报告是另一个计划的"
            ),
            Self::Damaged(shard) => write_tr!(
                f,
                "the report of the shard {shard} lacks images that it had to bring",
                "分片 {shard} 的报告缺了它要带来的镜像"
            ),
            Self::Twice(shard) => write_tr!(
                f,
                "there are two reports of the shard {shard}",
                "分片 {shard} 有两份报告"
            ),
        }
    }
}

impl std::error::Error for MergeError {}

/// Merges the reports of the shards of a plan, for its target.
///
/// # Errors
///
/// They are not of this plan, or two are of one shard.
pub fn merge<'a>(
    (plan, digest, file): (&'a SavedPlan, &Digest, &'a str),
    reports: &'a [Kept],
) -> Result<Merged<'a>, MergeError> {
    let shards = plan.shards.as_ref().ok_or(MergeError::NotParted)?;
    let count = shards.loads.len();
    let label = plan.target.name.as_ref().map(ToString::to_string);
    let mut own: Vec<&Kept> = vec![];
    for report in reports
        .iter()
        .filter(|report| report.label() == label.as_deref())
    {
        let shard = report.shard.shard;
        let place = |key: &str| report.target.get(key).and_then(Value::as_str);
        let target = &plan.target;
        let is_here = place("registry") == Some(&*target.registry)
            && place("namespace") == target.namespace.as_deref();
        if report.shard.plan != *digest || shard.count != count || !is_here {
            return Err(MergeError::Foreign(shard));
        }
        if !tells_all(plan, report) {
            return Err(MergeError::Damaged(shard));
        }
        own.push(report);
    }
    own.sort_by_key(|report| report.shard.shard.number);
    if let Some(pair) = own.windows(2).find(|pair| pair[0].shard == pair[1].shard) {
        return Err(MergeError::Twice(pair[0].shard.shard));
    }
    let told: BTreeSet<usize> = own.iter().map(|report| report.shard.shard.number).collect();
    let missing = shards.loads.iter().enumerate();
    let missing = missing.filter(|(at, load)| load.images > 0 && !told.contains(&(at + 1)));
    let missing: Vec<_> = missing
        .map(|(at, _)| Missing {
            shard: ShardNumber {
                number: at + 1,
                count,
            },
            targets: targets(plan, at),
        })
        .collect();
    let mut summary = ReportSummary::default();
    for report in &own {
        summary = summary.and(report.summary);
    }
    for (name, planned) in &plan.changes {
        let is_told = plan
            .shard_of(name)
            .is_some_and(|shard| told.contains(&(shard + 1)));
        match planned.action() {
            _ if is_told => {}
            PlannedAction::Blocked => summary.blocked += 1,
            PlannedAction::NoOp => summary.unchanged += 1,
            PlannedAction::Create | PlannedAction::Update | PlannedAction::Delete => {
                summary.not_done += 1;
            }
        }
    }
    Ok(Merged {
        plan,
        reports: own,
        missing,
        summary,
        file,
    })
}

/// Returns what a shard, counted from 0, has to create, move and delete.
fn targets(plan: &SavedPlan, shard: usize) -> Vec<&str> {
    let changes = plan.changes.iter();
    let own = changes.filter(|(name, planned)| {
        let is_work = !matches!(
            planned.action(),
            PlannedAction::NoOp | PlannedAction::Blocked
        );
        is_work && plan.shard_of(name) == Some(shard)
    });
    own.map(|(name, _)| name.as_str()).collect()
}

/// Tells whether a report has every image that its shard was to bring. What was to be deleted may be gone by itself.
fn tells_all(plan: &SavedPlan, report: &Kept) -> bool {
    let names = report.changes.iter();
    let told: BTreeSet<&str> = names
        .filter_map(|change| change.get("target")?.as_str())
        .collect();
    let number = report.shard.shard.number - 1;
    plan.changes.iter().all(|(name, planned)| {
        let is_brought = matches!(
            planned.action(),
            PlannedAction::Create | PlannedAction::Update
        );
        !is_brought || plan.shard_of(name) != Some(number) || told.contains(&**name)
    })
}

impl Merged<'_> {
    /// Tells whether all of the plan is in place, and each record where it was asked for.
    pub fn is_success(&self) -> bool {
        self.summary.is_success() && self.is_attested()
    }

    /// Tells whether each record is where it was asked for.
    pub fn is_attested(&self) -> bool {
        let mut reports = self.reports.iter();
        reports.all(|report| report.unattached().next().is_none())
    }
}
