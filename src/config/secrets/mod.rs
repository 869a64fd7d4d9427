//! Secrets in a file's text, a variable or what was typed: found by how they look, so that not even the
//! snippet of a syntax error shows one. A line that may hold one is not quoted.

use std::ops::Range;

use crate::model::Secret;

use super::FileKind;
use super::diagnostics::{Diagnostic, Files, Place};

/// What the keys of secrets have in common, however they are spelt.
const KEYS: [&str; 8] = [
    "pass",
    "pasw",
    "pwd",
    "secret",
    "token",
    "credential",
    "apikey",
    "api_key",
];

/// Words of a list's line that are followed by a secret, and words that make it a command with one.
const WORDS: [&str; 9] = [
    "password",
    "passwd",
    "pass",
    "pwd",
    "secret",
    "token",
    "basic",
    "bearer",
    "authorization",
];
const COMMAND: &str = "login";

/// How tokens begin that say what they are.
const TOKENS: [&str; 8] = [
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "dckr_pat_",
    "eyJ",
    "LTAI",
];

/// Shorter words of a secret are in too many texts.
const SHORTEST: usize = 3;

/// Returns a text without what looks like a secret in it, as it is safe to be quoted.
pub fn hide(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut told = 0;
    for span in anywhere(text) {
        hidden.push_str(&text[told..span.start]);
        hidden.push_str(Secret::MASK);
        told = span.end;
    }
    hidden + &text[told..]
}

/// Masks the secrets in texts, and in what is said of them; `known` are such as were found by their place.
pub(super) fn veil(files: &mut Files, known: &[Place], diagnostics: &mut [Diagnostic]) {
    let mut secrets = known.to_vec();
    let mut lines = vec![];
    for (name, text) in files.texts() {
        let place = |span| Place {
            file: name.to_owned(),
            span,
        };
        secrets.extend(anywhere(text).into_iter().map(place));
        match FileKind::of(name, text) {
            FileKind::List => lines.extend(in_list(text).into_iter().map(place)),
            FileKind::Yaml | FileKind::Toml => {
                secrets.extend(behind_keys(text).into_iter().map(place));
            }
        }
    }
    let words: Vec<_> = secrets
        .iter()
        .flat_map(|at| words_of(files.part(at)))
        .collect();
    let of_lines: Vec<_> = lines
        .iter()
        .map(|at| (files.origin(at), words_of(files.part(at))))
        .collect();
    for diagnostic in diagnostics {
        let places = diagnostic.place.iter();
        let places = places.chain(diagnostic.related.iter().map(|(place, _)| place));
        let places = places.chain(diagnostic.replacement.iter().map(|one| &one.place));
        let lines: Vec<_> = places.map(|place| files.origin(place)).collect();
        let own = of_lines.iter().filter(|(line, _)| lines.contains(line));
        let words: Vec<_> = words
            .iter()
            .chain(own.flat_map(|(_, words)| words))
            .collect();
        let hide = |text: &mut String| {
            for word in &words {
                if text.contains(&***word) {
                    *text = text.replace(&***word, Secret::MASK);
                }
            }
            *text = self::hide(text);
        };
        let Diagnostic {
            severity: _,
            kind: _,
            code: _,
            message,
            place: _,
            label,
            related,
            help,
            replacement,
        } = diagnostic;
        hide(message);
        label.iter_mut().for_each(hide);
        for (_, label) in related {
            hide(label);
        }
        help.iter_mut().for_each(hide);
        if let Some(offered) = replacement {
            hide(&mut offered.text);
            // What is to be copied must be whole.
            if offered.text.contains(Secret::MASK) {
                *replacement = None;
            }
        }
    }
    for place in secrets.iter().chain(&lines) {
        files.mask(place);
    }
}

