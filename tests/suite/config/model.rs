//! Every key of a mirror file ends up in the model, whatever the format.

use std::time::Duration;

use pusher::config::{Loaded, RegistrySettings};
use pusher::model::{LoginWay, Platforms, Profile, Secret};
use pusher::plan::{Attestations, Entry, ForeignLayers, MissingPlatforms, Policy, Referrers};

use super::{environment, load_with, loaded};

const YAML: &str = r#"
version: 1
target:
  registry: https://${ALIYUN_REGISTRY}/
  namespace: ${ALIYUN_NAME_SPACE}
  profile:
    kind: acr-enterprise
    image-configs-only: true
    name-levels: 2
    name-length: [1, 99]
    mount: true
    delete: false
    referrers-api: true
    repository-limit: 1000
defaults:
  platforms: [linux/amd64, linux/arm64]
  missing-platforms: skip
  attestations: drop
  referrers: signatures
  foreign-layers: copy
include: [images.txt]
images:
  - alpine:1.10
  - source: ghcr.io/org/app:v1
    platforms: all
    target: apps/app
    missing-platforms: block
    attestations: keep
    referrers: all
    foreign-layers: leave
registries:
  index.docker.io: { concurrency: 4, requests-per-second: 2.5, patience: 1h30m, login: none }
  registry.example.com: { plain-http: false, ca-file: ca.pem, username: "${EX_USER}", password: "x${EX_PASSWORD}" }
"#;

const TOML: &str = r#"
version = 1
include = ["images.txt"]
images = ["alpine:1.10", { source = "ghcr.io/org/app:v1", platforms = "all", target = "apps/app", missing-platforms = "block", attestations = "keep", referrers = "all", foreign-layers = "leave" }]

[target]
registry = "https://${ALIYUN_REGISTRY}/"
namespace = "${ALIYUN_NAME_SPACE}"

[target.profile]
kind = "acr-enterprise"
image-configs-only = true
name-levels = 2
name-length = [1, 99]
mount = true
delete = false
referrers-api = true
repository-limit = 1_000

[defaults]
platforms = ["linux/amd64", "linux/arm64"]
missing-platforms = "skip"
attestations = "drop"
referrers = "signatures"
foreign-layers = "copy"

[registries."index.docker.io"]
concurrency = 4
requests-per-second = 2.5
login = "none"
patience = "1h30m"

[registries."registry.example.com"]
plain-http = false
ca-file = "ca.pem"
username = "${EX_USER}"
password = "x${EX_PASSWORD}"
"#;

fn policies() -> [Policy; 2] {
    [
        Policy {
            missing_platforms: MissingPlatforms::Skip,
            attestations: Attestations::Drop,
            referrers: Referrers::Signatures,
            foreign_layers: ForeignLayers::Copy,
        },
        Policy {
            missing_platforms: MissingPlatforms::Block,
            attestations: Attestations::Keep,
            referrers: Referrers::All,
            foreign_layers: ForeignLayers::Leave,
        },
    ]
}

fn platforms(text: &[&str]) -> Platforms {
    Platforms::only(text.iter().map(|one| one.parse().unwrap()).collect())
}

fn assert_model(loaded: &Loaded) {
    assert_eq!(loaded.diagnostics, []);
    let [desired] = &loaded.desired().unwrap()[..] else {
        panic!("one target")
    };
    assert_eq!(desired.target.registry, "registry.cn-hangzhou.aliyuncs.com");
    assert_eq!(desired.target.namespace.as_deref(), Some("team"));
    assert_eq!(
        desired.target.profile,
        Profile {
            image_configs_only: true,
            name_levels: Some(2),
            name_length: Some((1, 99)),
            mount: Some(true),
            delete: Some(false),
            referrers_api: Some(true),
            repository_limit: Some(1000),
            ..Profile::named("acr-enterprise").unwrap()
        }
    );
    let [defaults, own] = policies();
    let both = platforms(&["linux/amd64", "linux/arm64"]);
    let expected = [
        ("docker.io/library/redis:7", &both, defaults, "redis:7"),
        (
            "docker.io/library/nginx:1.27",
            &platforms(&["linux/arm64"]),
            defaults,
            "linux_aarch64_nginx:1.27",
        ),
        (
            "docker.io/library/alpine:1.10",
            &both,
            defaults,
            "alpine:1.10",
        ),
        ("ghcr.io/org/app:v1", &Platforms::All, own, "apps/app:v1"),
    ];
    let found: Vec<_> = desired.entries.iter().map(facts).collect();
    assert_eq!(found.len(), expected.len());
    for ((source, platforms, policy, target), found) in expected.into_iter().zip(found) {
        assert_eq!(
            found,
            (
                source.to_owned(),
                platforms,
                policy,
                target.to_owned(),
                true
            )
        );
    }
    let docker_hub = RegistrySettings {
        concurrency: Some(4),
        requests_per_second: Some(2.5),
        patience: Some(Duration::from_secs(5400)),
        login: LoginWay::None,
        ..RegistrySettings::default()
    };
    let example = RegistrySettings {
        plain_http: Some(false),
        ca_file: Some("ca.pem".to_owned()),
        username: Some(Secret::new("me".to_owned())),
        password: Some(Secret::new("xhunter2".to_owned())),
        ..RegistrySettings::default()
    };
    let registries: Vec<_> = loaded
        .registries
        .iter()
        .map(|(host, one)| (&**host, one))
        .collect();
    assert_eq!(
        registries,
        [
            ("docker.io", &docker_hub),
            ("registry.example.com", &example)
        ]
    );
}

