//! The image lists that a mirror file includes.

use super::at::At;
use super::declared::Declared;
use super::diagnostics::Diagnostic;
use super::files::beside;
use super::lines::MOST_LINES;
use super::loaded::Loaded;
use super::{FileKind, Input, ListForm, list};

/// Reads the included image lists.
pub(super) fn includes(
    input: &Input<'_>,
    include: &[At<String>],
    loaded: &mut Loaded,
) -> Vec<Declared> {
    let mut declared = Vec::new();
    for At { value, place } in include {
        let path = beside(input.path, value);
        let form = match FileKind::named(&path) {
            Some(FileKind::List(form)) => Some(form),
            Some(FileKind::Yaml | FileKind::Toml) => None,
            None => Some(ListForm::Lines),
        };
        let Some(form) = form else {
            let message = text!("`{value}` is not an image list", "`{value}` 不是镜像列表");
            let diagnostic = Diagnostic::error("not-an-image-list", message)
                .at(place.clone())
                .help(text!(
                    "only image lists can be included",
                    "只能包含镜像列表"
                ));
            loaded.diagnostics.push(diagnostic);
            continue;
        };
        if declared.len() >= MOST_LINES {
            let message = text!(
                "more than {MOST_LINES} images are declared",
                "声明的镜像超过 {MOST_LINES} 个"
            );
            let diagnostic = Diagnostic::error("too-many-images", message)
                .at(place.clone())
                .help(text!(
                    "divide them between several mirror files",
                    "把它们分到几个 mirror 文件里"
                ));
            loaded.diagnostics.push(diagnostic);
            break;
        } else if loaded.files.contains(&path) {
            let message = text!("`{value}` is included already", "`{value}` 已经包含过了");
            loaded
                .diagnostics
                .push(Diagnostic::warning("included-twice", message).at(place.clone()));
        } else {
            match (input.read)(&path) {
                Ok(text) => {
                    loaded.files.add(&path, &text);
                    let text = loaded.files.text(&path);
                    declared.extend(list::parse(form, &path, text, &mut loaded.diagnostics));
                }
                Err(why) => {
                    let message = text!(
                        "cannot include `{value}`: {why}",
                        "无法包含 `{value}`：{why}"
                    );
                    let diagnostic = Diagnostic::error("not-readable", message)
                        .at(place.clone())
                        .help(text!(
                            "paths are relative to the mirror file",
                            "路径从 mirror 文件所在的目录算起"
                        ));
                    loaded.diagnostics.push(diagnostic);
                }
            }
        }
    }
    declared
}
