//! An image list as a draft: the same images under the same names, and the comments with them.

use std::collections::HashMap;

use crate::config::collisions;
use crate::config::declared::Resolved;
use crate::config::diagnostics::{Diagnostic, Severity};
use crate::config::entries::{self, Resolution};
use crate::config::file_kind::ListForm;
use crate::config::list;
use crate::config::mirror_file::Choices;
use crate::config::naming::{Written, flat_names};
use crate::model::{Platforms, Profile, Text};
use crate::plan::{NameOffers, TargetName};

use super::draft::{Draft, Line};

/// Makes a draft of an image list.
pub(super) fn draft(form: ListForm, path: &str, text: &str) -> (Draft, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let any = Profile::generic();
    let declared = list::parse(form, path, text, &mut diagnostics);
    let resolution = entries::resolve(declared, &Choices::default(), &any, &mut diagnostics);
    let mut taken = resolution.taken();
    let Resolution {
        mut images,
        collided,
        ..
    } = resolution;
    for one in &mut diagnostics {
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
    images.sort_by_key(|image| image.entry.origin.line);
    for image in &mut images {
        diagnostics.extend(mend_name(image, &mut taken, &any));
    }
    (
        Draft {
            lines: lines(text, &images),
        },
        diagnostics,
    )
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

fn lines(text: &str, images: &[Resolved]) -> Vec<Line> {
    let given = needs_target(images);
    let images = images.iter().zip(given);
    let mut by_line: HashMap<usize, Line> = images
        .map(|(image, given)| (image.entry.origin.line, line(image, given)))
        .collect();
    let mut lines: Vec<Line> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(image) = by_line.remove(&(index + 1)) {
            lines.push(image);
        } else if let Some(comment) = line.strip_prefix('#') {
            lines.push(Line::Comment(comment.replace(char::is_control, " ")));
        } else if line.is_empty() && !lines.is_empty() {
            lines.push(Line::Empty);
        }
    }
    while lines.last() == Some(&Line::Empty) {
        lines.pop();
    }
    lines
}

fn line(image: &Resolved, target_given: bool) -> Line {
    let platforms = match &image.declared.choices.platforms {
        Some(Platforms::Only(patterns)) => Some(patterns.iter().map(ToString::to_string).collect()),
        // An image list cannot ask for all.
        Some(Platforms::All) | None => None,
    };
    Line::Image {
        source: image.declared.written.clone(),
        platforms,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn yaml(text: &str) -> String {
        let (draft, diagnostics) = draft(ListForm::Lines, "images.txt", text);
        assert!(
            diagnostics.iter().all(|one| one.severity < Severity::Error),
            "{diagnostics:?}"
        );
        let yaml = draft.to_yaml("images.txt");
        yaml.split_once("images:\n")
            .map(|(_, images)| images.to_owned())
            .unwrap()
    }

    #[test]
    fn keeps_order_comments_and_names() {
        let list = "# web\nnginx:1.27\n\n\t# files\nxhofe/alist\n\
                    --platform=linux/aarch64 xiaoyaliu/alist:1.10 \n1.10\n\n";
        assert_eq!(
            yaml(list),
            "  # web\n  - nginx:1.27\n\n  # files\n  - source: xhofe/alist\n    \
             target: xhofe_alist:latest\n  - source: xiaoyaliu/alist:1.10\n    \
             platforms: [linux/arm64]\n    target: linux_aarch64_xiaoyaliu_alist:1.10\n  \
             - \"1.10\"\n"
        );
    }

    #[test]
    fn tells_apart_what_had_one_name() {
        assert_eq!(
            yaml("ghcr.io/foo/bar:1\nquay.io/foo/bar:1\n"),
            "  - ghcr.io/foo/bar:1\n  - source: quay.io/foo/bar:1\n    target: foo_bar:1\n"
        );
    }
}
