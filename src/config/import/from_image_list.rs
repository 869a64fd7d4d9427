//! An image list as a draft: the same images under the same names, and the comments with them.

use std::collections::HashMap;

use crate::config::diagnostics::Diagnostic;
use crate::config::file_kind::ListForm;
use crate::config::list;
use crate::config::mirror_file::Choices;

use super::draft::{Draft, Line};
use super::settle::settle;

/// Makes a draft of an image list.
pub(super) fn draft(form: ListForm, path: &str, text: &str) -> (Draft, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let declared = list::parse(form, path, text, &mut diagnostics);
    let images = settle(declared, &Choices::default(), &mut diagnostics);
    let draft = Draft {
        lines: lines(text, images),
        ..Draft::default()
    };
    (draft, diagnostics)
}

fn lines(text: &str, images: Vec<(usize, Line)>) -> Vec<Line> {
    let mut by_line: HashMap<usize, Line> = images.into_iter().collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::diagnostics::Severity;

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
