//! Secrets of a mirror file: the values behind keys that sound like a password's.

use std::ops::Range;

/// What the keys of secrets have in common, however they are spelt.
pub(super) const KEYS: [&str; 8] = [
    "pass",
    "pasw",
    "pwd",
    "secret",
    "token",
    "credential",
    "apikey",
    "api_key",
];

/// Returns the values behind keys that sound like a password's, over as many lines as they have.
///
/// A value that takes its secret from the environment, `${NAME}`, is no secret itself.
pub(super) fn behind_keys(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    // How deep the key stands whose value goes on below it.
    let mut open: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let depth = line.len() - line.trim_start().len();
        if open.is_some_and(|key| depth > key) {
            found.push(start + depth..start + line.trim_end().len());
        } else if !line.trim().is_empty() {
            let values = values(line);
            open = values
                .last()
                .filter(|value| goes_on(&line[(*value).clone()]))
                .map(|_| depth);
            let values = values
                .into_iter()
                .filter(|value| !is_variable(&line[value.clone()]));
            found.extend(values.map(|value| start + value.start..start + value.end));
        }
        start += line.len();
    }
    found
}

fn values(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(colon) = line[at..].find([':', '=']).map(|colon| at + colon) {
        let before = &line[at..colon];
        let key = before.rsplit(['{', ',']).next().unwrap_or_default();
        let key = key.to_ascii_lowercase();
        at = colon + 1;
        if KEYS.iter().any(|part| key.contains(part)) {
            let blanks = line[at..].len() - line[at..].trim_start().len();
            let start = (at + blanks).min(line.trim_end().len());
            let is_flow = line[..colon].contains('{');
            let end = start + value(&line[start..], is_flow);
            found.push(start..end);
            at = end.max(at);
        }
    }
    found
}

/// Returns how long the value is that `text` begins with; in braces others may follow.
fn value(text: &str, is_flow: bool) -> usize {
    let text = text.trim_end();
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].find(quote).map_or(text.len(), |end| end + 2),
        Some('$') if is_flow => text.find([',', ' ']).unwrap_or(text.len()),
        _ if is_flow => text.find([',', '}']).unwrap_or(text.len()),
        _ => text.len(),
    }
}

/// Tells whether a value is nothing but variables, perhaps with a comment behind.
fn is_variable(value: &str) -> bool {
    let value = value.split(" #").next().unwrap_or(value).trim();
    let value = value.trim_matches(['"', '\'']).trim_end_matches('}');
    let mut names = value.split("${");
    let is_name = |name: &str| {
        let name = name.trim_end_matches('}');
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    names.next() == Some("") && names.next().is_some_and(is_name) && names.all(is_name)
}

/// Tells whether a value goes on in the lines below: a block, a list, or a quote that is still open.
fn goes_on(value: &str) -> bool {
    let value = value.trim();
    let is_open = |quote| value.starts_with(quote) && !(value.len() > 1 && value.ends_with(quote));
    value.is_empty()
        || value.starts_with(['|', '>', '[', '{', '&', '!'])
        || is_open('"')
        || is_open('\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        let spans = behind_keys(text).into_iter();
        spans.map(|span| &text[span]).collect()
    }

    #[test]
    fn finds_what_sounds_like_a_password() {
        for (text, secrets) in [
            ("  password: hunter2 # x\n", &["hunter2 # x"][..]),
            ("  password: a,b}c\n", &["a,b}c"]),
            (
                "a: {username: x, password: \"a, b\", plain-http: true}",
                &["\"a, b\""],
            ),
            ("password = 'x'\npasswort='y", &["'x'", "'y"]),
            ("x: {pasword: a,token: b}", &["a", "b"]),
            ("password: ${X}\npassword: \"${Y}\" # why", &[]),
            ("x: { password: ${X} }\ny: {password: \"${X}\"}", &[]),
            ("password: ${X}abc", &["${X}abc"]),
            (
                "a:\n  password:\n    - x\n    b: y\nimages:\n  - z",
                &["", "- x", "b: y"],
            ),
            ("  password: |\n    x\n  username: y", &["|", "x"]),
            ("  password: \"a\n    b\"\nimages: []", &["\"a", "b\""]),
            ("  password: [a\n   b\nx: [y", &["[a", "b"]),
            ("registry: a:5000", &[]),
        ] {
            assert_eq!(parts(text), secrets, "{text}");
        }
    }
}