/// Returns the words of a secret, as it may be quoted.
fn words_of(secret: &str) -> Vec<String> {
    let bare = |word: &str| {
        word.trim_matches(|c: char| "\"'[]{}|>,;".contains(c))
            .to_owned()
    };
    let words = secret.split_whitespace().map(bare);
    let both = words.flat_map(|word| [word.to_lowercase(), word]);
    let mut words: Vec<_> = both.filter(|word| word.len() >= SHORTEST).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.dedup();
    words
}

/// Returns what is a secret in any text.
fn anywhere(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = vec![];
    let spans = user_passwords(text)
        .chain(bad_variables(text))
        .chain(tokens(text));
    let mut spans: Vec<_> = spans.collect();
    spans.sort_by_key(|span| span.start);
    for span in spans {
        match found.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => found.push(span),
        }
    }
    found
}

/// Finds the passwords in `user:password@host`, and not the tag in `image:tag@sha256:…`.
fn user_passwords(text: &str) -> impl Iterator<Item = Range<usize>> {
    let ends = |c: char| c.is_whitespace() || "\"'`=,{}[]()<>|".contains(c);
    let mut next = 0;
    text.split_inclusive(ends).flat_map(move |word| {
        let start = next;
        next += word.len();
        let colon = |from: usize| Some(from + word[from..].find(':')?);
        let scheme = word.find("://").map(|found| found + 3);
        let (first, behind_scheme) = (colon(0), scheme.and_then(colon));
        word.match_indices('@').filter_map(move |(at, _)| {
            if word[at + 1..].starts_with("sha") {
                return None;
            }
            let colon = match scheme {
                Some(scheme) if scheme <= at => behind_scheme?,
                _ => first?,
            };
            (colon + 1 < at).then_some(start + colon + 1..start + at)
        })
    })
}

/// Finds what stands in `${…}` that is more than a name, such as a default.
fn bad_variables(text: &str) -> impl Iterator<Item = Range<usize>> {
    let begins = text.match_indices("${").map(|(at, _)| at);
    let begins = begins.filter(|at| !text[..*at].ends_with('$'));
    let mut end = 0;
    begins.filter_map(move |at| {
        let start = at + 2;
        let rest = &text[start..];
        let name = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        if name.is_some_and(|end| rest[end..].starts_with('}')) {
            return None;
        }
        // Many may have the same end, which is looked for once.
        if end < start {
            end = start + rest.find(['}', '`', '"', '\n']).unwrap_or(rest.len());
        }
        (end > start).then_some(start..end)
    })
}

/// Finds tokens by how they begin.
fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    TOKENS.iter().flat_map(move |begin| {
        let found = text.match_indices(begin).map(|(at, _)| at);
        // Looked at first: of all that begin in one word, one alone is followed to its end.
        let found = found.filter(move |at| !text[..*at].ends_with(is_inside));
        found.filter_map(move |at| {
            let rest = &text[at..];
            let end = rest.find(|c| !is_inside(c)).unwrap_or(rest.len());
            (end >= begin.len() + 8).then_some(at..at + end)
        })
    })
}

/// Returns the values behind keys that sound like a password's, over as many lines as they have.
///
/// A value that takes its secret from the environment, `${NAME}`, is no secret itself.
fn behind_keys(text: &str) -> Vec<Range<usize>> {
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

/// Returns what may be a secret in the lines of an image list: all of a command that logs in, and what
/// follows words and options that announce one.
fn in_list(text: &str) -> Vec<Range<usize>> {
    let mut found = vec![];
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = line.trim_end().len();
        let mut at = 0;
        for word in line.split_whitespace() {
            let begin = at + line[at..].find(word).unwrap_or_default();
            at = begin + word.len();
            let lower = word.to_ascii_lowercase();
            if lower == COMMAND {
                // What is piped into it may be the password.
                let from = if line[..begin].contains('|') { 0 } else { at };
                found.push(start + from.min(end)..start + end);
                break;
            }
            if let Some(skipped) = announces(&lower) {
                found.push((start + begin + skipped).min(start + end)..start + end);
                break;
            }
        }
        start += line.len();
    }
    found.retain(|span| !span.is_empty());
    found
}

