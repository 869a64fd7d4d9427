//! Annotations on the very lines of the files, as GitHub Actions shows them on a pull request.
//!
//! What is in place has none, and an answer about nothing else is empty.

mod annotations;
mod checkup;
mod lock;
mod map;
mod merged;
mod rewriting;
mod tags;

use std::fmt;

use crate::config::{Diagnostic, Files, Severity};
use crate::model::Reference;
use crate::plan::{
    Action, Change, DeclaredAt, Desired, Difference, Drift, DriftKind, Outcome, Plan, Report,
    Shared, Target, Told, by_cause,
};

use super::hints;
use super::inputs::{Checked, Compared, Details, Shown, ShownAgainst};
use super::units::{Noun, counted};
use super::words::diff::{self, sides};
use super::words::drift::meaning;
use super::words::{
    action_word, age_hints, block_reason, named, outcome_reason, outcome_word, plan_summary,
    same_content, saved, shared_word, short_reference, unattached,
};
use annotations::{Annotation, At, Level, write};

pub use checkup::checkup;
pub use lock::{fit, renewed};
pub use map::map;
pub use merged::merged;
pub use rewriting::rewriting;
pub use tags::tags;

/// Writes what has to be done: what cannot be as an error, the rest as notices.
pub fn plan(plan: &Plan, details: &Details<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let target = &plan.target;
    let changes = plan.changes.iter();
    let told = by_cause(changes.map(|change| (change, change.hits())), target);
    let found: Vec<_> = told
        .into_iter()
        .filter_map(|told| match told {
            Told::Alone(change) => pending(&change.origin, change, target, details),
            Told::Rest(change, reason) => {
                let rest = change.blocked_by(reason);
                pending(&change.origin, &rest, target, details)
            }
            Told::Shared(shared) => {
                let word = shared_word(&shared.hit);
                Some(of_shared(&shared, |change| change, word, target))
            }
        })
        .chain(warnings(&plan.changes))
        .chain(ages(plan))
        .collect();
    write(&found, out)
}

/// Makes notices of what is held back, and of what was taken before its time.
fn ages<'a>(plan: &Plan) -> impl Iterator<Item = Annotation<'a>> + use<'a> {
    let title = || "min-age".to_owned();
    let hints = age_hints(plan).into_iter();
    hints.map(move |hint| alone(Level::Notice, title(), hint))
}

/// Makes an annotation that belongs to no line.
fn alone<'a>(level: Level, title: String, message: String) -> Annotation<'a> {
    Annotation {
        level,
        at: None,
        title,
        message,
        hint: None,
    }
}

/// Makes an annotation of each rule that an image breaks and that does not block it.
fn warnings(changes: &[Change]) -> impl Iterator<Item = Annotation<'_>> {
    changes.iter().flat_map(|change| {
        let warnings = change.warnings.iter().filter(|broken| !broken.blocks());
        warnings.map(|broken| Annotation {
            level: Level::Warning,
            at: Some(at(&change.origin)),
            title: format!("{} {}", broken.rule.asks.code(), change.target),
            message: broken.to_string(),
            hint: None,
        })
    })
}

/// Makes one annotation of what several images have in common; it stands at the first of them.
fn of_shared<'a, T>(
    shared: &Shared<'a, T>,
    change_of: impl Fn(&T) -> &'a Change,
    word: &str,
    target: &Target,
) -> Annotation<'a> {
    let Shared { hit, items } = shared;
    let first = items.first().map(&change_of);
    let names = items.iter().map(|item| &change_of(item).target);
    let names = named(names, false);
    Annotation {
        level: Level::Error,
        at: first.map(|change| at(&change.origin)),
        title: format!("{word} {}", counted(items.len(), Noun::Image)),
        message: tr!("{hit}: {names}", "{hit}：{names}"),
        hint: hints::for_hit(hit, target),
    }
}

fn pending<'a>(
    origin: &'a DeclaredAt,
    change: &Change,
    target: &Target,
    details: &Details<'_>,
) -> Option<Annotation<'a>> {
    let word = action_word(&change.action);
    let (level, message) = match &change.action {
        Action::NoOp { .. } => return None,
        Action::Blocked { reason, .. } if reason.was_not_asked() => {
            (Level::Notice, block_reason(reason))
        }
        Action::Blocked { reason, .. } => (Level::Error, block_reason(reason)),
        Action::Create { .. } => (Level::Notice, copied_from(&change.source)),
        Action::Update { .. } => {
            let copied = copied_from(&change.source);
            let message = match details.same_content(change).map(same_content) {
                Some(same) => tr!("{copied}; {same}", "{copied}；{same}"),
                None => copied,
            };
            (Level::Notice, message)
        }
        Action::Delete { .. } => (Level::Notice, tr!("deleted in the target", "从目标里删掉")),
    };
    Some(Annotation {
        level,
        at: Some(at(origin)),
        title: format!("{word} {}", change.target),
        message,
        hint: hints::for_change(change, target),
    })
}

fn copied_from(source: &Reference) -> String {
    let source = short_reference(source);
    tr!("copied from {source}", "从 {source} 拷贝")
}

