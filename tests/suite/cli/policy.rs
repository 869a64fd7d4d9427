//! The policy: what breaks a rule is blocked at its line, or told of; what is in place costs nothing more.

use pusher::sandbox::Sandbox;
use pusher::sandbox::images::{Image, Index, signature_tag};
use serde_json::Value;

use super::harness::{NAMESPACE, Place, pair};
use crate::support::signing::Key;

const BOTH: [&str; 2] = ["linux/amd64", "linux/arm64"];

/// Pushes what the rules are about.
fn publish(source: &Sandbox) {
    Index::of(&BOTH).push(source, "org/app", "v1");
    Index::of(&BOTH).push(source, "org/app", "v2");
    let large = Image::new("linux/amd64").generated_layer(70_000, 1);
    let index = Index::new().image(&large).image(&Image::new("linux/arm64"));
    index.push(source, "org/large", "v1");
    Image::new("linux/amd64").push(source, "org/single", "latest");
    Index::of(&BOTH).push(source, "evil/app", "v1");
    Index::of(&BOTH).push(source, "lib/base", "1.0");
}

const RULES: &str = r#"policy:
  - { allow: ["SOURCE/org/*", "SOURCE/lib/**"] }
  - { deny: "SOURCE/*/*", except: ["SOURCE/org/*", "SOURCE/lib/*"] }
  - { max-size: 50KB }
  - { platforms-required: [linux/amd64, linux/arm64] }
  - { no-latest: true, level: warning }
  - { pinned-only: true, for: "SOURCE/lib/*" }
  - { max-tags: 1, for: SOURCE/org/**, level: warning }
  - { max-severity: high, reports: "scans/*.json", for: "SOURCE/org/app:v2" }
"#;

const IMAGES: &str = r#"images:
  - SOURCE/org/app:v1
  - SOURCE/org/app:v2
  - SOURCE/org/large:v1
  - SOURCE/org/single
  - { source: "SOURCE/evil/app:v1", target: "evil:v1" }
  - SOURCE/lib/base:1.0
"#;

fn declare(place: &Place, rules: &str, images: &str) {
    let target = format!("target: {{ registry: TARGET, namespace: {NAMESPACE} }}");
    let text = format!("version: 1\n{target}\ndefaults: {{ platforms: all }}\n{rules}{images}");
    place.write("mirror.yaml", &text);
}

/// What Trivy would say of an image.
fn report(digest: &str, severity: &str) -> String {
    format!(
        r#"{{"SchemaVersion": 2, "ArtifactName": "app", "Metadata": {{"RepoDigests": ["app@{digest}"]}},
            "Results": [{{"Vulnerabilities": [{{"VulnerabilityID": "CVE-2026-1", "Severity": "{severity}"}}]}}]}}"#
    )
}

fn changes(place: &Place, typed: &str) -> Vec<Value> {
    let ran = place.run(typed);
    let json: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.whole()));
    json["changes"].as_array().unwrap().clone()
}

/// Returns each target with its action and the rules that it breaks.
fn broken(place: &Place) -> Vec<(String, String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let changes = changes(place, "plan --format json");
    let each = changes.iter().map(|change| {
        let rules = change["policy"].as_array().unwrap().iter();
        let rules = rules.map(|broken| text(&broken["rule"])).collect();
        (text(&change["target"]), text(&change["action"]), rules)
    });
    each.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_rule_blocks_at_its_line_or_warns_there() {
    let (source, target) = pair().await;
    publish(&source);
    let place = Place::between(&source, &target);
    declare(&place, RULES, IMAGES);
    insta::assert_snapshot!("policy_check", place.run("check").whole());
    insta::assert_snapshot!("policy_plan", place.run("plan").whole());
    insta::assert_snapshot!("policy_plan_chinese", place.run("plan --lang zh").whole());
    insta::assert_snapshot!(
        "policy_plan_markdown",
        place.run("plan --format markdown").whole()
    );
    insta::assert_snapshot!(
        "policy_plan_github",
        place.run("plan --format github").whole()
    );
    insta::assert_snapshot!("policy_offline", place.run("plan --offline").whole());
    let json = changes(&place, "plan --format json");
    let evil = &json[4];
    assert_eq!(evil["reason_kind"], "policy");
    insta::assert_snapshot!(
        "policy_json",
        place.steady(&serde_json::to_string_pretty(&evil["policy"]).unwrap())
    );
    insta::assert_snapshot!("policy_apply", place.run("apply --yes").whole());
    insta::assert_snapshot!(
        "policy_report",
        place.run("apply --yes --format markdown").whole()
    );
    assert!(target.tag(&format!("{NAMESPACE}/evil"), "v1").is_none());
    assert!(
        target.tag(&format!("{NAMESPACE}/app"), "v2").is_none(),
        "not scanned"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_files_forbid_is_asked_nowhere_and_never_deleted() {
    let (source, target) = pair().await;
    publish(&source);
    let place = Place::between(&source, &target);
    let images = "images:\n  - { source: \"SOURCE/evil/app:v1\", target: \"evil:v1\" }\n";
    declare(&place, "", images);
    assert_eq!(place.run("apply -q --yes").status, 0);
    assert_eq!(place.run("lock -q").status, 0);
    let held = target.tag(&format!("{NAMESPACE}/evil"), "v1");
    Index::of(&BOTH[..1]).push(&source, "evil/app", "v1");
    declare(&place, "policy: [{ deny: SOURCE/evil/** }]\n", images);
    for typed in ["plan", "plan --prune", "apply --yes --prune", "drift"] {
        source.log().clear();
        target.log().clear();
        assert_ne!(place.run(typed).status, 0, "{typed}");
        let asked = [source.log().requests(), target.log().requests()].concat();
        assert!(asked.is_empty(), "{typed}: {asked:?}");
    }
    assert_eq!(target.tag(&format!("{NAMESPACE}/evil"), "v1"), held);
    // Whoever takes it out of the file may prune it as ever.
    declare(
        &place,
        "policy: [{ deny: SOURCE/evil/** }]\n",
        "images: []\n",
    );
    assert_eq!(place.run("apply -q --yes --prune").status, 0);
    assert_eq!(target.tag(&format!("{NAMESPACE}/evil"), "v1"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn images_in_place_cost_one_head_a_side_with_all_rules_on() {
    let (source, target) = pair().await;
    publish(&source);
    let place = Place::between(&source, &target);
    let images = "images:\n  - SOURCE/org/app:v1\n  - SOURCE/lib/base:1.0\n";
    declare(&place, "", images);
    assert_eq!(place.run("apply -q --yes").status, 0);
    let rules = RULES.replace(
        "pinned-only: true, for: \"SOURCE/lib/*\"",
        "pinned-only: true, level: warning",
    );
    declare(&place, &rules.replace("50KB", "1B"), images);
    source.log().clear();
    target.log().clear();
    assert_eq!(place.run("plan --detailed-exitcode").status, 0);
    let manifests = |sandbox: &Sandbox| -> Vec<String> {
        let lines = sandbox.log().lines().into_iter();
        lines
            .filter(|line| line.contains("/v2/") && line.contains('/'))
            .collect()
    };
    for side in [&source, &target] {
        let lines = manifests(side);
        let heads = lines
            .iter()
            .filter(|line| line.starts_with("HEAD "))
            .count();
        assert_eq!((heads, lines.len()), (2, 2), "{lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_lets_an_image_pass_or_stops_it() {
    let (source, target) = pair().await;
    let index = Index::of(&BOTH).push(&source, "org/app", "v2").clone();
    let children: Vec<_> = index
        .children
        .iter()
        .map(|child| child.digest.to_string())
        .collect();
    let place = Place::between(&source, &target);
    declare(&place, RULES, "images:\n  - SOURCE/org/app:v2\n");
    let plan = || broken(&place).remove(0);
    let (app, scanned) = ("app:v2".to_owned(), vec!["max-severity".to_owned()]);
    assert_eq!(plan(), (app.clone(), "blocked".to_owned(), scanned.clone()));
    let unscanned = &changes(&place, "plan --format json")[0]["policy"][0]["unscanned"];
    assert_eq!(*unscanned, serde_json::json!(children));
    place.write("scans/one.json", &report(&children[0], "HIGH"));
    assert_eq!(plan().2, scanned, "one of two");
    place.write("scans/two.json", &report(&children[1], "CRITICAL"));
    assert_eq!(plan().1, "blocked");
    insta::assert_snapshot!("policy_vulnerable", place.run("plan").stdout);
    place.write("scans/two.json", &report(&children[1], "LOW"));
    assert_eq!(plan(), (app.clone(), "create".to_owned(), vec![]));
    assert_eq!(place.run("plan -q --out plan.json").status, 0);
    // What is found after the plan was kept still counts.
    place.write(
        "scans/two.json",
        &report(&index.digest.to_string(), "CRITICAL"),
    );
    assert_eq!(place.run("apply plan.json -q").status, 1);
    assert!(target.tag(&format!("{NAMESPACE}/app"), "v2").is_none());
    place.write("scans/two.json", &report(&index.digest.to_string(), "LOW"));
    let ran = place.run("apply plan.json -q");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    // In place, what is found of the digests that are known blocks it; what inside is not known is not asked for.
    assert_eq!(plan(), (app.clone(), "no-op".to_owned(), vec![]));
    place.write(
        "scans/three.json",
        &report(&index.digest.to_string(), "CRITICAL"),
    );
    assert_eq!(plan(), (app, "blocked".to_owned(), scanned));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_report_is_named() {
    let (source, target) = pair().await;
    Index::of(&BOTH).push(&source, "org/app", "v2");
    let place = Place::between(&source, &target);
    declare(&place, RULES, "images:\n  - SOURCE/org/app:v2\n");
    place.write("scans/notes.txt", "not looked at");
    for (text, why) in [
        ("{}", "but no report"),
        ("{\"matches\": 7}", "at line 1"),
        ("not json\u{1b}[31m", "no JSON report"),
    ] {
        place.write("scans/bad.json", text);
        let ran = place.run("plan");
        assert_eq!(ran.status, 1);
        assert!(
            ran.stderr.contains("the scan report `scans/bad.json`"),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
        assert!(!ran.stderr.contains('\u{1b}'));
    }
    let file = std::fs::File::create(place.path().join("scans/bad.json")).unwrap();
    file.set_len(65 << 20).unwrap();
    let ran = place.run("plan");
    assert!(
        ran.stderr.contains("a scan report has 64.0 MiB at most"),
        "{}",
        ran.stderr
    );
    declare(
        &place,
        "policy: [{ max-severity: low, reports: missing.json }]\n",
        "images:\n  - SOURCE/org/app:v2\n",
    );
    let ran = place.run("plan");
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("cannot read `missing.json`"),
        "{}",
        ran.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lock_pins() {
    let (source, target) = pair().await;
    publish(&source);
    let place = Place::between(&source, &target);
    let rules = "policy: [{ pinned-only: true }]\n";
    let images = "images:\n  - { source: SOURCE/org/app, select: { glob: \"v*\" } }\n  - SOURCE/lib/base:1.0\n";
    declare(&place, rules, images);
    assert_eq!(place.run("check").status, 1);
    let blocked = |broken: &[(String, String, Vec<String>)]| {
        broken
            .iter()
            .filter(|(_, action, _)| action == "blocked")
            .count()
    };
    source.log().clear();
    assert_eq!(blocked(&broken(&place)), 2, "the family is one");
    assert!(source.log().requests().is_empty());
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(place.run("check").status, 0);
    let each = broken(&place);
    assert_eq!((each.len(), blocked(&each)), (3, 0), "{each:?}");
    assert_eq!(place.run("plan -q --out plan.json").status, 0);
    assert_eq!(place.run("apply plan.json -q").status, 0);
    assert_eq!(place.run("plan --detailed-exitcode").status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rules_choose_is_judged_tag_by_tag_and_a_part_as_the_whole() {
    let (source, target) = pair().await;
    publish(&source);
    let place = Place::between(&source, &target);
    let images = "images:\n  - { source: SOURCE/org/app, select: { glob: \"v*\" } }\n  - SOURCE/lib/base:1.0\n";
    let broken_by = |rules: &str, typed: &str| -> Vec<(String, bool)> {
        declare(&place, rules, images);
        let changes = changes(&place, typed);
        let each = changes.iter().map(|change| {
            let target = change["target"].as_str().unwrap().to_owned();
            (target, change["action"] == "blocked")
        });
        each.collect()
    };
    let of = |each: &[(&str, bool)]| -> Vec<(String, bool)> {
        each.iter()
            .map(|(name, is)| ((*name).to_owned(), *is))
            .collect()
    };
    let plan = "plan --format json";
    let deny = "policy: [{ deny: SOURCE/org/app:v2 }]\n";
    let apart = of(&[("app:v2", true), ("app:v1", false), ("base:1.0", false)]);
    assert_eq!(broken_by(deny, plan), apart);
    let allow = "policy: [{ allow: [SOURCE/org/app:v1, SOURCE/lib/*] }]\n";
    assert_eq!(broken_by(allow, plan), apart);
    let all = "policy: [{ deny: SOURCE/org/** }]\n";
    source.log().clear();
    assert_eq!(
        broken_by(all, plan),
        of(&[("app:*", true), ("base:1.0", false)])
    );
    assert!(
        !source
            .log()
            .lines()
            .iter()
            .any(|line| line.contains("org/app"))
    );
    // A part of the tags is of the same repository.
    let few = "policy: [{ max-tags: 1 }]\n";
    assert_eq!(
        broken_by(few, plan),
        of(&[("app:v2", true), ("app:v1", true), ("base:1.0", false)])
    );
    let only = "plan --format json --only app:v1";
    assert_eq!(broken_by(few, only), of(&[("app:v1", true)]));
    // A plan that is kept has digests in the place of tags: the files' sources are what counts.
    declare(&place, allow, images);
    assert_eq!(place.run("plan -q --out plan.json").status, 1);
    let ran = place.run("apply plan.json -q --format json");
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["summary"]["created"], 2, "{}", ran.whole());
    assert_eq!(json["summary"]["blocked"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_lets_what_is_new_wait_as_an_image_does_or_warns() {
    let (source, target) = pair().await;
    let image = |text: &str| Image::new("linux/amd64").layer(text);
    image("one").push(&source, "org/app", "v1");
    let place = Place::between(&source, &target);
    let images = "images:\n  - SOURCE/org/app:v1\n";
    declare(&place, "policy:\n  - { min-age: 3d }\n", images);
    let plan = || {
        let change = changes(&place, "plan --format json").remove(0);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let broken = change["policy"].as_array().unwrap().clone();
        let messages: Vec<_> = broken.iter().map(|one| text(&one["message"])).collect();
        (text(&change["action"]), messages)
    };
    let never = "the lock has not seen its digest before: `min-age: 3d` (mirror.yaml:5)";
    assert_eq!(plan(), ("blocked".to_owned(), vec![never.to_owned()]));
    assert_eq!(place.run("lock -q").status, 0, "it waits");
    let (action, messages) = plan();
    assert_eq!((&*action, messages.len()), ("blocked", 1));
    assert!(messages[0].contains("alone: `min-age: 3d`"), "{messages:?}");
    place.hours_pass(96);
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(plan(), ("create".to_owned(), vec![]));
    assert_eq!(place.run("apply -q --yes").status, 0);
    // Of two the longer counts.
    let longer = "images:\n  - { source: SOURCE/org/app:v1, min-age: 9d }\n";
    declare(&place, "policy:\n  - { min-age: 3d }\n", longer);
    image("two").push(&source, "org/app", "v1");
    assert_eq!(place.run("lock -q --update").status, 0);
    place.hours_pass(96);
    assert_eq!(place.run("lock -q --update").status, 0);
    let held = place.run("plan").stdout;
    assert!(held.contains("held back: `app:v1`"), "{held}");
    // One that warns takes it at once.
    declare(
        &place,
        "policy:\n  - { min-age: 9d, level: warning }\n",
        images,
    );
    assert_eq!(place.run("lock -q --update").status, 0);
    let (action, messages) = plan();
    assert_eq!((&*action, messages.len()), ("update", 1), "{messages:?}");
    assert!(messages[0].contains("since"), "{messages:?}");
    assert_eq!(place.run("apply -q --yes").status, 0);
    assert_eq!(place.run("plan --detailed-exitcode").status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_rule_of_verify_names_is_blocked_where_one_has_to() {
    let (source, target) = pair().await;
    publish(&source);
    let place = Place::between(&source, &target);
    let rules = "policy: [{ verify-required: true }]\n\
        verify: [{ images: SOURCE/lib/*, unsigned: true }]\n";
    let images = "images:\n  - SOURCE/lib/base:1.0\n  - SOURCE/org/app:v1\n  \
        - { source: SOURCE/org/app, select: { glob: v2 } }\n";
    declare(&place, rules, images);
    let check = place.run("check");
    assert_eq!(check.status, 1);
    let told = "mirror.yaml:8:5";
    assert!(
        check.stdout.contains(told) || check.stderr.contains(told),
        "{}",
        check.whole()
    );
    let each = broken(&place);
    let of = |name: &str| {
        let found = each.iter().find(|(target, ..)| target == name).unwrap();
        (found.1.clone(), found.2.clone())
    };
    assert_eq!(of("base:1.0"), ("create".to_owned(), vec![]));
    let out = ("blocked".to_owned(), vec!["verify-required".to_owned()]);
    assert_eq!(of("app:v1"), out);
    assert_eq!(of("app:v2"), out, "a tag that rules chose");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_all_ten_rules_on_a_plan_after_an_apply_is_empty() {
    let (source, target) = pair().await;
    publish(&source);
    let key = Key::new();
    let place = Place::between(&source, &target).file("cosign.pub", &key.pem());
    let sign = |content: &str| {
        let index = Index::new()
            .image(&Image::new(BOTH[0]).layer(content))
            .image(&Image::new(BOTH[1]).layer(content))
            .build();
        let digest = index.push(&source, "org/app", "v1");
        let signature = key.simple(&digest).artifact();
        signature.push(&source, "org/app", &*signature_tag(&digest));
        place.write("scans/one.json", &report(&digest.to_string(), "LOW"));
        digest
    };
    let rules = r#"policy:
  - { allow: "SOURCE/org/*" }
  - { deny: "SOURCE/evil/*" }
  - { max-size: 1MB }
  - { max-tags: 1 }
  - { platforms-required: [linux/amd64, linux/arm64] }
  - { no-latest: true }
  - { pinned-only: true }
  - { min-age: 3d }
  - { verify-required: true }
  - { max-severity: high, reports: "scans/*.json" }
verify:
  - { images: "SOURCE/org/*", cosign: { key: cosign.pub } }
"#;
    let images = "images:\n  - SOURCE/org/app:v1\n  - SOURCE/org/single\n  - SOURCE/org/large:v1\n  \
                  - SOURCE/lib/base:1.0\n";
    declare(&place, rules, images);
    let mut held = vec![];
    for content in ["first", "second"] {
        held.push(sign(content));
        // What breaks a rule has no digest to be locked.
        for _ in 0..2 {
            place.run("lock -q --update");
            place.hours_pass(96);
        }
        place.run("lock -q --update");
        let all = broken(&place);
        let (moved, out): (Vec<_>, Vec<_>) = all.iter().partition(|(.., action)| action.is_empty());
        assert_eq!(moved.len(), 1, "{all:?}");
        assert_eq!(moved[0].0, "app:v1");
        assert_eq!(out.len(), 3, "{all:?}");
        place.run("apply -q --yes");
        let arrived = target.tag(&format!("{NAMESPACE}/app"), "v1");
        assert_eq!(arrived.as_ref(), held.last());
        assert_eq!(target.repositories(), [format!("{NAMESPACE}/app")]);
        let plan: Value = serde_json::from_str(&place.run("plan --format json").stdout).unwrap();
        let summary = &plan["summary"];
        for (kind, count) in [("create", 0), ("update", 0), ("delete", 0), ("no_op", 1)] {
            assert_eq!(summary[kind], count, "{plan}");
        }
        assert_eq!(summary["blocked"], 3, "{plan}");
    }
}
