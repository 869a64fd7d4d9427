//! Image lists: one image a line, perhaps with a platform before it.
//!
//! What a line may be is decided by [`super::image_list_line`], strictly; what a line that is not was meant to be is
//! for [`super::mistakes`] to find out.

use std::sync::Arc;

use crate::model::{PlatformPattern, Platforms};
use crate::plan::DeclaredAt;

use super::declared::{Declared, Form, Naming};
use super::diagnostics::Diagnostic;
use super::image_list_line::{NotALine, parse_line, place};
use super::mirror_file::Choices;
use super::mistakes::{self, Wrong};

/// How many lines an image list has at most: what each costs in memory is many times what it takes in a file.
pub(super) const MOST_LINES: usize = 1 << 20;
/// How many bytes of a line are looked at for what it may be.
const LONGEST_LINE: usize = 64 * 1024;

/// Reads an image list; lines that are not understood become diagnostics.
pub(super) fn parse(file: &str, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Declared> {
    let file: &Arc<str> = &file.into();
    if let Some((end, _)) = text.match_indices('\n').nth(MOST_LINES) {
        diagnostics.push(too_long(file, end));
        return Vec::new();
    }
    let mut declared = Vec::new();
    let mut wrong = Vec::new();
    for (index, (start, line)) in lines(text).enumerate() {
        let origin = || DeclaredAt {
            file: Arc::clone(file),
            line: index + 1,
        };
        if line.len() > LONGEST_LINE && !line.trim_start().starts_with('#') {
            diagnostics.push(long_line(file, start, line));
            continue;
        }
        match parse_line(line) {
            Ok(None) => {}
            Ok(Some(image)) => declared.push(Declared {
                written: image.written.to_owned(),
                source: image.source,
                choices: Choices {
                    platforms: image.platform.as_ref().map(|(_, pattern)| only(pattern)),
                    ..Choices::default()
                },
                naming: Naming::Flat {
                    platform: image.platform.map(|(written, _)| written.to_owned()),
                },
                form: Form::Line,
                place: place(file, start, &image.span),
                origin: origin(),
            }),
            Err(NotALine) => wrong.push(Wrong { start, line }),
        }
    }
    if wrong.is_empty() {
        return declared;
    }
    if let Some(other) = mistakes::whole_file(file, text) {
        diagnostics.push(other);
        // What can be read as an image in such a file is none.
        return Vec::new();
    }
    diagnostics.extend(mistakes::explain(file, &wrong));
    declared
}

fn too_long(file: &Arc<str>, end: usize) -> Diagnostic {
    let message = text!(
        "this list has more than {MOST_LINES} lines",
        "这个列表超过 {MOST_LINES} 行"
    );
    Diagnostic::error("too-many-lines", message)
        .at(place(file, end, &(0..0)))
        .help(text!(
            "divide it, and let each part be a mirror file's of its own",
            "把它分开，每一份由一个 mirror 文件包含"
        ))
}

fn long_line(file: &Arc<str>, start: usize, line: &str) -> Diagnostic {
    let first = line.chars().next().map_or(0, char::len_utf8);
    let message = text!(
        "this line has {} bytes, and is no image",
        "这一行有 {} 字节，不是镜像",
        line.len()
    );
    Diagnostic::error("long-line", message)
        .at(place(file, start, &(0..first)))
        .help(text!(
            "write one image a line, such as `nginx:1.27`",
            "一行写一个镜像，如 `nginx:1.27`"
        ))
}

fn only(pattern: &PlatformPattern) -> Platforms {
    Platforms::only(vec![pattern.clone()])
}

/// Returns the lines without their ends, each with the byte at which it begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |next, line| {
        let start = *next;
        *next += line.len();
        Some((start, line.trim_end()))
    })
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