/// Writes in one notice what a saved plan would do, and why it would be refused.
pub fn show(shown: &Shown<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let about = |level, message| alone(level, tr!("saved plan", "保存的计划"), message);
    let whole = about(Level::Notice, plan_summary(&shown.plan.summary()));
    let against = shown.against.map(|ShownAgainst { file, differs }| {
        let level = if differs.is_read() {
            Level::Notice
        } else {
            Level::Warning
        };
        about(level, saved::against_summary(file, differs))
    });
    let stale = shown.stale.iter();
    let stale = stale.map(|why| about(Level::Warning, why.to_string()));
    let whole = std::iter::once(whole).chain(against);
    let found: Vec<_> = whole.chain(stale).collect();
    write(&found, out)
}

/// Writes what did not end as planned.
pub fn report(report: &Report, out: &mut dyn fmt::Write) -> fmt::Result {
    let Report { plan, outcomes, .. } = report;
    let target = &plan.target;
    let ended = plan.changes.iter().zip(outcomes);
    let ended = ended.map(|one @ (change, outcome)| (one, change.hits_of(outcome, target)));
    let found: Vec<_> = by_cause(ended, target)
        .into_iter()
        .filter_map(|told| match told {
            Told::Alone((change, outcome)) => unfinished(&change.origin, change, outcome, target),
            Told::Rest((change, outcome), reason) => {
                unfinished(&change.origin, &change.blocked_by(reason), outcome, target)
            }
            Told::Shared(shared) => {
                let word = shared_word(&shared.hit);
                Some(of_shared(&shared, |(change, _)| change, word, target))
            }
        })
        .chain(warnings(&plan.changes))
        .chain(unattached(report).map(|(image, failure)| {
            let title = tr!("no record at {image}", "没有附上记录 {image}");
            alone(Level::Error, title, failure.to_string())
        }))
        .chain(ages(plan))
        .collect();
    write(&found, out)
}

fn unfinished<'a>(
    origin: &'a DeclaredAt,
    change: &Change,
    outcome: &Outcome,
    target: &Target,
) -> Option<Annotation<'a>> {
    Some(Annotation {
        level: match outcome {
            Outcome::Left { .. } | Outcome::NotDone { .. } => Level::Warning,
            _ => Level::Error,
        },
        at: Some(at(origin)),
        title: format!("{} {}", outcome_word(change, outcome), change.target),
        message: outcome_reason(change, outcome)?,
        hint: hints::for_outcome(change, outcome, target),
    })
}

/// Writes how the target differs: what could not be told as an error, the rest as warnings.
pub fn drift(drift: &Drift<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let target = &drift.plan.target;
    let found = drift.found.iter();
    let told = by_cause(found.map(|one| (one, one.change.hits())), target);
    let found: Vec<_> = told
        .into_iter()
        .map(|told| match told {
            Told::Alone(one) => differs(&one.change.origin, one, target),
            Told::Rest(one, reason) => differs(&one.change.origin, &one.blocked_by(reason), target),
            Told::Shared(shared) => {
                let word = DriftKind::Unreadable.as_str();
                of_shared(&shared, |one| &one.change, word, target)
            }
        })
        .chain(ages(drift.plan))
        .collect();
    write(&found, out)
}

fn differs<'a>(origin: &'a DeclaredAt, difference: &Difference, target: &Target) -> Annotation<'a> {
    let Difference { kind, change, .. } = difference;
    Annotation {
        level: match kind {
            DriftKind::Unreadable | DriftKind::Blocked => Level::Error,
            _ => Level::Warning,
        },
        at: Some(at(origin)),
        title: format!("{} {}", kind.as_str(), change.target),
        message: match &change.action {
            Action::Blocked { reason, .. } => block_reason(reason),
            _ => meaning(*kind).to_owned(),
        },
        hint: hints::for_change(change, target),
    }
}

/// Writes what there is to say about the files.
pub fn check(checked: &Checked<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    diagnostics(checked.diagnostics, checked.files, out)
}

/// Writes diagnostics.
pub fn diagnostics(
    diagnostics: &[Diagnostic],
    files: &Files,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    write(&of_diagnostics(diagnostics, files), out)
}

fn of_diagnostics<'a>(diagnostics: &'a [Diagnostic], files: &Files) -> Vec<Annotation<'a>> {
    let annotation = |told: &'a Diagnostic| Annotation {
        level: match told.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
            Severity::Note => Level::Notice,
        },
        at: told.place.as_ref().map(|place| {
            let (line, column) = files.position(place);
            At {
                file: &place.file,
                line,
                column: Some(column),
            }
        }),
        title: told.code.to_owned(),
        message: told.message.to_string(),
        hint: told.help.as_ref().map(ToString::to_string),
    };
    diagnostics.iter().map(annotation).collect()
}

/// Writes what is declared.
pub fn list(desired: &Desired, out: &mut dyn fmt::Write) -> fmt::Result {
    let found: Vec<_> = desired
        .entries
        .iter()
        .map(|entry| Annotation {
            level: Level::Notice,
            at: Some(at(&entry.origin)),
            title: entry.target.to_string(),
            message: copied_from(&entry.source),
            hint: None,
        })
        .collect();
    write(&found, out)
}

/// Writes in a line what differs between two references.
pub fn diff(compared: &Compared<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let diff = compared.diff;
    let [before, after] = sides(compared);
    let title = format!("{before} → {after}");
    let found = alone(Level::Notice, title, diff::summary(diff));
    write(&[found], out)
}

fn at(origin: &DeclaredAt) -> At<'_> {
    At {
        file: &origin.file,
        line: origin.line,
        column: None,
    }
}
