//! Files that are of another form as a whole.

use std::sync::Arc;

use crate::config::diagnostics::Diagnostic;
use crate::config::image_list_line::place;

use super::forms;
use super::mistake::not_a_list;

/// What a file is, and what to do about it.
type Other = (&'static str, &'static str);

const WRITE: &str = "write one image a line, such as `nginx:1.27`";

/// The lines of a text that are no comments, without blanks behind.
struct Lines<'a> {
    text: &'a str,
    lines: Vec<&'a str>,
}

impl Lines<'_> {
    fn any(&self, is: impl Fn(&str) -> bool) -> bool {
        self.lines.iter().any(|line| is(line))
    }

    fn has_key(&self, key: &str) -> bool {
        self.any(|line| {
            line.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with([':', '=']))
        })
    }
}

type Recogniser = fn(&Lines<'_>) -> Option<Other>;

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
    let lines = Lines { text, lines };
    let (what, help) = RECOGNISERS.iter().find_map(|recognise| recognise(&lines))?;
    let first = lines.lines.first()?;
    // Both are parts of one text.
    let start = text.find(first)?;
    let indent = first.len() - first.trim_start().len();
    let place = place(file, start, &(indent..first.len()));
    Some(not_a_list(place, what, help))
}

fn not_text(lines: &Lines<'_>) -> Option<Other> {
    let help = "save it as UTF-8 text";
    lines
        .text
        .contains('\0')
        .then_some(("UTF-16 or no text at all", help))
}

fn json(lines: &Lines<'_>) -> Option<Other> {
    let text = lines.text.trim();
    let is_json =
        text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let each = || {
        lines
            .lines
            .iter()
            .all(|line| line.starts_with('{') && line.ends_with('}'))
    };
    (is_json || each()).then_some(("JSON", WRITE))
}

fn markup(lines: &Lines<'_>) -> Option<Other> {
    let text = lines.text.trim();
    let begins = ["<?xml", "<!DOCTYPE", "<!doctype", "<html"]
        .iter()
        .any(|tag| text.starts_with(tag));
    (begins || (text.starts_with('<') && text.ends_with('>') && text.contains("</")))
        .then_some(("a web page or XML", WRITE))
}

fn difference(lines: &Lines<'_>) -> Option<Other> {
    let is_difference =
        lines.any(|line| line.starts_with("diff --git ") || line.starts_with("@@ -"));
    is_difference.then_some(("a difference between files", WRITE))
}

fn mirror_file(lines: &Lines<'_>) -> Option<Other> {
    let toml = lines.any(|line| line.trim_start().starts_with("version =") || line == "[target]");
    let help = if toml {
        "give it a name that ends in `.toml`"
    } else {
        "give it a name that ends in `.yaml`"
    };
    let has = |keys: &[&str]| keys.iter().any(|key| lines.has_key(key));
    (has(&["version"])
        && has(&["images", "include", "target", "defaults"])
        && !lines.has_key("services"))
    .then_some(("a mirror file", help))
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
    (lines.any(|line| line.starts_with("FROM ")) && lines.any(is_other)).then_some((
        "a Dockerfile",
        "write the images behind `FROM`, one a line, such as `nginx:1.27`",
    ))
}

fn yaml(lines: &Lines<'_>) -> Option<Other> {
    if lines.has_key("services") {
        return Some((
            "a Compose file",
            "`docker compose config --images` prints its images, one a line",
        ));
    }
    if lines.any(|line| line.starts_with("apiVersion:")) {
        return Some((
            "a Kubernetes manifest",
            "write the images behind `image:`, one a line, such as `nginx:1.27`",
        ));
    }
    let indent = |line: &str| line.len() - line.trim_start().len();
    let opens = |line: &str| {
        let key = line.trim_start().trim_start_matches("- ").strip_suffix(':');
        key.is_some_and(|key| !key.is_empty() && !key.contains([' ', ':', '/']))
    };
    let nested = lines.lines.windows(2).any(|pair| {
        opens(pair[0])
            && (indent(pair[1]) > indent(pair[0]) || pair[1].trim_start().starts_with("- "))
    });
    nested.then_some(("YAML", WRITE))
}

fn table(lines: &Lines<'_>) -> Option<Other> {
    let is_row = |line: &&str| line.trim_start().starts_with('|');
    if lines.lines.len() > 1 && lines.lines.iter().filter(|line| is_row(line)).count() > 1 {
        return Some(("a table", WRITE));
    }
    let table = forms::table(lines.lines.first()?.trim())?;
    (lines.lines.len() > 1).then_some((table.what, table.help))
}
