//! The naming rule against a second, independent way to say it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use pusher::config::DiagnosticKind;

use super::{environment, load_with, loaded};

/// The old workflow's rule, as it works on lines: it counts fields from the end, and collects each
/// name's namespaces in a set.
fn model(lines: &[String]) -> Vec<String> {
    let field = |line: &str| -> (String, String) {
        let image = line.split_whitespace().next_back().unwrap_or_default();
        let image = image.find('@').map_or(image, |at| &image[..at]).to_owned();
        let slashes = image.matches('/').count();
        let namespace = match slashes {
            1 => image[..image.find('/').unwrap()].to_owned() + "_",
            2 => {
                let from = image.find('/').unwrap() + 1;
                image[from..image.rfind('/').unwrap()].to_owned() + "_"
            }
            _ => String::new(),
        };
        let last = image
            .rfind('/')
            .map_or(&*image, |slash| &image[slash + 1..]);
        (namespace, last.to_owned())
    };
    let mut namespaces: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in lines {
        let (namespace, last) = field(line);
        let name = last.chars().take_while(|c| *c != ':').collect();
        namespaces.entry(name).or_default().insert(namespace);
    }
    let target = |line: &String| {
        let (namespace, last) = field(line);
        let name: String = last.chars().take_while(|c| *c != ':').collect();
        let mut target = String::new();
        if let Some(rest) = line.trim_start().strip_prefix("--platform") {
            let platform = rest.trim_start_matches(['=', ' ', '\t']);
            target.extend(platform.chars().take_while(|c| !c.is_whitespace()));
            target = target.replace('/', "_") + "_";
        }
        let digest_alone = line.contains('@') && !last.contains(':');
        if namespaces[&name].len() > 1 && !digest_alone {
            target += &namespace;
        }
        target += &last;
        if !last.contains(':') {
            target += ":latest";
        }
        target
    };
    lines.iter().map(target).collect()
}

/// Returns the image of a line written out, with the platform as it is written and the tag: what two
/// spellings of one wish have in common.
fn wish(line: &str) -> String {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    let image = words.pop().unwrap();
    let (tagged, digest) = image.split_once('@').unwrap_or((image, ""));
    let last = tagged.rsplit('/').next().unwrap();
    let (path, tag) = match last.split_once(':') {
        Some((_, tag)) => (&tagged[..tagged.len() - tag.len() - 1], tag),
        None => (tagged, "latest"),
    };
    let path = match path.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) => (host, rest),
        _ => ("docker.io", path),
    };
    let path = match path {
        ("docker.io", official) if !official.contains('/') => {
            format!("docker.io/library/{official}")
        }
        (host, path) => format!("{host}/{path}"),
    };
    let platform = words.join(" ").replace('=', " ");
    format!("{platform} {path}:{tag}@{digest}")
}

pub(super) fn line() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        Just(""),
        Just("docker.io/"),
        Just("ghcr.io/"),
        Just("localhost:5000/")
    ];
    let path = prop_oneof![
        Just(""),
        Just("foo/"),
        Just("library/"),
        Just("a/b/"),
        Just("a/b/c/")
    ];
    let name = prop_oneof![Just("nginx"), Just("alist"), Just("bar"), Just("a-b_c.d")];
    let tag = prop_oneof![Just(""), Just(":1"), Just(":latest"), Just(":1.10-x")];
    let digest =
        prop_oneof![4 => Just(String::new()), 1 => Just(format!("@sha256:{}", "a".repeat(64)))];
    let platform = prop_oneof![
        4 => Just(""),
        1 => Just("--platform=linux/arm64 "),
        1 => Just("--platform linux/arm/v7\t"),
        1 => Just(" --platform=linux/aarch64  "),
    ];
    (platform, host, path, name, tag, digest).prop_map(
        |(platform, host, path, name, tag, digest)| {
            format!("{platform}{host}{path}{name}{tag}{digest}")
        },
    )
}

