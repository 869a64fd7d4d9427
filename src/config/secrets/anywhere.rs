//! Secrets that stand out in any text, by how they look.

use std::ops::Range;

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

/// Returns what is a secret in any text.
pub(super) fn anywhere(text: &str) -> Vec<Range<usize>> {
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
