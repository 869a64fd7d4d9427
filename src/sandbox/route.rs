//! Paths: which endpoint of which repository.
//!
//! Repository names hold slashes, so the endpoint is found from the end of the path.

use crate::model::{check_path, check_tag};

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
    /// `/v2/_catalog`.
    Catalog,
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
        if rest == "/_catalog" {
            return Some(Self::Catalog);
        }
        let parts: Vec<&str> = rest.strip_prefix('/')?.split('/').collect();
        let (name, endpoint) = match parts.as_slice() {
            [name @ .., "tags", "list"] => (name, Endpoint::Tags),
            [name @ .., "blobs", "uploads"] | [name @ .., "blobs", "uploads", ""] => {
                (name, Endpoint::Uploads)
            }
            [name @ .., "blobs", "uploads", id] => (name, Endpoint::Upload((*id).to_owned())),
            [name @ .., "blobs", digest] => (name, Endpoint::Blob((*digest).to_owned())),
            [name @ .., "manifests", reference]
                if check_tag(reference).is_ok() || reference.contains(':') =>
            {
                (name, Endpoint::Manifest((*reference).to_owned()))
            }
            [name @ .., "referrers", digest] => (name, Endpoint::Referrers((*digest).to_owned())),
            _ => return None,
        };
        let name = name.join("/");
        check_path(&name)
            .is_ok()
            .then_some(Self::Repository { name, endpoint })
    }
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
    }
}
