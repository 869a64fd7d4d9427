//! Paths: which endpoint of which repository.
//!
//! Repository names hold slashes, so the endpoint is found from the end of the path.

/// An endpoint of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    Manifest(String),
    Blob(String),
    Uploads,
    Upload(String),
    Tags,
    Referrers(String),
}

/// What a path asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// `/v2/`.
    Base,
    /// Something in a repository.
    Repository { name: String, endpoint: Endpoint },
}

impl Route {
    /// Reads a path; `None` if no endpoint has it, or the repository's name is not allowed.
    pub(super) fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/v2")?;
        if rest.is_empty() || rest == "/" {
            return Some(Self::Base);
        }
        let parts: Vec<&str> = rest.strip_prefix('/')?.split('/').collect();
        let (name, endpoint) = match parts.as_slice() {
            [name @ .., "tags", "list"] => (name, Endpoint::Tags),
            [name @ .., "blobs", "uploads"] | [name @ .., "blobs", "uploads", ""] => {
                (name, Endpoint::Uploads)
            }
            [name @ .., "blobs", "uploads", id] => (name, Endpoint::Upload((*id).to_owned())),
            [name @ .., "blobs", digest] => (name, Endpoint::Blob((*digest).to_owned())),
            [name @ .., "manifests", reference] if is_tag(reference) || reference.contains(':') => {
                (name, Endpoint::Manifest((*reference).to_owned()))
            }
            [name @ .., "referrers", digest] => (name, Endpoint::Referrers((*digest).to_owned())),
            _ => return None,
        };
        let name = name.join("/");
        is_name(&name).then_some(Self::Repository { name, endpoint })
    }
}

/// Tells whether `text` is a tag: up to 128 of `A-Z a-z 0-9 _ . -`, no separator first but `_`.
pub(super) fn is_tag(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.starts_with(word) && text.len() <= 128 && text.chars().all(|c| word(c) || ".-".contains(c))
}

/// Tells whether `text` is a repository name: parts of lower-case letters and digits, between
/// which stand `.`, `_`, `__` or any number of `-`.
fn is_name(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let part = |part: &str| {
        let separators = part.split(letter).filter(|text| !text.is_empty());
        let good = |s: &str| matches!(s, "." | "_" | "__") || s.chars().all(|c| c == '-');
        part.starts_with(letter) && part.ends_with(letter) && { separators }.all(good)
    };
    text.len() <= 255 && text.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_slashes_and_endpoint_words() {
        let route = |name: &str, endpoint| {
            Some(Route::Repository {
                name: name.to_owned(),
                endpoint,
            })
        };
        assert_eq!(Route::parse("/v2/"), Some(Route::Base));
        assert_eq!(Route::parse("/v2/a/tags/list"), route("a", Endpoint::Tags));
        assert_eq!(
            Route::parse("/v2/blobs/b/blobs/x"),
            route("blobs/b", Endpoint::Blob("x".into()))
        );
        assert_eq!(
            Route::parse("/v2/a/b/blobs/uploads/"),
            route("a/b", Endpoint::Uploads)
        );
        assert_eq!(
            Route::parse("/v2/manifests/manifests/manifests"),
            route("manifests", Endpoint::Manifest("manifests".into()))
        );
    }

    #[test]
    fn refuses_names_and_tags_that_are_not_allowed() {
        for path in [
            "/",
            "/v2x",
            "/v2/a",
            "/v2/A/tags/list",
            "/v2/-a/tags/list",
            "/v2/a//b/tags/list",
            "/v2/a..b/tags/list",
            "/v2/tags/list",
            "/v2/a/manifests/-x",
            "/v2/a/manifests/x y",
        ] {
            assert_eq!(Route::parse(path), None, "{path}");
        }
        assert!(is_tag(&"a".repeat(128)) && !is_tag(&"a".repeat(129)) && !is_tag(""));
        assert!(is_name("a__b/c---d/e.f_g") && !is_name("a___b"));
    }
}
