//! Patterns of tags and of variants.

use std::fmt;

use regex::{Regex, RegexBuilder};

use crate::model::Glob;

/// Patterns, of which one is to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Patterns(Vec<(String, Glob)>);

impl Patterns {
    pub(super) fn new(mut written: Vec<String>) -> Self {
        written.sort();
        written.dedup();
        let with_glob = |written: String| (written.clone(), Glob::new(&written));
        Self(written.into_iter().map(with_glob).collect())
    }

    pub(super) fn fit(&self, text: &str) -> bool {
        self.0.iter().any(|(_, glob)| glob.matches(text))
    }
}

/// A regular expression of the whole tag.
#[derive(Debug, Clone)]
pub(super) struct Match {
    written: String,
    whole: Regex,
}

impl PartialEq for Match {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Match {}

/// The group of a `match` that tags are ordered by.
const KEY: &str = "key";
/// How many bytes a regular expression may take once it is compiled.
const REGEX_BYTES: usize = 1024 * 1024;

impl Match {
    pub(super) fn new(written: String) -> Result<Self, String> {
        let compiled = |pattern: &str| {
            RegexBuilder::new(pattern)
                .size_limit(REGEX_BYTES)
                .build()
                .map_err(|error| reason(&error))
        };
        // By itself first: what closes a group that it never opened would get out of ours.
        compiled(&written)?;
        let whole = compiled(&format!("^(?:{written})$"))?;
        Ok(Self { written, whole })
    }

    /// Returns what a tag is ordered by; none where the pattern does not fit the whole of it.
    pub(super) fn key<'t>(&self, tag: &'t str) -> Option<&'t str> {
        let found = self.whole.captures(tag)?;
        Some(found.name(KEY).map_or(tag, |key| key.as_str()))
    }

    /// Tells whether it says itself what tags are ordered by.
    pub(super) fn has_key(&self) -> bool {
        self.whole.capture_names().flatten().any(|name| name == KEY)
    }
}

/// Returns the sentence of an error that is drawn over several lines.
fn reason(error: &regex::Error) -> String {
    let drawn = error.to_string();
    let sentence = drawn.rsplit("error: ").next().unwrap_or(&drawn);
    sentence.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(&self.written))
    }
}

impl fmt::Display for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<_> = self.0.iter().map(|(written, _)| quoted(written)).collect();
        f.write_str(&one_or_list(&texts))
    }
}

/// Writes a list in the mirror file's words; one value need not be a list.
pub(super) fn one_or_list(texts: &[String]) -> String {
    match texts {
        [one] => one.clone(),
        _ => format!("[{}]", texts.join(", ")),
    }
}

/// Quotes a text for YAML, in one line; a backslash stays what it is between single quotes.
pub(super) fn quoted(text: &str) -> String {
    if text.contains(char::is_control) {
        // What JSON quotes, YAML reads as the same.
        serde_json::Value::from(text).to_string()
    } else if text.contains(['\\', '"']) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{text}\"")
    }
}
