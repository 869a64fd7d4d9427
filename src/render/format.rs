//! One function for each thing that is shown, whatever the format.

use std::fmt;

use crate::diff::Diffs;
use crate::plan::{Change, Cost, Drift, Plan, Report, SameContent, SameContents};

use super::diff::Compared;
use super::style::View;
use super::{github, human, json, markdown};

/// Whom an answer is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// People at a terminal or reading a log.
    #[default]
    Human,
    /// Programs.
    Json,
    /// Pull requests, issues and step summaries.
    Markdown,
    /// The lines of the files, in GitHub Actions.
    Github,
}

/// What is known about a plan beside itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Details<'a> {
    /// What differs inside the images that are updated, if someone asked for that.
    pub diffs: Option<&'a Diffs>,
    /// What it costs to carry it out, if that was counted.
    pub cost: Option<&'a Cost>,
    /// Which updates bring no other content, if someone looked.
    pub same_content: Option<&'a SameContents>,
}

impl Details<'_> {
    /// Returns how what the target holds is the same image, where it is.
    pub(super) fn same_content(&self, change: &Change) -> Option<SameContent> {
        self.same_content?.get(&change.target).copied()
    }
}

/// Writes what has to be done, with what else is known about it.
pub fn plan(
    plan: &Plan,
    details: &Details<'_>,
    format: Format,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    match format {
        Format::Human => human::plan(plan, details, view, out),
        Format::Json => json::plan(plan, details, out),
        Format::Markdown => markdown::plan(plan, details, out),
        Format::Github => github::plan(plan, details, out),
    }
}

/// Writes what differs between two references.
pub fn diff(
    compared: &Compared<'_>,
    format: Format,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    match format {
        Format::Human => human::diff(compared, view, out),
        Format::Json => json::diff(compared, out),
        Format::Markdown => markdown::diff(compared, out),
        Format::Github => github::diff(compared, out),
    }
}

/// Writes what was done.
pub fn report(
    report: &Report,
    format: Format,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    match format {
        Format::Human => human::report(report, view, out),
        Format::Json => json::report(report, out),
        Format::Markdown => markdown::report(report, out),
        Format::Github => github::report(report, out),
    }
}

/// Writes how the target differs from what a plan wants it to be.
pub fn drift(
    drift: &Drift<'_>,
    format: Format,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    match format {
        Format::Human => human::drift(drift, view, out),
        Format::Json => json::drift(drift, out),
        Format::Markdown => markdown::drift(drift, out),
        Format::Github => github::drift(drift, out),
    }
}
