//! The grammar of names: hosts, repositories, tags and the references made of them, as the
//! distribution project defines it. Whatever takes a name asks here; what a kind of registry
//! refuses beyond it is for its profile to say.
//!
//! Written out by hand: the library's regular expression takes 18 MiB and tens of milliseconds to
//! compile, more than a run that finds everything in place needs for all the rest. The tests hold
//! it against the library.

use core::net::Ipv6Addr;

use super::grammar_error::{GrammarError, LONGEST_PATH, LONGEST_TAG, PathError, TagError};

/// The longest label of a host name.
const LONGEST_LABEL: usize = 63;

/// The parts of a reference as they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written<'a> {
    pub(super) host: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) tag: Option<&'a str>,
    pub(super) digest: Option<&'a str>,
}

/// Takes a reference apart; the digest is not looked at.
pub(super) fn parse(text: &str) -> Result<Written<'_>, GrammarError> {
    let (rest, digest) = split(text.split_once('@'), text);
    // A colon before the last slash belongs to a port.
    let tagged = rest.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
    let (name, tag) = split(tagged, rest);
    let (host, path) = match name.split_once('/') {
        Some((host, path)) if is_like_host(host) => (Some(host), path),
        _ => (None, name),
    };
    if host.is_some_and(|host| !is_host(host)) {
        return Err(GrammarError::Host);
    }
    if path.is_empty() {
        return Err(GrammarError::NoRepository);
    }
    check_path(path)?;
    tag.map_or(Ok(()), check_tag)?;
    Ok(Written {
        host,
        path,
        tag,
        digest,
    })
}

fn split<'a>(found: Option<(&'a str, &'a str)>, whole: &'a str) -> (&'a str, Option<&'a str>) {
    found.map_or((whole, None), |(left, right)| (left, Some(right)))
}

/// Tells a registry from the first part of a repository's name on Docker Hub.
fn is_like_host(part: &str) -> bool {
    part == "localhost" || part.contains(['.', ':'])
}

/// Tells whether a text is a registry's host: a name or an address, with an optional port.
pub fn is_host(host: &str) -> bool {
    let bracket = host.rfind(']').unwrap_or_default();
    let colon = host[bracket..].rfind(':').map(|at| bracket + at);
    let (name, port) = split(colon.map(|at| (&host[..at], &host[at + 1..])), host);
    let is_port =
        |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
    let ipv6 = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    let is_name = || name.split('.').all(is_label);
    port.is_none_or(is_port)
        && ipv6.map_or_else(is_name, |address| address.parse::<Ipv6Addr>().is_ok())
}

fn is_label(label: &str) -> bool {
    let is_within = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(is_within)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Checks the name of a repository, or of a namespace: parts between slashes.
///
/// # Errors
///
/// The first rule that it breaks.
pub fn check_path(path: &str) -> Result<(), PathError> {
    let is_usual = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_allowed = |c: char| is_usual(c) || matches!(c, '.' | '_' | '-' | '/');
    if let Some(found) = path.chars().find(|c| !is_allowed(*c)) {
        return Err(PathError::Character(found));
    }
    for part in path.split('/') {
        if part.is_empty() {
            return Err(PathError::EmptyPart);
        }
        if !part.starts_with(is_usual) || !part.ends_with(is_usual) {
            return Err(PathError::Separator);
        }
        if let Some(run) = part.split(is_usual).find(|run| !is_separator(run)) {
            return Err(PathError::Separators(run.to_owned()));
        }
    }
    if path.len() > LONGEST_PATH {
        return Err(PathError::Length(path.len()));
    }
    Ok(())
}

/// Tells whether these characters can stand between two letters or digits of a name.
fn is_separator(run: &str) -> bool {
    matches!(run, "" | "." | "_" | "__") || run.bytes().all(|byte| byte == b'-')
}

/// Checks a tag.
///
/// # Errors
///
/// The first rule that it breaks.
pub fn check_tag(tag: &str) -> Result<(), TagError> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let length = tag.chars().count();
    if length > LONGEST_TAG {
        return Err(TagError::Length(length));
    }
    let is_allowed = |c: char| is_word(c) || matches!(c, '.' | '-');
    let (odd, first) = (tag.chars().find(|c| !is_allowed(*c)), tag.chars().next());
    let tag = tag.to_owned();
    match (odd, first) {
        (Some(found), _) => Err(TagError::Character { tag, found }),
        (None, None) => Err(TagError::Empty),
        (None, Some(first)) if is_word(first) => Ok(()),
        (None, Some(found)) => Err(TagError::First { tag, found }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn takes_references_apart() {
        for (text, host, path, tag) in [
            ("nginx", None, "nginx", None),
            ("test.com:5000", None, "test.com", Some("5000")),
            ("test.com:5000/a", Some("test.com:5000"), "a", None),
            ("localhost/a:b", Some("localhost"), "a", Some("b")),
            ("[::1]:5000/a/b", Some("[::1]:5000"), "a/b", None),
            ("[::1]/a", Some("[::1]"), "a", None),
            ("team/a__b--c.d_e", None, "team/a__b--c.d_e", None),
        ] {
            let found = parse(text).unwrap();
            assert_eq!(
                (found.host, found.path, found.tag),
                (host, path, tag),
                "{text}"
            );
        }
        for text in [
            "",
            "/",
            "a/",
            "a//b",
            "a.com/",
            ":a",
            "a:",
            "a:.b",
            "a..b",
            "a___b",
            "a_-b",
            "-a",
            "a.com:/b",
            "a.com:x/b",
            "-a.com/b",
            "a..com/b",
            "[]/a",
            "[::1/a",
            "[::1]x/a",
            "[a]/a",
            "a b",
            "a.com/B",
            "a_a.com/b",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&format!("a:{}", "b".repeat(128))).is_ok());
        assert!(parse(&format!("a:{}", "b".repeat(129))).is_err());
        assert!(parse(&"a".repeat(255)).is_ok());
        assert!(parse(&"a".repeat(256)).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn says_what_the_library_says(
            text in "([a-zA-Z0-9.-]{1,6}(:[0-9a]{0,2})?/)?[aZ0._-]{0,5}(/[a0._-]{1,4})?(:[aZ._-]{0,3})?",
        ) {
            let library = text.parse::<oci_distribution::Reference>();
            let found = parse(&text);
            // The library takes a first part in capitals for a repository's, which no registry does.
            let capitals = found.is_err()
                && library.as_ref().is_ok_and(|library| library.repository() != library.repository().to_ascii_lowercase());
            // It takes a first part like `a_a.com` for a repository's too. Docker takes it for a
            // host, as every first part with a dot, and no host has an underscore.
            let first = text.split_once('/').map(|(first, _)| first);
            let underscore = found.is_err() && first.is_some_and(|first| is_like_host(first) && first.contains('_'));
            let differs = capitals || underscore;
            prop_assert_eq!(found.is_ok(), library.is_ok() && !differs, "{}: {:?}", &text, found);
            if let (Ok(found), Ok(library)) = (found, library) {
                prop_assert!(library.repository().ends_with(found.path));
                prop_assert_eq!(found.host.is_some_and(|host| host != "docker.io"), library.registry() != "docker.io");
                prop_assert_eq!(found.tag.unwrap_or("latest"), library.tag().unwrap());
            }
        }
    }
}
