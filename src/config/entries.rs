//! From declared images to entries: names, platforms, repeats and collisions.

use crate::model::Platforms;
use crate::plan::{Entry, TargetName};

use super::declared::{Declared, Naming};
use super::diagnostics::Diagnostic;
use super::naming::{Written, flat_names};

/// Gives every declared image its name and platforms.
pub(super) fn resolve(
    declared: Vec<Declared>,
    default_platforms: Option<&Platforms>,
    _diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Entry> {
    let targets = targets(&declared);
    declared
        .into_iter()
        .zip(targets)
        .map(|(image, target)| {
            let platforms = image.platforms.as_ref().or(default_platforms);
            Entry {
                platforms_declared: platforms.is_some(),
                platforms: platforms.cloned().unwrap_or_else(Platforms::linux_amd64),
                source: image.source,
                target,
                origin: image.origin,
                policy: image.policy,
            }
        })
        .collect()
}

fn targets(declared: &[Declared]) -> Vec<TargetName> {
    let written: Vec<Written<'_>> = declared
        .iter()
        .filter_map(|image| match &image.naming {
            Naming::Flat { platform } => Some(Written {
                image: &image.written,
                platform: platform.as_deref(),
            }),
            Naming::Given(_) => None,
        })
        .collect();
    let mut flat = flat_names(&written).into_iter();
    declared
        .iter()
        .filter_map(|image| match &image.naming {
            Naming::Given(target) => Some(target.clone()),
            Naming::Flat { .. } => flat.next().map(|name| name.target),
        })
        .collect()
}
