//! Declared images as lines of a draft: the same images under the same names.

use crate::config::collisions;
use crate::config::declared::{Declared, Resolved};
use crate::config::diagnostics::{Diagnostic, Severity};
use crate::config::entries::{self, Resolution};
use crate::config::mirror_file::Choices;
use crate::config::naming::{Written, flat_names};
use crate::config::naming_rule::NamingRule;
use crate::model::{Profile, Text};
use crate::plan::{NameOffers, Referrers, TargetName};

use super::draft::Line;

/// Gives every image its name, and of those that would have one name each its own; returns each with the number of
/// its line.
pub(super) fn settle(
    declared: Vec<Declared>,
    defaults: &Choices,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(usize, Line)> {
    let any = Profile::generic();
    let resolution = entries::resolve(
        declared,
        (defaults, &NamingRule::default()),
        &any,
        diagnostics,
        &mut |_| {},
    );
    let mut taken = resolution.taken();
    let Resolution {
        mut images,
        collided,
        ..
    } = resolution;
    for one in &mut *diagnostics {
        if one.code == collisions::SAME_TARGET {
            one.severity = Severity::Warning;
            one.help = Some(text!(
                "the mirror file gives all but the first a name of their own",
                "在 mirror 文件里，除第一个以外都有自己的名字"
            ));
        }
    }
    images.extend(collided.into_iter().map(|(mut image, name)| {
        image.entry.target = name;
        image
    }));
    images.sort_by_key(|image| (image.entry.origin.line, image.declared.place.span.start));
    for image in &mut images {
        diagnostics.extend(mend_name(image, &mut taken, &any));
    }
    let given = needs_target(&images);
    let lines = images.iter().zip(given);
    lines
        .map(|(image, given)| (image.entry.origin.line, line(image, given)))
        .collect()
}

/// Gives an image another name if no registry can take the one it has, as with a port in it.
fn mend_name(
    image: &mut Resolved,
    taken: &mut NameOffers,
    profile: &Profile,
) -> Option<Diagnostic> {
    let refused = profile.refuses_name(&image.entry.target)?;
    let name = taken.acceptable(&image.entry, profile)?;
    let message = Text::of(|| refused.to_string());
    image.entry.target = name;
    Some(
        Diagnostic::warning("name-refused", message)
            .at(image.declared.place.clone())
            .help(text!(
                "the mirror file has `{}` instead",
                "mirror 文件里写成 `{}`",
                image.entry.target
            )),
    )
}

fn line(image: &Resolved, target_given: bool) -> Line {
    let choices = &image.declared.choices;
    Line::Image {
        source: image.declared.written.clone(),
        platforms: choices.platforms.clone(),
        referrers: choices.referrers == Some(Referrers::All),
        target: target_given.then(|| image.entry.target.clone()),
    }
}

/// Tells which images need their name written down: those that the rule of mirror files, which
/// knows no platform prefix, would call otherwise. An image with a given name takes no part in the
/// naming of the others, so this goes on until nothing changes.
fn needs_target(images: &[Resolved]) -> Vec<bool> {
    let mut given = vec![false; images.len()];
    loop {
        let free: Vec<usize> = (0..images.len()).filter(|index| !given[*index]).collect();
        let written: Vec<Written<'_>> = free
            .iter()
            .map(|index| Written {
                image: &images[*index].declared.written,
                platform: None,
            })
            .collect();
        let names: Vec<TargetName> = flat_names(&written)
            .into_iter()
            .map(|name| name.target)
            .collect();
        let differing: Vec<usize> = free
            .into_iter()
            .zip(names)
            .filter(|(index, name)| images[*index].entry.target != *name)
            .map(|(index, _)| index)
            .collect();
        if differing.is_empty() {
            return given;
        }
        for index in differing {
            given[index] = true;
        }
    }
}