/// Returns after how many bytes of a word the secret begins that it announces, if it does.
fn announces(word: &str) -> Option<usize> {
    let bare = word.trim_start_matches(['-', '#', '"', '\'', '(', '`']);
    let cut = bare.find(['=', ':']);
    let key = &bare[..cut.unwrap_or(bare.len())];
    let is_key = KEYS.iter().any(|part| key.contains(part)) && !key.contains(['/', '.', '@']);
    let is_word = WORDS.contains(&key);
    let is_assigned = cut.is_some_and(|cut| bare[cut..].starts_with('=') || cut + 1 == bare.len());
    let is_option = word.starts_with('-');
    let announced =
        is_word && (cut.is_none() || is_assigned) || is_key && (is_assigned || is_option);
    announced.then(|| {
        let before = word.len() - bare.len();
        cut.map_or(word.len(), |cut| before + cut + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, spans: Vec<Range<usize>>) -> Vec<&str> {
        spans.into_iter().map(|span| &text[span]).collect()
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
            assert_eq!(parts(text, behind_keys(text)), secrets, "{text}");
        }
    }

    #[test]
    fn finds_what_is_a_secret_in_any_text() {
        for (text, hidden) in [
            (
                "`me:pw@r.example.com` is no host",
                "`me:********@r.example.com` is no host",
            ),
            (
                "https://me:p/w@r.example.com/app:1",
                "https://me:********@r.example.com/app:1",
            ),
            ("me:pw@", "me:********@"),
            ("a:b@c://me:pw@d @:e", "a:********@c://me:********@d @:e"),
            ("é me:pw@a,me:pw@b", "é me:********@a,me:********@b"),
            (
                "`${P:-pw}` is not `${NAME}`",
                "`${********}` is not `${NAME}`",
            ),
            ("`${P pw`", "`${********`"),
            ("dckr_pat_0123456789 nginx", "******** nginx"),
        ] {
            assert_eq!(hide(text), hidden);
        }
        for text in [
            "app:1@sha256:0123",
            "r.example.com:5000/app@sha256:0123",
            "git@github.com",
            "write `$${` for the characters `${` themselves",
            "mail me: you@example.com",
        ] {
            assert_eq!(hide(text), text);
        }
    }

    /// Each of them would take many minutes if it were looked through again for each of its parts.
    #[test]
    fn a_long_text_is_looked_through_once() {
        let repeated = |part: &str| part.repeat(300_000);
        for part in ["a@", "eyJ", "${a ", "u:p@h "] {
            let hidden = hide(&repeated(part));
            assert_eq!(hidden.contains(Secret::MASK), part != "a@", "{part}");
        }
    }

    #[test]
    fn a_line_of_a_list_may_announce_a_secret() {
        for (text, secrets) in [
            ("--password=pw nginx", &["pw nginx"][..]),
            ("nginx --password pw", &[" pw"]),
            ("nginx --registry-token=pw", &["pw"]),
            ("PASSWORD=pw", &["pw"]),
            ("export ALIYUN_REGISTRY_PASSWORD=pw", &["pw"]),
            ("password: pw", &[" pw"]),
            ("Authorization: Basic pw", &[" Basic pw"]),
            ("nginx # password pw", &[" pw"]),
            (
                "docker login -u me -p pw r.example.com",
                &[" -u me -p pw r.example.com"],
            ),
            ("echo pw | docker login x", &["echo pw | docker login x"]),
        ] {
            assert_eq!(parts(text, in_list(text)), secrets, "{text}");
        }
        for text in [
            "passbolt/passbolt:latest",
            "secret-manager:1.0",
            "org/token:2",
            "pass:1",
            "--platform=linux/amd64 nginx # see below",
        ] {
            assert!(in_list(text).is_empty(), "{text}");
        }
    }
}
