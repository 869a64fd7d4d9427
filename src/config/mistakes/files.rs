//! Files that are of another form as a whole.

use std::sync::Arc;

use crate::config::diagnostics::Diagnostic;
use crate::config::lines::place;
use crate::model::Text;

use super::forms;
use super::mistake::{not_a_list, one_a_line};

/// What a file is, and what to do about it.
type Other = (Text, Text);

/// The lines of a text that are no comments, without blanks behind.
struct Lines<'a> {
    file: &'a str,
    text: &'a str,
    all: Vec<&'a str>,
}

impl Lines<'_> {
    fn any(&self, is: impl Fn(&str) -> bool) -> bool {
        self.all.iter().any(|line| is(line))
    }

    fn has_key(&self, key: &str) -> bool {
        self.any(|line| {
            line.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with([':', '=']))
        })
    }
}

type Recogniser = fn(&Lines<'_>) -> Option<Other>;

/// Says how to get the images out of a file.
fn imported(file: &str) -> Text {
    text!(
        "`pusher import {file}` writes its images as a mirror file",
        "`pusher import {file}` 会把其中的镜像写成 mirror 文件"
    )
}

/// From what can be nothing else to what is told by its look.
const RECOGNISERS: [Recogniser; 8] = [
    not_text,
    json,
    markup,
    difference,
    mirror_file,
    dockerfile,
    yaml,
    table,
];

/// Says what the text of a file is that is no image list; nothing where it may be one.
///
/// To be asked only where a line is not understood.
pub(in crate::config) fn whole_file(file: &Arc<str>, text: &str) -> Option<Diagnostic> {
    let is_comment = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let lines = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !is_comment(line))
        .collect();
    let lines = Lines {
        file,
        text,
        all: lines,
    };
    let (what, help) = RECOGNISERS.iter().find_map(|recognise| recognise(&lines))?;
    let first = lines.all.first()?;
    // Both are parts of one text.
    let start = text.find(first)?;
    let indent = first.len() - first.trim_start().len();
    let place = place(file, start, &(indent..first.len()));
    Some(not_a_list(place, &what, help))
}

fn not_text(lines: &Lines<'_>) -> Option<Other> {
    lines.text.contains('\0').then(|| {
        (
            text!(
                "UTF-16 or no text at all",
                "一份 UTF-16 文本，或者根本不是文本"
            ),
            text!("save it as UTF-8 text", "另存为 UTF-8 文本"),
        )
    })
}

fn json(lines: &Lines<'_>) -> Option<Other> {
    let text = lines.text.trim();
    let is_json =
        text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let each = || {
        lines
            .all
            .iter()
            .all(|line| line.starts_with('{') && line.ends_with('}'))
    };
    (is_json || each()).then(|| (text!("JSON", "一份 JSON"), one_a_line()))
}

fn markup(lines: &Lines<'_>) -> Option<Other> {
    let text = lines.text.trim();
    let begins = ["<?xml", "<!DOCTYPE", "<!doctype", "<html"]
        .iter()
        .any(|tag| text.starts_with(tag));
    (begins || (text.starts_with('<') && text.ends_with('>') && text.contains("</")))
        .then(|| (text!("a web page or XML", "网页或 XML"), one_a_line()))
}

fn difference(lines: &Lines<'_>) -> Option<Other> {
    let is_difference =
        lines.any(|line| line.starts_with("diff --git ") || line.starts_with("@@ -"));
    is_difference.then(|| {
        (
            text!("a difference between files", "文件之间的差异"),
            one_a_line(),
        )
    })
}

fn mirror_file(lines: &Lines<'_>) -> Option<Other> {
    let toml = lines.any(|line| line.trim_start().starts_with("version =") || line == "[target]");
    let ending = if toml { ".toml" } else { ".yaml" };
    let has = |keys: &[&str]| keys.iter().any(|key| lines.has_key(key));
    (has(&["version"])
        && has(&["images", "include", "target", "defaults"])
        && !lines.has_key("services"))
    .then(|| {
        let help = text!(
            "give it a name that ends in `{ending}`",
            "把文件名改成以 `{ending}` 结尾"
        );
        (text!("a mirror file", "一份 mirror 文件"), help)
    })
}

fn dockerfile(lines: &Lines<'_>) -> Option<Other> {
    const OTHERS: [&str; 10] = [
        "RUN ",
        "COPY ",
        "ADD ",
        "CMD ",
        "ENTRYPOINT ",
        "ENV ",
        "WORKDIR ",
        "ARG ",
        "EXPOSE ",
        "LABEL ",
    ];
    let is_other = |line: &str| OTHERS.iter().any(|word| line.starts_with(word));
    (lines.any(|line| line.starts_with("FROM ")) && lines.any(is_other)).then(|| {
        (
            text!("a Dockerfile", "一份 Dockerfile"),
            imported(lines.file),
        )
    })
}

fn yaml(lines: &Lines<'_>) -> Option<Other> {
    if lines.has_key("services") {
        return Some((
            text!("a Compose file", "一份 Compose 文件"),
            imported(lines.file),
        ));
    }
    if lines.any(|line| line.starts_with("apiVersion:")) {
        return Some((
            text!("a Kubernetes manifest", "一份 Kubernetes 清单"),
            imported(lines.file),
        ));
    }
    let indent = |line: &str| line.len() - line.trim_start().len();
    let opens = |line: &str| {
        let key = line.trim_start().trim_start_matches("- ").strip_suffix(':');
        key.is_some_and(|key| !key.is_empty() && !key.contains([' ', ':', '/']))
    };
    let nested = lines.all.windows(2).any(|pair| {
        opens(pair[0])
            && (indent(pair[1]) > indent(pair[0]) || pair[1].trim_start().starts_with("- "))
    });
    nested.then(|| (text!("YAML", "一份 YAML"), one_a_line()))
}

fn table(lines: &Lines<'_>) -> Option<Other> {
    let is_row = |line: &&str| line.trim_start().starts_with('|');
    if lines.all.len() > 1 && lines.all.iter().filter(|line| is_row(line)).count() > 1 {
        return Some((text!("a table", "一张表"), one_a_line()));
    }
    let table = forms::table(lines.all.first()?.trim())?;
    (lines.all.len() > 1).then(|| ((table.what)(), (table.help)()))
}
