//! From declared images to entries: names, platforms and choices, no two with one name.

use std::borrow::Cow;

use crate::model::{Platforms, Profile, Reference, check_tag};
use crate::plan::{ANY_TAG, Entry, Immutable, NameOffers, Policy, TargetName};

use super::declared::{Declared, Naming, Resolved};
use super::diagnostics::Diagnostic;
use super::mirror_file::Choices;
use super::naming::{FlatName, Written, flat_names};
use super::naming_rule::{NamingRule, by_path};
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

/// Gives every declared image its name, its platforms and its choices, and hands each out before any is left out.
pub(super) fn resolve(
    declared: Vec<Declared>,
    (defaults, naming): (&Choices, &NamingRule),
    profile: &Profile,
    diagnostics: &mut Vec<Diagnostic>,
    each: &mut dyn FnMut(&Resolved),
) -> Resolution {
    let names = names(&declared, naming, profile);
    let mut all = Vec::with_capacity(declared.len());
    for (declared, name) in declared.into_iter().zip(names) {
        let one = Resolved {
            entry: entry(&declared, name.target, defaults),
            declared,
        };
        if let Some(told) = not_a_tag(&one) {
            diagnostics.push(told);
            continue;
        }
        if name.prefix_left_out {
            diagnostics.push(prefix_left_out(&one));
        }
        each(&one);
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
        immutable,
        min_age,
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
    Entry {
        platforms_declared: platforms.is_some(),
        platforms: platforms
            .cloned()
            .unwrap_or_else(|| by_default(&declared.source)),
        source: source_of(declared),
        target,
        origin: declared.origin.clone(),
        policy,
        immutable: immutable
            .as_ref()
            .or(defaults.immutable.as_ref())
            .map_or_else(Immutable::default, |written| Immutable::of(written)),
        min_age: min_age.or(defaults.min_age).unwrap_or_default(),
        // Known once all are there.
        verify: None,
    }
}

/// Returns the source of an image, or what stands for every tag of it that may be chosen.
fn source_of(image: &Declared) -> Reference {
    match image.selection {
        None => image.source.clone(),
        Some(_) => Reference::tagged(image.source.repository().clone(), ANY_TAG),
    }
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
fn names(declared: &[Declared], rule: &NamingRule, profile: &Profile) -> Vec<FlatName> {
    let written = declared.iter().filter_map(|image| match &image.naming {
        Naming::Flat { platform } if *rule == NamingRule::Flat => Some(Written {
            image: &image.written,
            platform: platform.as_deref(),
        }),
        Naming::Flat { .. } | Naming::Template { .. } | Naming::Given { .. } => None,
    });
    let mut flat = flat_names(&written.collect::<Vec<_>>()).into_iter();
    let name = |image: &Declared| {
        let of = |target| FlatName {
            target,
            prefix_left_out: false,
        };
        let mut name = match (&image.naming, rule) {
            (Naming::Given { name, .. }, _) => of(name.clone()),
            (Naming::Flat { .. }, NamingRule::Flat) => flat.next()?,
            (Naming::Flat { platform }, NamingRule::Path) => {
                of(by_path(&image.source, platform.as_deref(), profile))
            }
            (Naming::Template { template, .. }, _)
            | (Naming::Flat { .. }, NamingRule::Template(template)) => {
                let name = template.name(&source_of(image), platform(image).as_deref());
                return Some(of(name));
            }
        };
        if image.selection.is_some() {
            ANY_TAG.clone_into(&mut name.target.tag);
        }
        Some(name)
    };
    declared.iter().filter_map(name).collect()
}

/// Returns the one platform that is asked for: as the line of a list writes it, or as an item of a mirror file has it.
fn platform(image: &Declared) -> Option<Cow<'_, str>> {
    if let Naming::Flat {
        platform: Some(platform),
    } = &image.naming
    {
        return Some(platform.into());
    }
    let platforms = image.choices.platforms.as_ref()?;
    Some(platforms.single()?.to_string().into())
}

/// Says that a template gives an image a tag that none can have, or several tags one name.
fn not_a_tag(one: &Resolved) -> Option<Diagnostic> {
    let TargetName { repository, tag } = &one.entry.target;
    if one.declared.selection.is_some() && !repository.contains(ANY_TAG) && !tag.contains(ANY_TAG) {
        let message = text!(
            "all tags that `select` takes would have the name `{}`",
            "`select` 选中的标签都会叫 `{}`",
            one.entry.target
        );
        let told = Diagnostic::error("target-tag", message).at(one.name_place().clone());
        return Some(told.help(text!(
            "put `{{tag}}` into the template",
            "在模板里放上 `{{tag}}`"
        )));
    }
    let why = check_tag(&tag.replace(ANY_TAG, "x")).err()?;
    let message = text!(
        "`{}` gets a tag here that no image can have: {why}",
        "`{}` 在这里得到的标签不能用：{why}",
        one.entry.source
    );
    let told = Diagnostic::error("not-a-target", message).at(one.name_place().clone());
    Some(told.help(text!(
        "give it a `target` of its own, or let the template have less in the tag",
        "给它写上自己的 `target`，或者让模板在标签里少放一些"
    )))
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
