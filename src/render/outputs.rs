//! One function for each thing that is shown, whatever the format.

use std::fmt;

use crate::checkup::Checkup;
use crate::model::Language;
use crate::plan::{Desired, Drift, Plan, Report};

use super::format::Format;
use super::inputs::{Checked, Compared, Details, Failed, Fitting, Renewing, Shown};
use super::style::View;
use super::{github, human, json, markdown};

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
        Format::Json => english(|| json::plan(plan, details, out)),
        Format::Markdown => markdown::plan(plan, details, out),
        Format::Github => github::plan(plan, details, out),
    }
}

/// Writes what a saved plan would do.
pub fn show(
    shown: &Shown<'_>,
    format: Format,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    match format {
        Format::Human => human::show(shown, view, out),
        Format::Json => english(|| json::show(shown, out)),
        Format::Markdown => markdown::show(shown, out),
        Format::Github => github::show(shown, out),
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
        Format::Json => english(|| json::diff(compared, out)),
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
        Format::Json => english(|| json::report(report, out)),
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
        Format::Json => english(|| json::drift(drift, out)),
        Format::Markdown => markdown::drift(drift, out),
        Format::Github => github::drift(drift, out),
    }
}

/// Writes what there is to say about the files.
pub fn check(
    checked: &Checked<'_>,
    format: Format,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    match format {
        Format::Human => human::check(checked, view, out),
        Format::Json => english(|| json::check(checked, out)),
        Format::Markdown => markdown::check(checked, out),
        Format::Github => github::check(checked.diagnostics, checked.files, out),
    }
}

/// Writes what is declared.
pub fn list(
    desired: &Desired,
    format: Format,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    match format {
        Format::Human => human::list(desired, view, out),
        Format::Json => english(|| json::list(desired, out)),
        Format::Markdown => markdown::list(desired, out),
        Format::Github => github::list(desired, out),
    }
}

/// Writes what was found out about registries.
pub fn checkup(
    checkup: &Checkup,
    format: Format,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    match format {
        Format::Human => human::checkup(checkup, view, out),
        Format::Json => english(|| json::checkup(checkup, out)),
        Format::Markdown => markdown::checkup(checkup, out),
        Format::Github => github::checkup(checkup, out),
    }
}

/// Writes what became of a lock.
pub fn renewed(
    renewing: &Renewing<'_>,
    format: Format,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    match format {
        Format::Human => {
            let target = &renewing.desired.target;
            human::renewed(renewing.renewed, renewing.file, target, view, out)
        }
        Format::Json => english(|| json::renewed(renewing, out)),
        Format::Markdown => markdown::renewed(renewing, out),
        Format::Github => github::renewed(renewing, out),
    }
}

/// Writes whether a lock fits the files.
pub fn fit(
    fitting: &Fitting<'_>,
    format: Format,
    view: &View,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    match format {
        Format::Human => {
            let images = fitting.desired.entries.len();
            human::unfit(fitting.unfit, images, fitting.file, view, out)
        }
        Format::Json => english(|| json::fit(fitting, out)),
        Format::Markdown => markdown::fit(fitting, out),
        Format::Github => github::fit(fitting, out),
    }
}

/// Writes why a command stopped, for a program.
pub fn failed(failed: &Failed<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    english(|| json::failed(failed, out))
}

/// Answers a program.
fn english(answer: impl FnOnce() -> fmt::Result) -> fmt::Result {
    Language::English.speak(answer)
}
