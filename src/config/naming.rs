//! The flat names: which name below the target's namespace an image gets when none is given.
//!
//! The rule is the one that users' registries already follow, to the letter, because a changed name
//! breaks whatever pulls by it:
//!
//! 1. the *name* is the last `/` part up to `:` or `@`; the *tag* is what follows `:` there, or
//!    `latest`; a digest does not count;
//! 2. the *namespace* is the middle part of exactly three, the first of exactly two, else none;
//! 3. a name is *duplicated* if it stands in the list with two different namespaces;
//! 4. the target is the platform as written with `_` for `/`, the namespace if the name is
//!    duplicated, and `name:tag`.
//!
//! It works on images as they are written, never on normalised ones.

use std::collections::HashMap;

use crate::plan::TargetName;

/// An image as it was written, with the platform of its line as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written<'a> {
    pub(super) image: &'a str,
    pub(super) platform: Option<&'a str>,
}

/// A flat name, and whether the namespace is missing from it for an old reason alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FlatName {
    pub(super) target: TargetName,
    /// Others of this name get their namespace as a prefix; this one has a digest and no tag, and
    /// the old rule never gave those a prefix.
    pub(super) prefix_left_out: bool,
}

struct Parts<'a> {
    namespace: Option<&'a str>,
    name: &'a str,
    tag: Option<&'a str>,
    has_digest: bool,
}

impl<'a> Parts<'a> {
    fn of(image: &'a str) -> Self {
        let (tagged, has_digest) = match image.split_once('@') {
            Some((tagged, _)) => (tagged, true),
            None => (image, false),
        };
        let parts: Vec<&str> = tagged.split('/').collect();
        let last = parts.last().copied().unwrap_or_default();
        let (name, tag) = match last.split_once(':') {
            Some((name, tag)) => (name, Some(tag)),
            None => (last, None),
        };
        let namespace = match parts.as_slice() {
            [_, middle, _] => Some(*middle),
            [first, _] => Some(*first),
            _ => None,
        };
        Self {
            namespace,
            name,
            tag,
            has_digest,
        }
    }
}

/// Returns the flat name of every image of the set, in its order.
pub(super) fn flat_names(images: &[Written<'_>]) -> Vec<FlatName> {
    let parts: Vec<Parts<'_>> = images
        .iter()
        .map(|written| Parts::of(written.image))
        .collect();
    let mut first_namespace: HashMap<&str, Option<&str>> = HashMap::new();
    let mut duplicated: HashMap<&str, bool> = HashMap::new();
    for part in &parts {
        let first = *first_namespace.entry(part.name).or_insert(part.namespace);
        *duplicated.entry(part.name).or_default() |= first != part.namespace;
    }
    let name = |(part, written): (&Parts<'_>, &Written<'_>)| {
        let platform = written
            .platform
            .map(|platform| platform.replace('/', "_") + "_");
        let wanted = part.namespace.filter(|_| duplicated[part.name]);
        let prefix_left_out = wanted.is_some() && part.has_digest && part.tag.is_none();
        let namespace = wanted
            .filter(|_| !prefix_left_out)
            .map(|namespace| format!("{namespace}_"));
        let repository = [platform.as_deref(), namespace.as_deref(), Some(part.name)];
        FlatName {
            target: TargetName {
                repository: repository.into_iter().flatten().collect(),
                tag: part.tag.unwrap_or("latest").to_owned(),
            },
            prefix_left_out,
        }
    };
    parts.iter().zip(images).map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn names(lines: &[&str]) -> Vec<String> {
        let written = |line: &&'static str| match line.strip_prefix("--platform=") {
            Some(rest) => {
                let (platform, image) = rest.split_once(' ').unwrap();
                Written {
                    image,
                    platform: Some(platform),
                }
            }
            None => Written {
                image: line,
                platform: None,
            },
        };
        let lines: Vec<&'static str> = lines
            .iter()
            .map(|line| &*Box::leak((*line).to_owned().into_boxed_str()))
            .collect();
        let images: Vec<Written<'_>> = lines.iter().map(written).collect();
        flat_names(&images)
            .into_iter()
            .map(|name| name.target.to_string())
            .collect()
    }

    #[test]
    fn follows_every_row_of_the_table() {
        for (lines, expected) in [
            (&["nginx"][..], &["nginx:latest"][..]),
            (
                &["k8s.gcr.io/kube-state-metrics/kube-state-metrics:v2.0.0"],
                &["kube-state-metrics:v2.0.0"],
            ),
            (
                &[
                    "xhofe/alist:latest",
                    "--platform=linux/arm64 xiaoyaliu/alist",
                ],
                &["xhofe_alist:latest", "linux_arm64_xiaoyaliu_alist:latest"],
            ),
            (
                &["nginx:1.25", "docker.io/library/nginx:1.26"],
                &["nginx:1.25", "library_nginx:1.26"],
            ),
            (&[&format!("nginx:1.25@{DIGEST}")], &["nginx:1.25"]),
            (
                &["--platform=linux/arm/v7 redis"],
                &["linux_arm_v7_redis:latest"],
            ),
            (
                &["--platform=linux/aarch64 unifreq/openwrt"],
                &["linux_aarch64_openwrt:latest"],
            ),
        ] {
            assert_eq!(names(lines), expected);
        }
    }

    #[test]
    fn namespaces_are_parts_of_what_is_written() {
        for (image, namespace) in [
            ("nginx", None),
            ("docker.io/nginx", Some("docker.io")),
            ("ghcr.io/foo/bar", Some("foo")),
            ("gcr.io/a/b/c", None),
            ("localhost:5000/a", Some("localhost:5000")),
        ] {
            assert_eq!(Parts::of(image).namespace, namespace, "{image}");
        }
    }

    #[test]
    fn none_is_a_namespace_of_its_own() {
        // Four parts have no namespace, and so get no prefix, but make the other one duplicated.
        let lines = ["gcr.io/a/b/x:1", "org/x:2"];
        assert_eq!(names(&lines), ["x:1", "org_x:2"]);
    }

    #[test]
    fn platform_and_tag_do_not_make_duplicates() {
        let lines = [
            "xhofe/alist:1",
            "--platform=linux/arm64 docker.io/xhofe/alist:2",
        ];
        assert_eq!(names(&lines), ["alist:1", "linux_arm64_alist:2"]);
    }

    #[test]
    fn a_digest_without_a_tag_makes_duplicates_but_gets_no_prefix() {
        let pinned = format!("bitnami/redis@{DIGEST}");
        assert_eq!(names(&[&pinned, "redis:7"]), ["redis:latest", "redis:7"]);
        assert_eq!(
            names(&[&pinned, "org/redis:7"]),
            ["redis:latest", "org_redis:7"]
        );
        let images = [&*pinned, "org/redis:7"].map(|image| Written {
            image,
            platform: None,
        });
        let left_out: Vec<bool> = flat_names(&images)
            .iter()
            .map(|n| n.prefix_left_out)
            .collect();
        assert_eq!(left_out, [true, false]);
        // With a tag beside the digest the prefix is there.
        let both = format!("bitnami/redis:6@{DIGEST}");
        assert_eq!(names(&[&both, "redis:7"]), ["bitnami_redis:6", "redis:7"]);
    }

    #[test]
    fn another_line_can_rename_the_first() {
        assert_eq!(names(&["xhofe/alist"]), ["alist:latest"]);
        assert_eq!(
            names(&["xhofe/alist", "other/alist"])[0],
            "xhofe_alist:latest"
        );
    }
}