proptest! {
    #[test]
    fn names_are_those_of_the_old_workflow(lines in prop::collection::vec(line(), 1..12)) {
        let expected = model(&lines);
        let loaded = loaded("images.txt", &lines.join("\n"));
        let collided = loaded.diagnostics.iter().any(|one| one.code == "same-target");
        let other = |one: &&pusher::config::Diagnostic| {
            one.kind == DiagnosticKind::Mistake && !matches!(one.code, "same-target" | "declared-twice" | "digest-without-tag")
        };
        prop_assert_eq!(loaded.diagnostics.iter().find(other), None);
        // Of each wish the shortest name stays.
        let shortest = |wished: &str| {
            let of_wish = lines.iter().zip(&expected).enumerate().filter(|(_, (line, _))| wish(line) == wished);
            of_wish.min_by_key(|(index, (_, name))| (name.len(), *index)).unwrap().0
        };
        let kept = lines.iter().enumerate().filter(|(index, line)| shortest(&wish(line)) == *index);
        let mut seen = BTreeSet::new();
        let first_of_each: Vec<&String> = kept
            .map(|(index, _)| &expected[index])
            .filter(|name| seen.insert((*name).clone()))
            .collect();
        let names: Vec<String> = loaded.targets[0].entries.iter().map(|one| one.target.to_string()).collect();
        prop_assert_eq!(names.iter().collect::<Vec<_>>(), first_of_each);
        // What is not there is told: as a repeat, or as a collision.
        let missing = expected.len() - names.len();
        let told = |code| loaded.diagnostics.iter().filter(move |one| one.code == code);
        // Of many that collide, all are told at once.
        let told_of: usize = told("same-target")
            .map(|one| one.message.english().split(' ').next().unwrap().parse().map_or(1, |count: usize| count - 1))
            .sum();
        prop_assert_eq!(told_of + told("declared-twice").count(), missing);
        prop_assert!(missing > 0 || !collided);
    }
}

#[test]
fn the_model_follows_the_table() {
    let names = |lines: &[&str]| {
        model(
            &lines
                .iter()
                .map(|line| (*line).to_owned())
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(
        names(&[
            "xhofe/alist:latest",
            "--platform=linux/arm64 xiaoyaliu/alist"
        ]),
        ["xhofe_alist:latest", "linux_arm64_xiaoyaliu_alist:latest"]
    );
    assert_eq!(
        names(&["nginx:1.25", "docker.io/library/nginx:1.26"]),
        ["nginx:1.25", "library_nginx:1.26"]
    );
}

/// Returns the names of images, for a target of this profile and this rule.
fn ruled(naming: &str, profile: &str, images: &str) -> Vec<String> {
    let text = format!(
        "version: 1\ntarget: {{ registry: r.example.com, namespace: team, naming: \"{naming}\", profile: {profile} }}\n\
         include: [images.txt]\nimages:\n{images}"
    );
    let list = "--platform=linux/aarch64 xhofe/alist:1\n";
    let loaded = load_with("mirror.yaml", &text, list, &environment());
    assert_eq!(loaded.diagnostics, [], "{text}");
    let names = loaded.targets[0]
        .entries
        .iter()
        .map(|entry| entry.target.to_string());
    names.collect()
}

#[test]
fn the_target_says_how_images_are_named() {
    let images = "  - nginx:1.27\n  - ghcr.io/org/sub/app:v1\n  - { source: 'redis:7', platforms: linux/arm64 }\n\
                  \x20 - { source: 'quay.io/a/b:2', target: 'cc:{tag}-{platform}', platforms: [linux/amd64] }\n";
    assert_eq!(
        ruled("flat", "generic", images),
        [
            "linux_aarch64_alist:1",
            "nginx:1.27",
            "app:v1",
            "redis:7",
            "cc:2-linux_amd64"
        ]
    );
    assert_eq!(
        ruled("path", "generic", images),
        [
            "linux_aarch64_xhofe/alist:1",
            "library/nginx:1.27",
            "org/sub/app:v1",
            "library/redis:7",
            "cc:2-linux_amd64"
        ]
    );
    // The registry has one level.
    assert_eq!(
        ruled("path", "acr-personal", images)[1..3],
        ["library_nginx:1.27", "org_sub_app:v1"]
    );
    assert_eq!(
        ruled("all:{platform}-{name}-{tag}", "generic", images),
        [
            "all:linux_aarch64-alist-1",
            "all:nginx-1.27",
            "all:app-v1",
            "all:linux_arm64-redis-7",
            "cc:2-linux_amd64"
        ]
    );
}

#[test]
fn each_tag_of_a_source_is_named_by_a_template() {
    let images = "  - { source: nginx, tags: [stable, '1.27'], target: 'base:{name}-{tag}' }\n";
    assert_eq!(
        ruled("flat", "generic", images)[1..],
        ["base:nginx-stable", "base:nginx-1.27"]
    );
}

#[test]
fn what_rules_choose_is_named_by_a_template() {
    let images = "  - { source: nginx, select: { version: '*' }, target: 'base:{name}-{tag}' }\n  - { source: redis, select: { version: '*' } }\n";
    let text = format!(
        "version: 1\ntarget: {{ registry: r.example.com, naming: '{{path}}:v{{tag}}' }}\nimages:\n{images}"
    );
    let loaded = loaded("mirror.yaml", &text);
    assert_eq!(loaded.diagnostics, []);
    let families = loaded.targets[0].families.iter();
    let names: Vec<_> = families.map(|family| family.name().to_string()).collect();
    assert_eq!(names, ["base:nginx-*", "library/redis:v*"]);
}
