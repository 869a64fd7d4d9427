//! Dockerfiles that list images: one `FROM` a line, as the bots that propose newer tags know them.

use std::collections::HashMap;
use std::sync::Arc;

use super::at::At;
use super::declared::{Declared, Form, Naming};
use super::diagnostics::Diagnostic;
use super::dockerfile_line::{FromLine, Parts, parse_line};
use super::files::Place;
use super::image_list_line::NotALine;
use super::items::parse_target;
use super::lines::{TextLine, each_line, place};
use super::mistakes::{self, Wrong};

/// The names behind `AS` so far, in small letters, each with its place.
type Names = HashMap<String, Place>;

/// Reads a Dockerfile that lists images; lines that are not understood become diagnostics.
pub(super) fn parse(file: &str, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Declared> {
    let file: &Arc<str> = &file.into();
    let mut declared = Vec::new();
    let mut wrong = Vec::new();
    let mut told = Vec::new();
    let mut names = Names::new();
    let (mut any_from, mut goes_on) = (false, false);
    each_line(file, text, diagnostics, |line| {
        any_from |= Parts::of(line.text).is_some();
        let (parsed, is_part) = (parse_line(line.text), goes_on);
        if parsed != Ok(None) {
            goes_on = line.text.ends_with('\\');
        }
        match parsed {
            // What goes on in this line was told where it began.
            Ok(None) => {}
            _ if is_part => {}
            Ok(Some(from)) => match declare(file, &line, from, &mut names) {
                Ok(image) => declared.push(image),
                Err(mistake) => told.push(*mistake),
            },
            Err(NotALine) => wrong.push(Wrong {
                start: line.start,
                line: line.text,
            }),
        }
    });
    diagnostics.append(&mut told);
    if !wrong.is_empty() {
        let other = (!any_from).then(|| mistakes::whole_file(file, text));
        match other.flatten() {
            Some(other) => diagnostics.push(other),
            None => diagnostics.extend(mistakes::explain(file, &wrong, &mistakes::OF_DOCKERFILES)),
        }
    }
    declared
}

fn declare(
    file: &Arc<str>,
    line: &TextLine<'_>,
    from: FromLine<'_>,
    names: &mut Names,
) -> Result<Declared, Box<Diagnostic>> {
    let FromLine { image, target } = from;
    if let Some(named) = names.get(&image.written.to_ascii_lowercase()) {
        let at = place(file, line.start, &image.span);
        return Err(Box::new(earlier_name(image.written, at, named.clone())));
    }
    let naming = match target {
        None => Naming::Flat {
            platform: image.platform.as_ref().map(|(text, _)| (*text).to_owned()),
        },
        Some(word) => {
            let place = place(file, line.start, &word.span());
            let text = word.text.to_owned();
            names
                .entry(text.to_ascii_lowercase())
                .or_insert_with(|| place.clone());
            let written = At {
                value: text,
                place: place.clone(),
            };
            let name = parse_target(&written, Some(&image.source)).map_err(Box::new)?;
            Naming::Given { name, place }
        }
    };
    Ok(image.declared(file, line, naming, Form::From))
}

fn earlier_name(image: &str, at: Place, named: Place) -> Diagnostic {
    let message = text!(
        "`{image}` is the name of an earlier line here, and no image",
        "`{image}` 在这里是前面一行的名字，不是镜像"
    );
    Diagnostic::error("earlier-name", message)
        .at(at)
        .related(named, text!("named here", "在这里起的名"))
        .help(text!(
            "write the image with its tag, or give the earlier line another name behind `AS`",
            "把镜像连标签一起写，或者给前面那行的 `AS` 换个名字"
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Declared>, Vec<&'static str>) {
        let mut diagnostics = Vec::new();
        let declared = parse("images.dockerfile", text, &mut diagnostics);
        let codes = diagnostics.iter().map(|one| one.code).collect();
        (declared, codes)
    }

    #[test]
    fn a_line_declares_what_one_of_a_list_and_a_target_do() {
        let text = "# syntax=docker/dockerfile:1\r\n\r\nFROM nginx:1.27\r\n\
                    from --platform=linux/aarch64 xhofe/alist:3 as files\n\
                    FROM --platform=linux/arm64/v8 redis\nFROM ghcr.io/org/app:v1 AS team/app:v2";
        let (declared, codes) = read(text);
        assert_eq!(codes, [""; 0]);
        let shown = declared.iter().map(|image| {
            assert_eq!(&text[image.place.span.clone()], image.written);
            let platforms = image.choices.platforms.as_ref();
            let platforms = platforms.map_or(String::new(), ToString::to_string);
            let naming = match &image.naming {
                Naming::Given { name, place } => {
                    assert!(name.to_string().starts_with(&text[place.span.clone()]));
                    name.to_string()
                }
                Naming::Flat { platform } => format!("{platform:?}"),
                Naming::Template { .. } => unreachable!("a Dockerfile has no templates"),
            };
            format!(
                "{} {} {platforms} {naming}",
                image.origin.line, image.source
            )
        });
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [
                "3 docker.io/library/nginx:1.27  None",
                "4 docker.io/xhofe/alist:3 linux/arm64 files:3",
                "5 docker.io/library/redis:latest linux/arm64 Some(\"linux/arm64/v8\")",
                "6 ghcr.io/org/app:v1  team/app:v2",
            ]
        );
    }

    #[test]
    fn the_name_of_an_earlier_line_is_no_image() {
        let text = "FROM nginx:1.27 AS Web\nFROM web\nFROM web:1\nFROM redis AS b\nFROM b AS c\n";
        let (declared, codes) = read(text);
        assert_eq!(codes, ["earlier-name"; 2]);
        let written: Vec<_> = declared.iter().map(|image| &*image.written).collect();
        assert_eq!(written, ["nginx:1.27", "web:1", "redis"]);
    }

    #[test]
    fn what_goes_on_in_the_next_line_is_told_once() {
        for (text, expected) in [
            ("FROM nginx:1.27 \\\n  AS web\n", &["line-goes-on"][..]),
            (
                "FROM nginx\nRUN a && \\\n# between\n\n  b \\\n  c\nFROM redis\n",
                &["instruction"],
            ),
            ("FROM nginx AS a:b:c\n", &["not-a-target"]),
            ("{\n  \"images\": []\n}\n", &["other-form"]),
        ] {
            assert_eq!(read(text).1, expected, "{text}");
        }
    }
}
