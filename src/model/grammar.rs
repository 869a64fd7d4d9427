//! The grammar of image references, as the distribution project defines it.
//!
//! Written out by hand: the library's regular expression takes 18 MiB and tens of milliseconds to
//! compile, more than a run that finds everything in place needs for all the rest. The tests hold
//! it against the library.

/// The longest repository name.
const LONGEST_PATH: usize = 255;
/// The longest tag.
const LONGEST_TAG: usize = 128;

/// The parts of a reference as they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written<'a> {
    pub(super) host: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) tag: Option<&'a str>,
    pub(super) digest: Option<&'a str>,
}

/// Takes a reference apart; the digest is not looked at. The error goes on after "… is not an
/// image reference: ".
pub(super) fn parse(text: &str) -> Result<Written<'_>, &'static str> {
    let (rest, digest) = split(text.split_once('@'), text);
    // A colon before the last slash belongs to a port.
    let tagged = rest.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
    let (name, tag) = split(tagged, rest);
    let (host, path) = match name.split_once('/') {
        Some((host, path)) if is_like_host(host) => (Some(host), path),
        _ => (None, name),
    };
    if host.is_some_and(|host| !is_host(host)) {
        return Err("its registry is no host name with an optional port");
    }
    if path.is_empty() {
        return Err("it names no repository");
    }
    if !path.split('/').all(is_path_component) {
        return Err(
            "a repository name has lower-case letters and digits, with `.`, `_`, `__` or dashes \
             between them",
        );
    }
    if path.len() > LONGEST_PATH {
        return Err("a repository name has at most 255 characters");
    }
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err(
            "a tag has at most 128 letters, digits, `_`, `.` and `-`, none of the last two first",
        );
    }
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

fn is_host(host: &str) -> bool {
    let bracket = host.rfind(']').unwrap_or_default();
    let colon = host[bracket..].rfind(':').map(|at| bracket + at);
    let (name, port) = split(colon.map(|at| (&host[..at], &host[at + 1..])), host);
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_address = |address: &str| {
        let within = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        address.contains(':') && address.bytes().all(within)
    };
    let ipv6 = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    port.is_none_or(is_port) && ipv6.map_or_else(|| name.split('.').all(is_label), is_address)
}

fn is_label(label: &str) -> bool {
    let is_within = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !label.is_empty()
        && label.bytes().all(is_within)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_path_component(component: &str) -> bool {
    let is_usual = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_separator =
        |run: &str| matches!(run, "" | "." | "_" | "__") || run.bytes().all(|byte| byte == b'-');
    component.starts_with(is_usual)
        && component.ends_with(is_usual)
        && component.split(is_usual).all(is_separator)
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=LONGEST_TAG).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag
            .bytes()
            .all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
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
