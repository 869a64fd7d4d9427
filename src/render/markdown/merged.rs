//! The reports of shards in Markdown.

use std::fmt;

use crate::render::words::report::{counts, sent, verdict};
use crate::render::words::{merged_hint, merged_word, missing, reported};
use crate::reports::{Merged, Problem};

use super::document::Document;
use super::escape::{code, prose};

/// Writes what did not end as planned, and how much did.
pub fn merged(merged: &Merged<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let summary = &merged.summary;
    let (verdict, counts) = (verdict(summary), counts(summary));
    let mut document = Document::new(&tr!("{verdict} {counts}", "{verdict}{counts}"));
    let place = code(&merged.plan.target.to_string());
    let (reported, sent) = (reported(merged), sent(summary).unwrap_or_default());
    let about = tr!(
        "Target: {place}. {reported} {sent}",
        "目标：{place}。{reported}{sent}"
    );
    document.paragraph(about.trim_end());
    document.list(
        tr_word!("Shards without report", "没有报告的分片"),
        merged.missing.iter().map(|one| {
            let [why, hint] = missing(one, merged.file);
            prose(&tr!("{why} {hint}.", "{why}{hint}。"))
        }),
    );
    document.list(
        tr_word!("Not in place", "没有就位的"),
        merged.reports.iter().flat_map(|report| {
            report.problems().map(move |problem| {
                let hint = merged_hint(&problem, report, merged.file);
                let Problem {
                    target,
                    outcome,
                    error,
                    hint: _,
                } = problem;
                let (name, word) = (code(target), merged_word(outcome));
                let why = match hint {
                    Some(hint) => tr!("{error}; {hint}", "{error}；{hint}"),
                    None => error.to_owned(),
                };
                let why = prose(&why);
                tr!("{name}: {word}: {why}", "{name}：{word}：{why}")
            })
        }),
    );
    let unattached = merged.reports.iter().flat_map(|report| report.unattached());
    document.list(
        tr_word!("Records not attached", "没有附上的记录"),
        unattached.map(|(image, why)| {
            let (image, why) = (code(image), prose(why));
            tr!("{image}: {why}", "{image}：{why}")
        }),
    );
    document.finish(out)
}
