//! For pull requests, issues and step summaries, as GitHub renders them.

mod diff;
mod drift;
mod escape;
mod page;
mod plan;
mod report;

pub use diff::diff;
pub use drift::drift;
pub use plan::plan;
pub use report::report;

use indexmap::IndexSet;

use crate::plan::{Action, Change, Target};

use super::hints;
use super::words::{block_reason, platforms, short_reference};
pub(super) use escape::{code, prose};

/// Returns where the images go.
fn place(target: &Target) -> String {
    let (place, profile) = (code(&target.to_string()), target.profile.kind);
    format!("{place} ({profile})")
}

/// Returns where an image comes from, which platforms of it, and where that was declared.
fn source(change: &Change) -> String {
    format!(
        "{}<br>{} · {}",
        code(&short_reference(&change.source)),
        code(&platforms(&change.platforms)),
        code(&change.origin.to_string())
    )
}

/// What is wrong with one image.
struct Trouble<'a> {
    change: &'a Change,
    why: String,
    /// What to do about it.
    advice: Option<String>,
}

/// Returns a blocked change's trouble; nothing for any other.
fn blocked<'a>(change: &'a Change, target: &Target) -> Option<Trouble<'a>> {
    let Action::Blocked { reason, .. } = &change.action else {
        return None;
    };
    Some(Trouble {
        change,
        why: block_reason(reason),
        advice: hints::for_change(change, target),
    })
}

/// Returns items of a list, with advice below each; what was advised once is not said again.
fn troubles<'a>(troubles: impl Iterator<Item = Trouble<'a>>) -> impl Iterator<Item = String> {
    let mut advised = IndexSet::new();
    troubles.map(move |trouble| {
        let Trouble {
            change,
            why,
            advice,
        } = trouble;
        let mut item = format!(
            "{} from {} ({}): {}",
            code(&change.target.to_string()),
            code(&short_reference(&change.source)),
            code(&change.origin.to_string()),
            prose(&why)
        );
        if let Some(hint) = advice.filter(|hint| advised.insert(hint.clone())) {
            item.push_str("<br>hint: ");
            item.push_str(&prose(&hint));
        }
        item
    })
}
