//! Addresses of pages about images, as they are copied from a browser.

use crate::model::Reference;

/// A page about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Page {
    /// The image that the page is about.
    Of(String),
    /// A page of which it cannot be told.
    Unknown,
}

/// Reads the address of a page; none if it is not one of a site that is known to have pages.
pub(super) fn page(address: &str) -> Option<Page> {
    let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
    let bare = bare.strip_prefix("www.").unwrap_or(bare);
    let (bare, _) = bare.split_once('#').unwrap_or((bare, ""));
    let (path, query) = bare.split_once('?').unwrap_or((bare, ""));
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let (site, rest) = parts.split_first()?;
    let image = match *site {
        "hub.docker.com" | "registry.hub.docker.com" => docker_hub(rest, query),
        "quay.io" => match rest {
            ["repository", org, name, "manifest", digest, ..] => {
                Some(format!("quay.io/{org}/{name}@{digest}"))
            }
            ["repository", org, name, ..] => Some(tagged(&["quay.io", org, name], tag_of(query))),
            _ => return None,
        },
        "github.com" => github(rest, query),
        "gallery.ecr.aws" => match rest {
            [alias, name @ ..] if !name.is_empty() => {
                Some(tagged(&["public.ecr.aws", alias, &name.join("/")], None))
            }
            _ => None,
        },
        "mcr.microsoft.com" => match rest {
            [_, "product", name @ ..] | [_, "artifact", "mar", name @ ..] => microsoft(name),
            _ => return None,
        },
        _ => return None,
    };
    let good = image.filter(|image| image.parse::<Reference>().is_ok());
    Some(good.map_or(Page::Unknown, Page::Of))
}

fn docker_hub(path: &[&str], query: &str) -> Option<String> {
    let named = |org: &str, image: &str, tag| match org {
        "library" => tagged(&[image], tag),
        _ => tagged(&[org, image], tag),
    };
    match path {
        ["_", name, ..] => Some(tagged(&[name], tag_of(query))),
        ["layers", org, image, tag, ..] => {
            let image = named(org, image, Some(tag));
            // The page is that of one platform's image.
            Some(
                match path.last().and_then(|last| last.strip_prefix("sha256-")) {
                    Some(hex) => format!("{image}@sha256:{hex}"),
                    None => image,
                },
            )
        }
        ["r", org, image, ..] | ["repository", "docker", org, image, ..] => {
            Some(named(org, image, tag_of(query)))
        }
        _ => None,
    }
}

fn github(path: &[&str], query: &str) -> Option<String> {
    let ([
        "orgs" | "users",
        owner,
        "packages",
        "container",
        "package",
        package,
        ..,
    ]
    | [
        "orgs" | "users",
        owner,
        "packages",
        "container",
        package,
        ..,
    ]
    | [owner, _, "pkgs", "container", package, ..]) = path
    else {
        return None;
    };
    // A page with a number is that of a version, which only its tag can name.
    let is_version = path
        .last()
        .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    if is_version && tag_of(query).is_none() {
        return None;
    }
    let package = package.replace("%2F", "/").replace("%2f", "/");
    Some(tagged(&["ghcr.io", owner, &package], tag_of(query)).to_ascii_lowercase())
}

fn microsoft(name: &[&str]) -> Option<String> {
    let end = name
        .iter()
        .position(|part| matches!(*part, "about" | "tags" | "tag"));
    let (name, rest) = name.split_at(end.unwrap_or(name.len()));
    let tag = match rest {
        ["tag", tag, ..] => Some(*tag),
        _ => None,
    };
    (!name.is_empty()).then(|| tagged(&["mcr.microsoft.com", &name.join("/")], tag))
}

/// Returns the tag that a query asks for.
fn tag_of(query: &str) -> Option<&str> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(key, _)| matches!(*key, "tag" | "name"))
        .map(|(_, tag)| tag)
        .next()
}

fn tagged(parts: &[&str], tag: Option<&str>) -> String {
    let name = parts.join("/");
    tag.filter(|tag| !tag.is_empty())
        .map_or_else(|| name.clone(), |tag| format!("{name}:{tag}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_pages_of_registries() {
        for (address, image) in [
            ("https://hub.docker.com/r/xhofe/alist", "xhofe/alist"),
            ("https://hub.docker.com/r/xhofe/alist/tags", "xhofe/alist"),
            ("hub.docker.com/r/xhofe/alist/", "xhofe/alist"),
            ("https://hub.docker.com/_/nginx", "nginx"),
            (
                "https://hub.docker.com/_/nginx/tags?page=1&name=1.27",
                "nginx:1.27",
            ),
            ("https://hub.docker.com/r/library/nginx", "nginx"),
            (
                "https://hub.docker.com/layers/library/nginx/1.27",
                "nginx:1.27",
            ),
            (
                "https://hub.docker.com/layers/library/nginx/1.27/images/sha256-\
                 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "nginx:1.27@sha256:\
                 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            ),
            (
                "https://hub.docker.com/repository/docker/a/b/general",
                "a/b",
            ),
            (
                "https://quay.io/repository/prometheus/node-exporter",
                "quay.io/prometheus/node-exporter",
            ),
            (
                "https://quay.io/repository/prometheus/node-exporter?tab=tags&tag=latest",
                "quay.io/prometheus/node-exporter:latest",
            ),
            (
                "https://github.com/Org/repo/pkgs/container/x",
                "ghcr.io/org/x",
            ),
            (
                "https://github.com/org/repo/pkgs/container/repo%2Fx/12?tag=v1",
                "ghcr.io/org/repo/x:v1",
            ),
            (
                "https://github.com/orgs/org/packages/container/package/x",
                "ghcr.io/org/x",
            ),
            (
                "https://gallery.ecr.aws/docker/library/nginx",
                "public.ecr.aws/docker/library/nginx",
            ),
            (
                "https://mcr.microsoft.com/en-us/artifact/mar/dotnet/sdk/about",
                "mcr.microsoft.com/dotnet/sdk",
            ),
            (
                "https://mcr.microsoft.com/en-us/product/dotnet/sdk/tags",
                "mcr.microsoft.com/dotnet/sdk",
            ),
        ] {
            assert_eq!(page(address), Some(Page::Of(image.to_owned())), "{address}");
        }
        for address in [
            "https://hub.docker.com/u/xhofe",
            "https://github.com/org/repo",
            "https://hub.docker.com/",
            "https://hub.docker.com/r/最/新",
            "https://hub.docker.com/layers/library/nginx/1.27/images/sha256-12",
            "https://quay.io/repository/org/app/manifest/sha256:12",
            "https://github.com/org/repo/pkgs/container/x/123456",
        ] {
            assert_eq!(page(address), Some(Page::Unknown), "{address}");
        }
        for image in [
            "quay.io/a/b:1",
            "mcr.microsoft.com/dotnet/sdk:8.0",
            "nginx",
            "https://x/y",
        ] {
            assert_eq!(page(image), None, "{image}");
        }
    }
}
