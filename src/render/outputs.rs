//! One function for each thing that is shown, whatever the format.

use std::fmt;

use crate::checkup::Checkup;
use crate::model::Language;
use crate::plan::{Desired, Drift, Plan, Report};
use crate::reports::Merged;

use super::format::Format;
use super::inputs::{
    Checked, Compared, Details, Failed, Fitting, Mapped, Renewing, Rewriting, Shown, Tagged,
};
use super::style::View;
use super::{github, human, json, markdown};

/// Makes for each thing a function that writes it in the format that was asked for; programs are answered in
/// English.
macro_rules! outputs {
    ($($(#[$doc:meta])* $name:ident($($input:ident: $type:ty),+);)*) => {$(
        $(#[$doc])*
        pub fn $name(
            $($input: $type,)+
            format: Format,
            view: &View,
            out: &mut dyn fmt::Write,
        ) -> fmt::Result {
            match format {
                Format::Human => human::$name($($input,)+ view, out),
                Format::Json => Language::English.speak(|| json::$name($($input,)+ out)),
                Format::Markdown => markdown::$name($($input,)+ out),
                Format::Github => github::$name($($input,)+ out),
            }
        }
    )*};
}

outputs! {
    /// Writes what has to be done, with what else is known about it.
    plan(plan: &Plan, details: &Details<'_>);
    /// Writes what a saved plan would do.
    show(shown: &Shown<'_>);
    /// Writes what differs between two references.
    diff(compared: &Compared<'_>);
    /// Writes what was done.
    report(report: &Report);
    /// Writes what the reports of shards say together.
    merged(merged: &Merged<'_>);
    /// Writes how the target differs from what a plan wants it to be.
    drift(drift: &Drift<'_>);
    /// Writes what there is to say about the files.
    check(checked: &Checked<'_>);
    /// Writes what is declared.
    list(desired: &Desired);
    /// Writes a mirror's names for those who pull from it.
    map(mapped: &Mapped<'_>);
    /// Writes what was found out about registries.
    checkup(checkup: &Checkup);
    /// Writes what was made of the tags of a repository.
    tags(tagged: &Tagged<'_>);
    /// Writes what became of a lock.
    renewed(renewing: &Renewing<'_>);
    /// Writes whether a lock fits the files.
    fit(fitting: &Fitting<'_>);
    /// Writes what becomes of files by other names.
    rewriting(rewriting: &Rewriting<'_>);
}

/// Writes the same of each of several targets: one after the other, and for a program in one document.
pub fn each<T>(
    items: &[T],
    format: Format,
    out: &mut dyn fmt::Write,
    one: impl Fn(&T, &mut dyn fmt::Write) -> fmt::Result,
) -> fmt::Result {
    if let ([_, _, ..], Format::Json) = (items, format) {
        return json::each(items, out, one);
    }
    for (number, item) in items.iter().enumerate() {
        if number > 0 && format != Format::Github {
            writeln!(out)?;
        }
        one(item, out)?;
    }
    Ok(())
}

/// Writes why a command stopped, for a program.
pub fn failed(failed: &Failed<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    Language::English.speak(|| json::failed(failed, out))
}
