//! What can be wrong with images that are each right by themselves: one table of checks.

use std::collections::BTreeSet;

use crate::model::Text;
use crate::plan::{NameOffers, RefusedName, Target};

use super::advice;
use super::declared::Resolved;
use super::diagnostics::{Diagnostic, DiagnosticKind};

/// What is checked.
pub(super) struct Checked<'a> {
    /// The main file's name.
    pub(super) path: &'a str,
    /// Where the images go, if that is known.
    pub(super) target: Option<&'a Target>,
    /// The images.
    pub(super) images: &'a [Resolved],
    /// Returns the names that they have, and that were offered for others.
    pub(super) taken: &'a dyn Fn() -> NameOffers,
}

type Check = fn(&Checked<'_>, &mut Vec<Diagnostic>);

const CHECKS: &[Check] = &[
    images_are_declared,
    names_are_accepted,
    nothing_goes_onto_itself,
    repositories_fit,
];

/// Runs every check.
pub(super) fn validate(checked: &Checked<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for check in CHECKS {
        check(checked, diagnostics);
    }
}

fn images_are_declared(checked: &Checked<'_>, diagnostics: &mut Vec<Diagnostic>) {
    // Where something is wrong, images may be missing for that.
    if checked.images.is_empty() && diagnostics.is_empty() {
        let message = text!(
            "`{}` declares no images",
            "`{}` 里没有声明镜像",
            checked.path
        );
        diagnostics.push(Diagnostic::warning("no-images", message).help(text!(
            "write one image a line in an image list, or under `images` in a mirror file",
            "镜像列表里一行写一个镜像，mirror 文件里写在 `images` 下面"
        )));
    }
}

/// A name that the target refuses blocks this one image; the others can go.
fn names_are_accepted(checked: &Checked<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let entries = checked.images.iter().map(|image| &image.entry);
    for (at, RefusedName { why, instead }) in
        NameOffers::refused(entries, checked.target, checked.taken)
    {
        let image = &checked.images[at];
        let diagnostic = Diagnostic::error("name-refused", Text::of(|| why.to_string()))
            .of_kind(DiagnosticKind::NameRefused)
            .at(image.name_place().clone());
        diagnostics.push(match instead {
            Some(name) => advice::rename(diagnostic, image, &name),
            None => diagnostic,
        });
    }
}

fn nothing_goes_onto_itself(checked: &Checked<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(target) = checked.target else { return };
    for image in checked.images {
        let goes_to = target.reference(&image.entry.target);
        let source = &image.entry.source;
        if source.repository() == goes_to.repository() && source.tag() == goes_to.tag() {
            let message = text!(
                "`{source}` would be copied onto itself",
                "`{source}` 会被拷到它自己上"
            );
            let diagnostic = Diagnostic::error("onto-itself", message)
                .at(image.declared.place.clone())
                .help(text!(
                    "leave it out, or name the registry that it comes from",
                    "去掉它，或者写明它来自哪个仓库"
                ));
            diagnostics.push(diagnostic);
        }
    }
}

fn repositories_fit(checked: &Checked<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(target) = checked.target else { return };
    let Some(limit) = target.profile.repository_limit else {
        return;
    };
    let names: BTreeSet<&str> = checked
        .images
        .iter()
        .map(|image| image.entry.target.repository.as_str())
        .collect();
    if u32::try_from(names.len()).map_or(true, |count| count > limit) {
        let message = text!(
            "these images need {} repositories, and `{}` has room for {limit}",
            "这些镜像需要 {} 个镜像仓库，`{}` 最多只能有 {limit} 个",
            names.len(),
            target.registry
        );
        diagnostics.push(
            Diagnostic::error("too-many-repositories", message)
                .of_kind(DiagnosticKind::NameRefused)
                .help(text!(
                    "several tags can share one repository: give them `target`s of one name",
                    "几个标签可以共用一个镜像仓库：`target` 写同一个名字"
                )),
        );
    }
}
