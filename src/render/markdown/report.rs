//! The report in Markdown.

use std::fmt;

use crate::plan::{Action, Change, Endpoints, Outcome, Report, Target};

use super::super::hints;
use super::super::tally::{self, Tally};
use super::super::units::{counted, seconds};
use super::super::words::{outcome_reason, outcome_word};
use super::escape::code;
use super::page::Page;
use super::{Trouble, place, troubles};

/// Writes what was done, and how to pull each image.
pub fn report(report: &Report, out: &mut dyn fmt::Write) -> fmt::Result {
    let Report {
        plan,
        outcomes,
        interrupted: _,
    } = report;
    let target = &plan.target;
    let tally = Tally::of(report);
    let title = format!("{} {}", tally.verdict(), tally.counts());
    let mut page = Page::new(title.trim_end_matches('.'));
    let sent = tally.sent().unwrap_or_default();
    page.paragraph(format!("Target: {}. {sent}", place(target)).trim_end());

    let ended = || plan.changes.iter().zip(outcomes);
    page.list(
        "Not in place",
        troubles(ended().filter_map(|(change, outcome)| trouble(change, outcome, target))),
    );
    page.table(
        ["", "pull", "cost", "time"],
        ended().filter_map(|(change, outcome)| match outcome {
            Outcome::Done(cost) => Some([
                outcome_word(change, outcome).to_owned(),
                pull(change, target),
                tally::cost(cost),
                seconds(cost.time),
            ]),
            _ => None,
        }),
    );
    let unchanged: Vec<_> = ended()
        .filter(|(_, outcome)| **outcome == Outcome::Unchanged)
        .map(|(change, _)| pull(change, target))
        .collect();
    page.folded(
        &format!("{} unchanged", counted(unchanged.len(), "image")),
        unchanged,
    );
    page.finish(out)
}

fn trouble<'a>(change: &'a Change, outcome: &Outcome, target: &Target) -> Option<Trouble<'a>> {
    let reason = outcome_reason(change, outcome)?;
    Some(Trouble {
        change,
        why: format!("{}: {reason}", outcome_word(change, outcome)),
        advice: hints::for_outcome(change, outcome, target),
    })
}

/// Returns the command that pulls an image, from everywhere and from inside a VPC.
fn pull(change: &Change, target: &Target) -> String {
    let image = target.reference(&change.target).to_string();
    if matches!(change.action, Action::Delete { .. }) {
        return code(&image);
    }
    let command = |image: &str| code(&format!("docker pull {image}"));
    match Endpoints::of_host(&target.registry) {
        None => command(&image),
        Some(Endpoints { public, vpc }) => {
            let at = |host| target.at(host).reference(&change.target).to_string();
            format!("{}<br>VPC: {}", command(&at(public)), command(&at(vpc)))
        }
    }
}
