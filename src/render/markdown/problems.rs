//! What is wrong, with one image or with several, and how an image is named in the answer.

use indexmap::IndexSet;

use crate::plan::{Change, Hit, Target, TargetName, Told, by_cause};

use crate::render::hints;
use crate::render::units::{Noun, counted};
use crate::render::words::{block_reason, named, platforms, short_reference};

use super::escape::{code, prose};

/// Returns where the images go.
pub(super) fn place(target: &Target) -> String {
    let (place, profile) = (code(&target.to_string()), &target.profile.name);
    tr!("{place} ({profile})", "{place}（{profile}）")
}

/// Returns where an image comes from, which platforms of it, and where that was declared.
pub(super) fn source(change: &Change) -> String {
    format!(
        "{}<br>{} · {}",
        code(&short_reference(&change.source)),
        code(&platforms(&change.platforms)),
        code(&change.origin.to_string())
    )
}

/// What is wrong, with one image or with several.
pub(super) struct Problem {
    /// In Markdown.
    text: String,
    /// What to do about it.
    advice: Option<String>,
}

impl Problem {
    /// Says what is wrong with one image.
    pub(super) fn of(change: &Change, why: &str, advice: Option<String>) -> Self {
        let (name, source) = (
            code(&change.target.to_string()),
            code(&short_reference(&change.source)),
        );
        let (origin, why) = (code(&change.origin.to_string()), prose(why));
        let text = tr!(
            "{name} from {source} ({origin}): {why}",
            "{name}，来自 {source}（{origin}）：{why}"
        );
        Self { text, advice }
    }

    /// Says what several images have in common.
    pub(super) fn shared<'a>(
        hit: &Hit<'_>,
        names: impl ExactSizeIterator<Item = &'a TargetName>,
        word: Option<&str>,
        target: &Target,
    ) -> Self {
        let images = counted(names.len(), Noun::Image);
        let (why, names) = (prose(&hit.to_string()), prose(&named(names, false)));
        let text = match word {
            Some(word) => tr!(
                "{images}: {word}: {why}<br>{names}",
                "{images}{word}：{why}<br>{names}"
            ),
            None => tr!("{images}: {why}<br>{names}", "{images}：{why}<br>{names}"),
        };
        let advice = hints::for_hit(hit, target);
        Self { text, advice }
    }
}

/// Returns what is wrong with changes that are blocked; of others nothing.
pub(super) fn blocked<'a>(
    changes: impl Iterator<Item = &'a Change>,
    target: &Target,
) -> impl Iterator<Item = Problem> {
    let one = |change: &Change| {
        let why = block_reason(change.action.block_reason()?);
        let advice = hints::for_change(change, target);
        Some(Problem::of(change, &why, advice))
    };
    let told = by_cause(changes.map(|change| (change, change.hits())), target);
    told.into_iter().filter_map(move |told| match told {
        Told::Alone(change) => one(change),
        Told::Rest(change, reason) => one(&change.blocked_by(reason)),
        Told::Shared(shared) => {
            let names = shared.items.iter().map(|change| &change.target);
            Some(Problem::shared(&shared.hit, names, None, target))
        }
    })
}

/// Returns which rules of the policy images break that do not block them.
pub(super) fn warnings(changes: &[Change]) -> impl Iterator<Item = String> {
    changes.iter().flat_map(|change| {
        let (name, origin) = (
            code(&change.target.to_string()),
            code(&change.origin.to_string()),
        );
        let warnings = change.warnings.iter().filter(|broken| !broken.blocks());
        warnings.map(move |broken| {
            let broken = prose(&broken.to_string());
            tr!(
                "{name} ({origin}): {broken}",
                "{name}（{origin}）：{broken}"
            )
        })
    })
}

/// Returns items of a list, with advice below each; what was advised once is not said again.
pub(super) fn listed(problems: impl Iterator<Item = Problem>) -> impl Iterator<Item = String> {
    let mut advised = IndexSet::new();
    problems.map(move |problem| {
        let Problem { mut text, advice } = problem;
        if let Some(hint) = advice.filter(|hint| advised.insert(hint.clone())) {
            text.push_str("<br>");
            text.push_str(&super::document::hint(&hint));
        }
        text
    })
}
