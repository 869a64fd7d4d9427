//! The reports of shards as annotations.

use std::fmt;

use crate::render::words::{merged_word, missing};
use crate::reports::{Merged, Problem};

use super::annotations::{Annotation, Level, write};

/// Writes what did not end as planned.
pub fn merged(merged: &Merged<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let problems = merged.reports.iter().flat_map(|report| report.problems());
    let problems = problems.map(|problem| {
        let Problem {
            target,
            outcome,
            error,
            hint,
        } = problem;
        Annotation {
            level: Level::Error,
            at: None,
            title: format!("{} {target}", merged_word(outcome)),
            message: error.to_owned(),
            hint: hint.map(ToOwned::to_owned),
        }
    });
    let missing = merged.missing.iter().map(|one| {
        let [why, hint] = missing(one, merged.file);
        Annotation {
            level: Level::Error,
            at: None,
            title: one.shard.to_string(),
            message: why,
            hint: Some(hint),
        }
    });
    let unattached = merged.reports.iter().flat_map(|report| report.unattached());
    let unattached = unattached.map(|(image, why)| Annotation {
        level: Level::Error,
        at: None,
        title: tr!("no record at {image}", "没有附上记录 {image}"),
        message: why.to_owned(),
        hint: None,
    });
    let found = missing.chain(problems).chain(unattached);
    write(&found.collect::<Vec<_>>(), out)
}