fn facts(entry: &Entry) -> (String, &Platforms, Policy, String, bool) {
    (
        entry.source.to_string(),
        &entry.platforms,
        entry.policy,
        entry.target.to_string(),
        entry.platforms_declared,
    )
}

const LIST: &str = "redis:7\n--platform linux/aarch64 nginx:1.27\n";

#[test]
fn every_key_ends_up_in_the_model() {
    assert_model(&load_with("mirror.yaml", YAML, LIST, &environment()));
    assert_model(&load_with("mirror.toml", TOML, LIST, &environment()));
}

#[test]
fn lines_are_known_in_every_file() {
    for (path, text, lines) in [
        ("mirror.yaml", YAML, [23, 24]),
        ("mirror.toml", TOML, [4, 4]),
    ] {
        let loaded = load_with(path, text, LIST, &environment());
        let origins: Vec<String> = loaded.targets[0]
            .entries
            .iter()
            .map(|entry| entry.origin.to_string())
            .collect();
        let [first, second] = lines.map(|line| format!("{path}:{line}"));
        assert_eq!(origins, ["images.txt:1", "images.txt:2", &first, &second]);
    }
}

#[test]
fn platforms_are_linux_amd64_unless_declared() {
    let loaded = loaded("images.txt", "nginx\n--platform=linux/amd64 redis\n");
    let declared: Vec<bool> = loaded.targets[0]
        .entries
        .iter()
        .map(|one| one.platforms_declared)
        .collect();
    assert_eq!(declared, [false, true]);
    assert!(
        loaded.targets[0]
            .entries
            .iter()
            .all(|one| one.platforms == Platforms::linux_amd64())
    );
}

#[test]
fn images_of_the_mirror_file_and_of_lists_are_named_together() {
    let text = "version: 1\ninclude: [images.txt]\nimages:\n  - xiaoyaliu/alist\n  \
                - source: other/alist\n    target: mine:1\n  \
                - source: xiaoyaliu/tool\n    platforms: linux/arm64\n";
    let loaded = load_with("mirror.yaml", text, "xhofe/alist\n", &environment());
    let targets: Vec<String> = loaded.targets[0]
        .entries
        .iter()
        .map(|one| one.target.to_string())
        .collect();
    // No prefix for the platform: only a line of an image list gives one.
    assert_eq!(
        targets,
        [
            "xhofe_alist:latest",
            "xiaoyaliu_alist:latest",
            "mine:1",
            "tool:latest"
        ]
    );
    // One with a name of its own takes no part.
    let text =
        "version: 1\ninclude: [images.txt]\nimages:\n  - source: other/alist\n    target: mine\n";
    let loaded = load_with("mirror.yaml", text, "xhofe/alist\n", &environment());
    assert_eq!(
        loaded.targets[0].entries[0].target.to_string(),
        "alist:latest"
    );
}

#[test]
fn tags_that_look_like_numbers_or_booleans_survive() {
    let text =
        "version: 1\nimages:\n  - {source: nginx, target: 1.10:no}\n  - a:no\n  - b:1.10\n  - no\n";
    let loaded = loaded("mirror.yaml", text);
    let targets: Vec<String> = loaded.targets[0]
        .entries
        .iter()
        .map(|one| one.target.to_string())
        .collect();
    assert_eq!(targets, ["1.10:no", "a:no", "b:1.10", "no:latest"]);
}

#[test]
fn a_digest_is_what_is_copied_and_the_tag_a_name() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let loaded = loaded("images.txt", &format!("nginx:1.25@{digest}"));
    let entry = &loaded.targets[0].entries[0];
    assert_eq!(entry.source.manifest_reference(), digest);
    assert_eq!(entry.target.to_string(), "nginx:1.25");
    assert_eq!(entry.platforms, Platforms::All);
    let line = format!("--platform=linux/amd64 nginx:1.25@{digest}");
    let asked = super::loaded("images.txt", &line);
    assert_eq!(
        asked.targets[0].entries[0].platforms,
        Platforms::linux_amd64()
    );
}

#[test]
fn paths_are_relative_to_the_mirror_file() {
    let text = "version: 1\ninclude: [lists/a.txt, /b.txt]\nregistries:\n  a.example.com: {ca-file: ca.pem}\n";
    let asked = std::cell::RefCell::new(Vec::new());
    let read = |path: &str| {
        asked.borrow_mut().push(path.to_owned());
        Ok(String::new())
    };
    let loaded = pusher::config::load(&pusher::config::Input {
        path: "conf/mirror.yaml",
        text,
        environment: &environment(),
        read: &read,
        names: &|_| vec![],
    });
    assert_eq!(*asked.borrow(), ["conf/lists/a.txt", "/b.txt"]);
    assert_eq!(
        loaded.registries["a.example.com"].ca_file.as_deref(),
        Some("conf/ca.pem")
    );
}
