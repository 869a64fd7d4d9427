//! The rules for OPA and conftest in `docs/elsewhere/policy`, run on real plans by a Rego interpreter.

use std::path::Path;

use pusher::sandbox::images::{Image, Index};
use regorus::{Engine, Value};

use super::harness::{NAMESPACE, Place, pair};

/// Returns what a rule has against a plan; `change` is done to its text first.
fn against(rule: &str, change: (&str, &str), plan: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/elsewhere/policy");
    let text = std::fs::read_to_string(folder.join(rule)).unwrap();
    let text = text.replace(change.0, change.1);
    let mut engine = Engine::new();
    engine.add_policy(rule.to_owned(), text).unwrap();
    engine.set_input_json(plan).unwrap();
    let denied = engine.eval_rule("data.main.deny".to_owned()).unwrap();
    let denied = denied.as_set().unwrap().iter();
    let text = |value: &Value| value.as_string().unwrap().to_string();
    denied.map(text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_rule_passes_one_real_plan_and_stops_another() {
    let (source, target) = pair().await;
    let place = Place::between(&source, &target);
    let image = |text: &str| Image::new("linux/amd64").layer(text);
    image("one").push(&source, "org/app", "v1.2");
    image("one").push(&source, "org/app", "stable");
    image("one").push(&source, "org/old", "v1");
    place.declare(&[
        "SOURCE/org/app:v1.2",
        "SOURCE/org/app:stable",
        "SOURCE/org/old:v1",
    ]);
    let plan = |typed: &str| place.run(&format!("plan --format json {typed}")).stdout;
    let first = plan("");
    assert_eq!(place.run("apply -q --yes").status, 0);
    assert_eq!(place.run("lock -q").status, 0);
    let as_it_is = ("", "");

    let rule = "copy-limit.rego";
    assert_eq!(against(rule, as_it_is, &first), [""; 0]);
    let small = ("20 * 1024 * 1024 * 1024", "100");
    let found = against(rule, small, &first);
    assert!(
        found.len() == 1 && found[0].contains("and 100 is the most"),
        "{found:?}"
    );

    let rule = "versions-stay.rego";
    image("two").push(&source, "org/app", "stable");
    assert_eq!(place.run("lock -q --update app:stable").status, 0);
    let moved = plan("");
    assert!(moved.contains("\"update\": 1"), "{moved}");
    assert_eq!(against(rule, as_it_is, &moved), [""; 0]);
    image("two").push(&source, "org/app", "v1.2");
    assert_eq!(place.run("lock -q --update app:v1.2").status, 0);
    assert_eq!(
        against(rule, as_it_is, &plan("")),
        ["app:v1.2 would move, though `v1.2` looks like a version"]
    );

    let rule = "deletes-in-staging.rego";
    assert_eq!(against(rule, as_it_is, &plan("")), [""; 0]);
    place.declare(&["SOURCE/org/app:v1.2", "SOURCE/org/app:stable"]);
    let pruned = plan("--prune");
    assert_eq!(
        against(rule, as_it_is, &pruned),
        [format!("old:v1 would be deleted from {NAMESPACE}")]
    );
    assert_eq!(against(rule, ("\"staging\"", "\"team\""), &pruned), [""; 0]);

    let rule = "nothing-blocked.rego";
    assert_eq!(against(rule, as_it_is, &pruned), [""; 0]);
    place.declare(&["SOURCE/org/app:v1.2", "SOURCE/org/missing:v1"]);
    assert_eq!(
        against(rule, as_it_is, &plan("")),
        ["missing:v1 is blocked: the source has no such image"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_hold_for_each_of_several_targets() {
    let (source, target) = pair().await;
    Index::of(&["linux/amd64", "linux/arm64"]).push(&source, "org/app", "v1");
    let place = Place::between(&source, &target);
    let targets =
        "one: { registry: TARGET, namespace: a }, two: { registry: TARGET, namespace: b }";
    let image = "{ source: \"SOURCE/org/app:v1\", platforms: [linux/s390x] }";
    place.write(
        "mirror.yaml",
        &format!("version: 1\ntargets: {{ {targets} }}\nimages: [{image}]\n"),
    );
    let plan = place.run("plan --format json").stdout;
    let found = against("nothing-blocked.rego", ("", ""), &plan);
    assert_eq!(
        found,
        ["app:v1 is blocked: the source has no linux/s390x; it has linux/amd64, linux/arm64"]
    );
    let found = against("copy-limit.rego", ("", ""), &plan);
    assert_eq!(found, [""; 0]);
}
