//! What counts as the same image before and after an edit.

use crate::config::Loaded;
use crate::config::declared::{Declared, Naming, Resolved};
use crate::model::{PlatformPattern, Platforms};

use super::wish::Keys;
use super::words::is_all;

/// Tells whether an image before and one after declare the same. Its line may be another one, and a flat name follows
/// from the other images.
pub(super) fn is_same(before: &Resolved, after: &Resolved) -> bool {
    says_the_same(before, after)
        && has_same_naming(&before.declared, &after.declared)
        && before.entry.platforms == after.entry.platforms
        && before.declared.choices == after.declared.choices
}

/// The same, but for its platforms and its name.
pub(super) fn says_the_same(before: &Resolved, after: &Resolved) -> bool {
    let (one, other) = (&before.declared, &after.declared);
    let mut choices = other.choices.clone();
    choices.platforms.clone_from(&one.choices.platforms);
    before.entry.source == after.entry.source
        && before.entry.policy == after.entry.policy
        && one.written == other.written
        && one.selection == other.selection
        && one.choices == choices
        && one.origin.file == other.origin.file
}

/// Tells whether the names of two images come from the same.
pub(super) fn has_same_naming(one: &Declared, other: &Declared) -> bool {
    match (&one.naming, &other.naming) {
        (Naming::Flat { platform }, Naming::Flat { platform: another }) => platform == another,
        (Naming::Given { name, .. }, Naming::Given { name: another, .. }) => name == another,
        (
            Naming::Template { template, .. },
            Naming::Template {
                template: another, ..
            },
        ) => template == another,
        _ => false,
    }
}

/// Tells whether an image has the platforms that are wanted, if any are.
pub(super) fn has_platforms(image: &Resolved, keys: &Keys) -> bool {
    let platforms = &image.entry.platforms;
    if is_all(&keys.platforms) {
        return *platforms == Platforms::All;
    }
    let wanted = keys.platforms.iter();
    let wanted: Option<Vec<PlatformPattern>> = wanted.map(|one| one.parse().ok()).collect();
    keys.platforms.is_empty() || wanted.map(Platforms::only).as_ref() == Some(platforms)
}

/// Tells whether an image has the name that is wanted, if one is.
pub(super) fn has_name(image: &Resolved, keys: &Keys) -> bool {
    match (&keys.target, &image.declared.naming) {
        (None, _) | (Some(_), Naming::Template { .. }) => true,
        (Some(_), Naming::Flat { .. }) => false,
        (Some(target), Naming::Given { name, .. }) => {
            let name = name.to_string();
            let tag = name.strip_prefix(target);
            tag.is_some_and(|tag| tag.is_empty() || tag.starts_with(':'))
        }
    }
}

/// Tells whether all that is no image is the same before and after.
pub(super) fn has_same_settings(before: &Loaded, after: &Loaded) -> bool {
    before.known_targets().eq(after.known_targets())
        && before.registries == after.registries
        && before.prune == after.prune
}
