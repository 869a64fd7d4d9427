//! Passwords that stand in a file's text: found before it is parsed, so that not even the snippet
//! of a syntax error shows one.

use std::ops::Range;

/// What the keys of secrets have in common, however they are spelt.
const KEYS: [&str; 5] = ["pass", "pasw", "pwd", "secret", "token"];

/// Returns the values that stand behind keys that sound like a password's.
///
/// A value that takes its secret from the environment, `${NAME}`, is no secret itself.
pub(super) fn scan(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mut at = 0;
        while let Some(colon) = line[at..].find([':', '=']).map(|colon| at + colon) {
            let key = line[at..colon]
                .rsplit(['{', ','])
                .next()
                .unwrap_or_default();
            let key = key.to_ascii_lowercase();
            at = colon + 1;
            if KEYS.iter().any(|part| key.contains(part)) {
                let blanks = line[at..].len() - line[at..].trim_start().len();
                let value = value(&line[at + blanks..]);
                let value = at + blanks..at + blanks + value;
                if !line[value.clone()].contains("${") {
                    found.push(start + value.start..start + value.end);
                }
                at = value.end;
            }
        }
        start += line.len();
    }
    found
}

/// Returns how long the value is that `text` begins with.
fn value(text: &str) -> usize {
    let text = text.trim_end();
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].find(quote).map_or(text.len(), |end| end + 2),
        _ => text.find([',', '}']).unwrap_or(text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_sounds_like_a_password() {
        for (text, secrets) in [
            ("  password: hunter2 # x\n", &["hunter2 # x"][..]),
            (
                "a: {username: x, password: \"a, b\", plain-http: true}",
                &["\"a, b\""],
            ),
            ("password = 'x'\npasswort='y", &["'x'", "'y"]),
            ("x: {pasword: a,token: b}", &["a", "b"]),
            ("password: ${X}\npassword: \"${Y}\"", &[]),
            ("password:\n  - x", &[""]),
            ("registry: a:5000", &[]),
        ] {
            let found: Vec<&str> = scan(text).into_iter().map(|span| &text[span]).collect();
            assert_eq!(found, secrets, "{text}");
        }
    }
}
