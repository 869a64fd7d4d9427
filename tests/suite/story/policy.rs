//! Rules between two real registries.

use pusher::sandbox::images::{Image, Index};
use serde_json::Value;

use super::mirror::{GENERIC, Mirror, NAMESPACE};
use crate::support::registry::{Setup, TestRegistry};

#[tokio::test(flavor = "multi_thread")]
async fn with_all_rules_on_what_may_arrives_and_the_next_plan_is_empty() {
    let Some(source) = TestRegistry::real(&Setup::default()).await else {
        return;
    };
    let Some(mirror) = Mirror::from(source.address(), &Setup::default()).await else {
        return;
    };
    let both = Index::of(&["linux/amd64", "linux/arm64"]).build();
    let large = Image::new("linux/arm64").generated_layer(70_000, 1);
    let large = Index::new()
        .image(&Image::new("linux/amd64"))
        .image(&large)
        .build();
    for (image, repository, tag) in [
        (&both, "org/app", "v1"),
        (&both, "org/app", "latest"),
        (&both, "evil/app", "v1"),
        (&large, "org/large", "v1"),
    ] {
        source.push(image, repository, tag).await;
    }
    let scanned = format!(
        r#"{{"matches": [], "source": {{"type": "image", "target": {{"manifestDigest": "{}"}}}}}}"#,
        both.digest
    );
    mirror.place.write("scans/app.json", &scanned);
    let file = "policy:\n\
        - { allow: SOURCE/*/* }\n\
        - { deny: SOURCE/evil/** }\n\
        - { max-size: 50KB }\n\
        - { max-tags: 2 }\n\
        - { platforms-required: [linux/amd64, linux/arm64] }\n\
        - { no-latest: true }\n\
        - { pinned-only: true }\n\
        - { max-severity: high, reports: scans/*.json }\n\
        defaults: { platforms: all }\n\
        images:\n\
        - SOURCE/org/app:v1\n\
        - SOURCE/org/app:latest\n\
        - { source: SOURCE/evil/app:v1, target: evil:v1 }\n\
        - SOURCE/org/large:v1\n";
    mirror.declare(GENERIC, file);
    mirror.run("lock", 0);
    let counts = |typed: &str| -> [u64; 3] {
        let document: Value = serde_json::from_str(&mirror.run(typed, 1)).unwrap();
        let count = |key: &str| document["summary"][key].as_u64().unwrap();
        [count("create"), count("no_op"), count("blocked")]
    };
    assert_eq!(counts("plan --format json"), [1, 0, 3]);
    mirror.run("apply", 1);
    mirror.assert_holds("app:v1", &both).await;
    assert_eq!(counts("plan --format json"), [0, 1, 3]);
    for (name, tag) in [("app", "latest"), ("evil", "v1"), ("large", "v1")] {
        let held = mirror.target.tag(&format!("{NAMESPACE}/{name}"), tag).await;
        assert_eq!(held, None, "{name}:{tag}");
    }
}
