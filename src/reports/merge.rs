//! What the reports of all shards say together, and what none says.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

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
}

/// A shard of which there is no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing<'a> {
    /// Which one.
    pub shard: ShardNumber,
    /// What it had to see to.
    pub targets: Vec<&'a str>,
}

/// Why reports cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeError {
    /// The plan has no shards.
    NotParted,
    /// A report is of another plan, by its shard or its target.
    Foreign(ShardNumber),
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
pub fn merge<'a>(plan: &'a SavedPlan, reports: &'a [Kept]) -> Result<Merged<'a>, MergeError> {
    let shards = plan.shards.as_ref().ok_or(MergeError::NotParted)?;
    let count = shards.loads.len();
    let label = plan.target.name.as_ref().map(ToString::to_string);
    let mut own: Vec<&Kept> = vec![];
    for report in reports
        .iter()
        .filter(|report| report.label() == label.as_deref())
    {
        let place = |key: &str| report.target.get(key).and_then(Value::as_str);
        let target = &plan.target;
        let is_here = place("registry") == Some(&*target.registry)
            && place("namespace") == target.namespace.as_deref();
        let knows_all = report.changes.iter().all(|change| {
            let name = change.get("target").and_then(Value::as_str);
            name.is_some_and(|name| plan.shard_of(name) == Some(report.shard.number - 1))
        });
        if report.shard.count != count || !is_here || !knows_all {
            return Err(MergeError::Foreign(report.shard));
        }
        own.push(report);
    }
    own.sort_by_key(|report| report.shard.number);
    if let Some(pair) = own.windows(2).find(|pair| pair[0].shard == pair[1].shard) {
        return Err(MergeError::Twice(pair[0].shard));
    }
    let told: BTreeSet<usize> = own.iter().map(|report| report.shard.number).collect();
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
        if plan.shard_of(name).is_none() {
            match planned.action() {
                PlannedAction::Blocked => summary.blocked += 1,
                _ => summary.unchanged += 1,
            }
        }
    }
    summary.not_done += missing.iter().map(|one| one.targets.len()).sum::<usize>();
    Ok(Merged {
        plan,
        reports: own,
        missing,
        summary,
    })
}

/// Returns what a shard, counted from 0, has to see to.
fn targets(plan: &SavedPlan, shard: usize) -> Vec<&str> {
    let names = plan.changes.keys().map(String::as_str);
    names
        .filter(|name| plan.shard_of(name) == Some(shard))
        .collect()
}
