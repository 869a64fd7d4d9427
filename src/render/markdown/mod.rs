//! For pull requests, issues and step summaries, as GitHub renders them.

mod drift;
mod escape;
mod page;
mod plan;
mod report;

pub use drift::drift;
pub use plan::plan;
pub use report::report;

use crate::plan::{Change, Target};

use super::hints;
use super::words::short_reference;
use escape::{code, prose};

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
        code(&change.platforms.to_string()),
        code(&change.origin.to_string())
    )
}

/// Returns one image's trouble as an item of a list, with advice below it.
fn trouble(change: &Change, why: &str, advice: Option<&str>, target: &Target) -> String {
    let mut item = format!(
        "{} from {} ({}): {}",
        code(&change.target.to_string()),
        code(&short_reference(&change.source)),
        code(&change.origin.to_string()),
        prose(why)
    );
    let hint = hints::for_change(change, target);
    if let Some(hint) = hint.as_deref().or(advice) {
        item.push_str("<br>hint: ");
        item.push_str(&prose(hint));
    }
    item
}
