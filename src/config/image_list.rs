//! Image lists: one image a line, perhaps with a platform before it.
//!
//! What a line may be is decided by [`super::image_list_line`], strictly; what a line that is not was meant to be is
//! for [`super::mistakes`] to find out.

use std::sync::Arc;

use super::declared::{Declared, Form, Naming};
use super::diagnostics::Diagnostic;
use super::image_list_line::{NotALine, parse_line};
use super::lines::each_line;
use super::mistakes::{self, Wrong};

/// Reads an image list; lines that are not understood become diagnostics.
pub(super) fn parse(file: &str, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Declared> {
    let file: &Arc<str> = &file.into();
    let mut declared = Vec::new();
    let mut wrong = Vec::new();
    each_line(file, text, diagnostics, |line| {
        match parse_line(line.text) {
            Ok(None) => {}
            Ok(Some(image)) => {
                let naming = Naming::Flat {
                    platform: image.platform.as_ref().map(|(text, _)| (*text).to_owned()),
                };
                declared.push(image.declared(file, &line, naming, Form::Line));
            }
            Err(NotALine) => wrong.push(Wrong {
                start: line.start,
                line: line.text,
            }),
        }
    });
    if wrong.is_empty() {
        return declared;
    }
    if let Some(other) = mistakes::whole_file(file, text) {
        diagnostics.push(other);
        // What can be read as an image in such a file is none.
        return Vec::new();
    }
    diagnostics.extend(mistakes::explain(file, &wrong, &mistakes::OF_LISTS));
    declared
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut diagnostics = Vec::new();
        let declared = parse("images.txt", text, &mut diagnostics);
        assert_eq!(diagnostics, [], "{text:?}");
        let show = |image: &Declared| {
            assert_eq!(&text[image.place.span.clone()], image.written);
            let platforms = image
                .choices
                .platforms
                .as_ref()
                .map_or(String::new(), |p| format!("{p} "));
            format!("{}: {platforms}{}", image.origin.line, image.source)
        };
        declared.iter().map(show).collect()
    }

    #[test]
    fn reads_one_image_a_line() {
        let text = "# a comment\n\n  \t# another\nnginx\n\n  alpine:3  \t\nghcr.io/a/b:1";
        assert_eq!(
            read(text),
            [
                "4: docker.io/library/nginx:latest",
                "6: docker.io/library/alpine:3",
                "7: ghcr.io/a/b:1"
            ]
        );
        assert_eq!(read(""), [""; 0]);
        assert_eq!(read("\n#"), [""; 0]);
    }

    #[test]
    fn reads_windows_line_ends() {
        assert_eq!(read("nginx\r\n\r\n# x\r\nalpine:3\r\n").len(), 2);
    }

    #[test]
    fn reads_every_spelling_of_the_platform() {
        for line in [
            "--platform=linux/arm64 nginx",
            "--platform linux/arm64 nginx",
            "  --platform \t linux/arm64\t\tnginx  ",
            "--platform= linux/arm64 nginx",
            "--platform\u{3000}linux/aarch64\u{a0}nginx",
            "--platform=linux/arm64/v8 nginx",
        ] {
            assert_eq!(
                read(line),
                ["1: linux/arm64 docker.io/library/nginx:latest"],
                "{line}"
            );
        }
    }

    #[test]
    fn keeps_a_digest() {
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(
            read(&format!("nginx:1.25@{digest}")),
            [format!("1: docker.io/library/nginx:1.25@{digest}")]
        );
    }
}
