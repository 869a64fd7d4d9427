//! From declared images to entries: names, platforms and choices, no two with one name.

use crate::model::{Platforms, Profile, Reference, Repository};
use crate::plan::{ANY_TAG, Entry, NameOffers, Policy, TargetName};

use super::declared::{Declared, Naming, Resolved};
use super::diagnostics::Diagnostic;
use super::mirror_file::Choices;
use super::naming::{FlatName, Written, flat_names};
use super::{collisions, repeats};

/// What became of the declared images.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Resolution {
    /// The images, no two with the same target: one that is declared twice is there once, and of
    /// different images that would have one name only the first is there.
    pub(super) images: Vec<Resolved>,
    /// The others of those, each with a name that nothing else has.
    pub(super) collided: Vec<(Resolved, TargetName)>,
    /// All their names; none where nothing was offered, so that they are those of the images.
    taken: Option<NameOffers>,
}

/// Gives every declared image its name, its platforms and its choices.
pub(super) fn resolve(
    declared: Vec<Declared>,
    defaults: &Choices,
    profile: &Profile,
    diagnostics: &mut Vec<Diagnostic>,
) -> Resolution {
    let names = names(&declared);
    let mut all = Vec::with_capacity(declared.len());
    for (declared, name) in declared.into_iter().zip(names) {
        let one = Resolved {
            entry: entry(&declared, name.target, defaults),
            declared,
        };
        if name.prefix_left_out {
            diagnostics.push(prefix_left_out(&one));
        }
        all.push(one);
    }
    let (images, others) = collisions::apart(repeats::leave_out(all, diagnostics));
    let mut collided = Vec::new();
    if others.is_empty() {
        return Resolution {
            images,
            ..Resolution::default()
        };
    }
    // Only now are all names known that a new one must keep clear of.
    let mut taken = names_of(&images);
    for (first, others) in others {
        let first = &images[first];
        let with_name = |other: Resolved| {
            let name = taken.distinct(&first.entry, &other.entry, profile);
            (other, name)
        };
        let others: Vec<_> = others.into_iter().map(with_name).collect();
        collisions::tell(first, &others, diagnostics);
        collided.extend(others);
    }
    Resolution {
        images,
        collided,
        taken: Some(taken),
    }
}

impl Resolution {
    /// Returns the names of all images, and those that were offered for others.
    pub(super) fn taken(&self) -> NameOffers {
        let taken = self.taken.clone();
        taken.unwrap_or_else(|| names_of(&self.images))
    }
}

fn names_of(images: &[Resolved]) -> NameOffers {
    let names = images.iter().map(|image| image.entry.target.clone());
    names.collect()
}

fn entry(declared: &Declared, target: TargetName, defaults: &Choices) -> Entry {
    let Choices {
        platforms,
        missing_platforms,
        attestations,
        referrers,
        foreign_layers,
    } = &declared.choices;
    let platforms = platforms.as_ref().or(defaults.platforms.as_ref());
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
    let (source, target) = match declared.selection {
        None => (declared.source.clone(), target),
        Some(_) => any_tag(declared.source.repository(), target),
    };
    Entry {
        platforms_declared: platforms.is_some(),
        platforms: platforms
            .cloned()
            .unwrap_or_else(|| by_default(&declared.source)),
        source,
        target,
        origin: declared.origin.clone(),
        policy,
    }
}

/// Returns what stands for every tag of a repository, and for its name in the target.
fn any_tag(source: &Repository, target: TargetName) -> (Reference, TargetName) {
    let name = TargetName {
        tag: ANY_TAG.to_owned(),
        ..target
    };
    (Reference::tagged(source.clone(), ANY_TAG), name)
}

/// Returns the platforms of an image for which nobody asked for any: what `docker pull` takes on a
/// runner, or all of a digest, since that digest is what the target is to hold.
fn by_default(source: &Reference) -> Platforms {
    match source.digest() {
        None => Platforms::linux_amd64(),
        Some(_) => Platforms::All,
    }
}

/// Names all images in one pass: a flat name depends on every other image that has one.
fn names(declared: &[Declared]) -> Vec<FlatName> {
    let written: Vec<Written<'_>> = declared
        .iter()
        .filter_map(|image| match &image.naming {
            Naming::Flat { platform } => Some(Written {
                image: &image.written,
                platform: platform.as_deref(),
            }),
            Naming::Given { .. } => None,
        })
        .collect();
    let mut flat = flat_names(&written).into_iter();
    let name = |image: &Declared| match &image.naming {
        Naming::Given { name, .. } => Some(FlatName {
            target: name.clone(),
            prefix_left_out: false,
        }),
        Naming::Flat { .. } => flat.next(),
    };
    declared.iter().filter_map(name).collect()
}

fn prefix_left_out(one: &Resolved) -> Diagnostic {
    let message = text!(
        "others of this name get a prefix, but an image with a digest and no tag stays `{}`",
        "同名的其他镜像会加前缀，只有摘要没有标签的仍叫 `{}`",
        one.entry.target
    );
    Diagnostic::note("digest-without-tag", message)
        .at(one.declared.place.clone())
        .help(text!(
            "write the tag too to give it the prefix: `image:tag@sha256:…`",
            "要加前缀就把标签也写上：`image:tag@sha256:…`"
        ))
}
