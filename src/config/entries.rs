//! From declared images to entries: names, platforms and choices; repeats and collisions.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use indexmap::IndexMap;

use crate::model::{Platforms, Profile, Reference, Text};
use crate::plan::{Entry, NameOffers, Policy, TargetName};

use super::advice;
use super::declared::{Declared, Form, Naming, Resolved};
use super::diagnostics::Diagnostic;
use super::format::Format;
use super::mirror_file::Choices;
use super::naming::{FlatName, Written, flat_names};
use super::repeats;

/// How many images beside the first are each told that they would have its name.
const FEW: usize = 3;

/// The code of a name that two different images would have.
pub(super) const SAME_TARGET: &str = "same-target";

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
    let (images, others) = apart(repeats::leave_out(all, diagnostics));
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
        match others.as_slice() {
            [(second, name), .., (last, _)] if others.len() > FEW => {
                let count = others.len() + 1;
                diagnostics.push(crowd(first, second, last, count, name));
            }
            few => diagnostics.extend(
                few.iter()
                    .map(|(other, name)| collision(first, other, name)),
            ),
        }
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

/// Parts the images that are the first of their names from the others, by the position of their first.
fn apart(all: Vec<Resolved>) -> (Vec<Resolved>, IndexMap<usize, Vec<Resolved>>) {
    let mut firsts: HashMap<&TargetName, usize> = HashMap::with_capacity(all.len());
    let mut first_of = vec![];
    let mut images = 0;
    for (at, one) in all.iter().enumerate() {
        match firsts.entry(&one.entry.target) {
            Slot::Vacant(new) => {
                new.insert(images);
                images += 1;
            }
            Slot::Occupied(first) => first_of.push((at, *first.get())),
        }
    }
    let mut others: IndexMap<usize, Vec<Resolved>> = IndexMap::new();
    if first_of.is_empty() {
        return (all, others);
    }
    let mut first_of = first_of.into_iter().peekable();
    let mut firsts = Vec::with_capacity(images);
    for (at, one) in all.into_iter().enumerate() {
        match first_of.next_if(|(other, _)| *other == at) {
            Some((_, first)) => others.entry(first).or_default().push(one),
            None => firsts.push(one),
        }
    }
    (firsts, others)
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
    Entry {
        platforms_declared: platforms.is_some(),
        platforms: platforms
            .cloned()
            .unwrap_or_else(|| by_default(&declared.source)),
        source: declared.source.clone(),
        target,
        origin: declared.origin.clone(),
        policy,
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

/// Says once that many images would have one name.
fn crowd(
    first: &Resolved,
    second: &Resolved,
    last: &Resolved,
    count: usize,
    name: &TargetName,
) -> Diagnostic {
    let target = &first.entry.target;
    let message = text!(
        "{count} different images would be `{target}` in the target",
        "{count} 个不同的镜像在目标里都会叫 `{target}`"
    );
    let help = match second.declared.form {
        Form::Line => imported(second),
        Form::Text(_) | Form::Table(_) => text!(
            "give each a `target` of its own, such as `{name}` for the second",
            "给每个写上自己的 `target`，例如第二个写 `{name}`"
        ),
    };
    Diagnostic::error(SAME_TARGET, message)
        .at(second.name_place().clone())
        .label(text!("the second", "第二个"))
        .related(first.name_place().clone(), text!("the first", "第一个"))
        .related(last.name_place().clone(), text!("the last", "最后一个"))
        .help(help)
}

fn collision(first: &Resolved, other: &Resolved, name: &TargetName) -> Diagnostic {
    let message = text!(
        "two different images would be `{}` in the target",
        "两个不同的镜像在目标里都会叫 `{}`",
        first.entry.target
    );
    let diagnostic = Diagnostic::error(SAME_TARGET, message)
        .at(other.name_place().clone())
        .label(text!("the second", "第二个"))
        .related(first.name_place().clone(), text!("the first", "第一个"));
    match (&other.declared.naming, other.declared.form) {
        (Naming::Flat { .. }, Form::Line) => {
            let line = advice::table(&other.declared, name, Format::Yaml);
            let file = &other.declared.place.file;
            diagnostic.help(text!(
                "an image list has no names of its own: `pusher import {file}` writes it as a mirror file \
                 that has one for each, this one as `- {line}`",
                "镜像列表里不能写名字：`pusher import {file}` 会把它写成 mirror 文件，每个镜像有自己的名字，\
                 这一个写成 `- {line}`"
            ))
        }
        _ => advice::rename(diagnostic, other, name),
    }
}

/// Says what settles every name of an image list at once.
fn imported(one: &Resolved) -> Text {
    let file = &one.declared.place.file;
    text!(
        "an image list has no names of its own: `pusher import {file}` writes it as a mirror file that \
         has one for each",
        "镜像列表里不能写名字：`pusher import {file}` 会把它写成 mirror 文件，每个镜像有自己的名字"
    )
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
