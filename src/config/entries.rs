//! From declared images to entries: names, platforms, repeats and collisions.

use crate::model::Platforms;
use crate::plan::{Entry, Policy, TargetName};

use super::declared::{Declared, Naming};
use super::diagnostics::Diagnostic;
use super::mirror_file::Choices;
use super::naming::{Written, flat_names};

/// Gives every declared image its name, its platforms and its choices.
pub(super) fn resolve(
    declared: Vec<Declared>,
    defaults: &Choices,
    _diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Entry> {
    let targets = targets(&declared);
    declared
        .into_iter()
        .zip(targets)
        .map(|(image, target)| entry(image, target, defaults))
        .collect()
}

fn entry(image: Declared, target: TargetName, defaults: &Choices) -> Entry {
    let Choices {
        platforms,
        missing_platforms,
        attestations,
        referrers,
        foreign_layers,
    } = image.choices;
    let platforms = platforms.or_else(|| defaults.platforms.clone());
    let policy = Policy {
        missing_platforms: missing_platforms
            .or(defaults.missing_platforms)
            .unwrap_or_default(),
        attestations: attestations.or(defaults.attestations).unwrap_or_default(),
        referrers: referrers.or(defaults.referrers).unwrap_or_default(),
        foreign_layers: foreign_layers
            .or(defaults.foreign_layers)
            .unwrap_or_default(),
    };
    Entry {
        platforms_declared: platforms.is_some(),
        platforms: platforms.unwrap_or_else(Platforms::linux_amd64),
        source: image.source,
        target,
        origin: image.origin,
        policy,
    }
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
