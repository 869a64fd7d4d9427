//! Reads Rust source just well enough to tell which paths it names.

/// The paths that a file names outside comments, literals and its unit tests, with groups spelt out:
/// `use std::{fs, io::Write}` gives `std::fs` and `std::io::Write`.
#[derive(Debug, Default)]
pub(super) struct Paths {
    pub(super) used: Vec<String>,
    /// What it only hands on: `pub use`.
    pub(super) re_exported: Vec<String>,
}

impl Paths {
    pub(super) fn of(source: &str) -> Self {
        let tokens = tokens(&without_tests(&code(source)));
        let mut paths = Self::default();
        let mut at = 0;
        while at < tokens.len() {
            at = match re_export(&tokens[at..]) {
                Some(skipped) => path(&tokens, at + skipped, "", &mut paths.re_exported),
                None => path(&tokens, at, "", &mut paths.used),
            };
        }
        paths
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        self.used.iter().chain(&self.re_exported)
    }
}

/// Returns behind how many tokens the path of a `pub use` begins, or of a `pub(…) use`.
fn re_export(tokens: &[String]) -> Option<usize> {
    let (first, rest) = tokens.split_first()?;
    let scope = match rest.first()?.as_str() {
        "(" => rest.iter().position(|token| token == ")")? + 1,
        _ => 0,
    };
    (first == "pub" && rest.get(scope)? == "use").then_some(scope + 2)
}

/// Reads a path at a token, with the path of the group it stands in; returns what comes after it.
fn path(tokens: &[String], mut at: usize, prefix: &str, found: &mut Vec<String>) -> usize {
    let mut name = prefix.to_owned();
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token == text);
    while let Some(token) = tokens.get(at) {
        if !token.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '*') {
            return at + 1;
        }
        if !name.is_empty() {
            name.push_str("::");
        }
        name.push_str(token);
        at += 1;
        if !is(at, "::") {
            break;
        }
        at += 1;
        if is(at, "{") {
            at += 1;
            while at < tokens.len() && !is(at, "}") {
                at = path(tokens, at, &name, found);
                if is(at, "as") {
                    at += 2;
                }
                if is(at, ",") {
                    at += 1;
                }
            }
            return at + 1;
        }
    }
    found.push(name);
    at
}

fn tokens(code: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    tokens
}

/// Drops everything from the unit tests on: they stand last in every file.
fn without_tests(code: &str) -> String {
    let end = code.find("#[cfg(test)]\nmod ").unwrap_or(code.len());
    code[..end].to_owned()
}

/// Drops comments and what stands in literals.
pub(super) fn code(source: &str) -> String {
    let mut code = String::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = literal(rest) {
            code.push_str("\"\"");
            length
        } else {
            // A word is taken whole, so that the `r` at its end begins no raw string.
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let length = word.max(first.len_utf8());
            code.push_str(&rest[..length]);
            length
        };
        rest = &rest[length..];
    }
    code
}

/// Returns the length of the string or character literal that `rest` begins with, if it does.
fn literal(rest: &str) -> Option<usize> {
    let body = rest.trim_start_matches(['b', 'r', 'c']);
    let prefix = rest.len() - body.len();
    if prefix > 2 {
        return None;
    }
    let hashes = body.len() - body.trim_start_matches('#').len();
    if rest[..prefix].contains('r') && body[hashes..].starts_with('"') {
        let end = format!("\"{}", "#".repeat(hashes));
        let begin = prefix + hashes + 1;
        let length = rest[begin..].find(&end).map(|at| begin + at + end.len());
        return Some(length.unwrap_or(rest.len()));
    }
    if body.starts_with('"') {
        return Some(prefix + quoted(body, '"'));
    }
    let is_lifetime = {
        let mut characters = body.chars().skip(1);
        characters.next() != Some('\\') && characters.next() != Some('\'')
    };
    (body.starts_with('\'') && !is_lifetime).then(|| prefix + quoted(body, '\''))
}

fn quoted(body: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == mark => return at + c.len_utf8(),
            _ => {}
        }
    }
    body.len()
}

#[test]
fn spells_groups_out_and_ignores_comments_literals_and_tests() {
    let source = r##"
        //! std::fs in a comment
        use std::{env, fs as files, io::{self, Write}};
        pub use inner::A;
        pub(in crate::a) use inner::{b::C};
        /* std::net */
        fn a<'a>(x: &'a str) -> char { tokio::spawn(b('"', '\'', "std::process", r#"std::x"#)); 'c' }
#[cfg(test)]
mod tests { use std::thread; }
    "##;
    let paths = Paths::of(source);
    assert_eq!(paths.re_exported, ["inner::A", "inner::b::C"]);
    let found = paths.used;
    for path in [
        "std::env",
        "std::fs",
        "std::io::self",
        "std::io::Write",
        "tokio::spawn",
    ] {
        assert!(found.iter().any(|name| name == path), "{path}: {found:?}");
    }
    let hidden = |name: &String| {
        [
            "std::net",
            "std::process",
            "std::x",
            "std::thread",
            "std::files",
        ]
        .contains(&name.as_str())
    };
    assert!(!found.iter().any(hidden), "{found:?}");
}
