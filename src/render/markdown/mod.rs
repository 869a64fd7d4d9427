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

use crate::plan::{Change, Hit, Target, TargetName, Told, by_cause};

use super::hints;
use super::units::counted;
use super::words::{block_reason, named, platforms, short_reference};
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

/// What is wrong, with one image or with several.
struct Trouble {
    /// In Markdown.
    text: String,
    /// What to do about it.
    advice: Option<String>,
}

impl Trouble {
    /// Says what is wrong with one image.
    fn of(change: &Change, why: &str, advice: Option<String>) -> Self {
        let text = format!(
            "{} from {} ({}): {}",
            code(&change.target.to_string()),
            code(&short_reference(&change.source)),
            code(&change.origin.to_string()),
            prose(why)
        );
        Self { text, advice }
    }

    /// Says what several images have in common.
    fn shared<'a>(
        hit: &Hit<'_>,
        names: impl ExactSizeIterator<Item = &'a TargetName>,
        word: Option<&str>,
        target: &Target,
    ) -> Self {
        let word = word.map_or_else(String::new, |word| format!("{word}: "));
        let text = format!(
            "{}: {word}{}<br>{}",
            counted(names.len(), "image"),
            prose(&hit.to_string()),
            prose(&named(names, false))
        );
        let advice = hints::for_hit(hit, target);
        Self { text, advice }
    }
}

/// Returns what is wrong with changes that are blocked; of others nothing.
fn blocked<'a>(
    changes: impl Iterator<Item = &'a Change>,
    target: &Target,
) -> impl Iterator<Item = Trouble> {
    let one = |change: &Change| {
        let why = block_reason(change.action.block_reason()?);
        let advice = hints::for_change(change, target);
        Some(Trouble::of(change, &why, advice))
    };
    let told = by_cause(changes.map(|change| (change, change.hits())), target);
    told.into_iter().filter_map(move |told| match told {
        Told::Alone(change) => one(change),
        Told::Rest(change, reason) => one(&change.blocked_by(reason)),
        Told::Shared(shared) => {
            let names = shared.items.iter().map(|change| &change.target);
            Some(Trouble::shared(&shared.hit, names, None, target))
        }
    })
}

/// Returns items of a list, with advice below each; what was advised once is not said again.
fn troubles(troubles: impl Iterator<Item = Trouble>) -> impl Iterator<Item = String> {
    let mut advised = IndexSet::new();
    troubles.map(move |trouble| {
        let Trouble { mut text, advice } = trouble;
        if let Some(hint) = advice.filter(|hint| advised.insert(hint.clone())) {
            text.push_str("<br>hint: ");
            text.push_str(&prose(&hint));
        }
        text
    })
}
