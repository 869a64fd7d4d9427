//! `plan --out` and `apply PLAN`: what was reviewed is copied, or it is said why not.

use pusher::render::schemas::{SchemaKind, schema};
use pusher::sandbox::images::{Artifact, Image, Index, signature, signature_tag};
use pusher::sandbox::{Effect, Fault, Sandbox};
use serde_json::{Value, json};

use super::harness::{NAMESPACE, Place, Ran, pair};

const LIST: &str = "SOURCE/org/app:v1\nSOURCE/org/web:v1\nSOURCE/library/redis:7.4\n";

fn push(registry: &Sandbox, repository: &str, text: &str) -> Artifact {
    let image = Image::new("linux/amd64").layer(text);
    image.push(registry, repository, "v1")
}

/// Three images: one to create, one to update, one of several platforms to create.
async fn saved() -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    push(&source, "org/app", "app");
    push(&source, "org/web", "web");
    push(&target, &format!("{NAMESPACE}/web"), "old web");
    Index::of(&["linux/amd64", "linux/arm64"]).push(&source, "library/redis", "7.4");
    let place = Place::between(&source, &target).file("images.txt", LIST);
    let ran = place.run("plan --out plan.json");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    (source, target, place)
}

fn read(place: &Place) -> Value {
    let text = std::fs::read_to_string(place.path().join("plan.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn assert_nothing_written(target: &Sandbox) {
    let requests = target.log().requests();
    let reads = |method: &str| ["GET", "HEAD"].contains(&method);
    assert!(requests.iter().all(|request| reads(&request.method)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_fits_its_schema_and_holds_what_was_planned() {
    let (_source, _target, place) = saved().await;
    let document = read(&place);
    let validator = jsonschema::validator_for(&schema(SchemaKind::PlanFile)).unwrap();
    validator.validate(&document).unwrap();
    let shown = place.steady(&std::fs::read_to_string(place.path().join("plan.json")).unwrap());
    // The hash is of the real list, whose hosts differ from run to run.
    let hash = document["files"][0]["sha256"].as_str().unwrap();
    insta::assert_snapshot!("saved_file", shown.replace(hash, "HASH"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_reviewed_is_copied_though_the_tag_has_moved() {
    let (source, target, place) = saved().await;
    let planned = read(&place);
    push(&source, "org/app", "app, moved");
    let ran = place.run("apply plan.json");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    for change in planned["changes"].as_array().unwrap() {
        let (repository, tag) = change["target"].as_str().unwrap().split_once(':').unwrap();
        let held = target.tag(&format!("{NAMESPACE}/{repository}"), tag);
        let held = held.map(|digest| digest.to_string());
        assert_eq!(held.as_deref(), change["expected"]["digest"].as_str());
    }
    // A second time it has nothing to do, and a new plan sees the moved tag.
    assert_eq!(place.run("apply plan.json").status, 0);
    assert_eq!(place.run("plan --detailed-exitcode").status, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_whose_target_moved_is_stale_and_the_others_go_on() {
    let (_source, target, place) = saved().await;
    let overwritten = push(&target, &format!("{NAMESPACE}/web"), "someone's");
    let ran = place.run("apply -q plan.json");
    insta::assert_snapshot!("saved_stale", ran.whole());
    assert_eq!(
        target.tag(&format!("{NAMESPACE}/web"), "v1"),
        Some(overwritten.digest)
    );
    assert!(target.tag(&format!("{NAMESPACE}/app"), "v1").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_and_signatures_go_with_a_saved_plan() {
    let (source, target) = pair().await;
    let locked = push(&source, "org/app", "app");
    let signatures = |image: &Artifact| {
        let tag = signature_tag(&image.digest);
        signature(&image.digest).push(&source, "org/app", tag.as_str());
        tag
    };
    let tag = signatures(&locked);
    let mirror = "version: 1\ntarget: {registry: TARGET, namespace: NAMESPACE}\nimages:\n  \
                  - source: SOURCE/org/app:v1\n    referrers: signatures\n"
        .replace("NAMESPACE", NAMESPACE);
    let place = Place::between(&source, &target).file("mirror.yaml", &mirror);
    for step in ["lock", "plan --locked --out plan.json"] {
        let ran = place.run(step);
        assert_eq!(ran.status, 0, "{step}: {}", ran.whole());
    }
    // The tag moves, with a signature of its own: what was reviewed is copied, with its signature.
    let moved = push(&source, "org/app", "app, moved");
    let other = signatures(&moved);
    let ran = place.run("apply --locked plan.json");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    let repository = format!("{NAMESPACE}/app");
    assert_eq!(target.tag(&repository, "v1"), Some(locked.digest));
    assert!(target.tag(&repository, &tag).is_some());
    assert_eq!(target.tag(&repository, &other), None);
    assert_eq!(place.run("plan --locked --detailed-exitcode").status, 0);
    // The lock is one of the files that a plan belongs to.
    assert_eq!(place.run("lock --update").status, 0);
    let ran = place.run("apply plan.json");
    assert_eq!(ran.status, 1, "{}", ran.whole());
    assert!(ran.stderr.contains("`mirror.lock` has changed"), "{ran:?}");
    assert!(place.run("plan").stdout.contains("1 to update"));
}

/// Two tags of one signed image, and another image.
async fn two_tags() -> (Sandbox, Sandbox, Place, Artifact) {
    let (source, target) = pair().await;
    let app = push(&source, "org/app", "app");
    source.put_tag("org/app", "v2", &app.digest);
    let tag = signature_tag(&app.digest);
    signature(&app.digest).push(&source, "org/app", tag.as_str());
    push(&source, "org/web", "web");
    let signed =
        |tag: &str| format!("  - {{ source: 'SOURCE/org/app:{tag}', referrers: signatures }}\n");
    let mirror = format!(
        "version: 1\ntarget: {{ registry: TARGET, namespace: {NAMESPACE} }}\nimages:\n\
         {}{}  - SOURCE/org/web:v1\n",
        signed("v1"),
        signed("v2")
    );
    let place = Place::between(&source, &target).file("mirror.yaml", &mirror);
    let ran = place.run("plan --out plan.json");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    (source, target, place, app)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tags_of_one_image_have_one_signature() {
    let (_source, target, place, app) = two_tags().await;
    let ran = place.run("apply plan.json");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    let tag = signature_tag(&app.digest);
    let repository = format!("{NAMESPACE}/app");
    for tag in ["v1", "v2", &tag] {
        assert!(target.tag(&repository, tag).is_some(), "{tag}");
    }
    assert_eq!(target.log().count("PUT", &format!("/manifests/{tag}")), 1);
    assert_eq!(place.run("apply plan.json").status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_cannot_be_read_hides_nothing_else() {
    let (source, target, place, _app) = two_tags().await;
    let denied = Fault::new("", "/org/app/", Effect::status(403)).always();
    source.faults().add(denied);
    let ran = place.run("apply -q plan.json");
    insta::assert_snapshot!("saved_source_unreadable", ran.whole());
    assert!(target.tag(&format!("{NAMESPACE}/web"), "v1").is_some());
    assert_eq!(target.tags(&format!("{NAMESPACE}/app")).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_blocked_stays_blocked() {
    let (source, target) = pair().await;
    push(&source, "org/app", "app");
    let place = Place::between(&source, &target)
        .file("images.txt", "SOURCE/org/app:v1\nSOURCE/org/gone:v1\n");
    assert_eq!(place.run("plan --out plan.json").status, 1);
    push(&source, "org/gone", "here by now");
    let ran = place.run("apply -q plan.json");
    insta::assert_snapshot!("saved_blocked", ran.whole());
    assert_eq!(target.tags(&format!("{NAMESPACE}/gone")).len(), 0);
}

type Edit = Box<dyn FnOnce(&mut Value)>;

pub(super) fn said(what: &str, ran: &Ran) -> String {
    format!("# {what}\n{}", ran.stderr)
}

/// Edits the plan, applies it and returns what was said.
fn edited(place: &Place, good: &Value, edit: impl FnOnce(&mut Value)) -> Ran {
    let mut plan = good.clone();
    edit(&mut plan);
    place.write("edited.json", &plan.to_string());
    place.run("apply edited.json")
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_impossible_is_refused_with_the_reason() {
    let (_source, target, place) = saved().await;
    let good = read(&place);
    target.log().clear();
    let other = format!("sha256:{}", "0".repeat(64));
    let cases: Vec<(&str, Edit)> = vec![
        ("version", Box::new(|p| p["format_version"] = json!("9.0"))),
        (
            "target",
            Box::new(|p| p["target"]["registry"] = json!("evil.example")),
        ),
        ("rules", Box::new(|p| p["rules"]["rewrite"] = json!(7))),
        (
            "unknown field",
            Box::new(|p| p["changes"][0]["platforms"] = json!(["linux/arm64"])),
        ),
        (
            "unknown target",
            Box::new(|p| p["changes"][0]["target"] = json!("evil\u{1b}[2J:v1")),
        ),
        (
            "duplicate",
            Box::new(|p| {
                let again = p["changes"][0].clone();
                p["changes"].as_array_mut().unwrap().push(again);
            }),
        ),
        (
            "no digest",
            Box::new(|p| p["changes"][0]["source"] = json!("latest")),
        ),
        (
            "half",
            Box::new(|p| p["changes"][0]["expected"] = json!(null)),
        ),
        (
            "action",
            Box::new(|p| p["changes"][0]["action"] = json!("no-op")),
        ),
        (
            "expected",
            Box::new(move |p| p["changes"][0]["expected"]["digest"] = json!(other)),
        ),
        (
            "missing",
            Box::new(|p| drop(p["changes"].as_array_mut().unwrap().pop())),
        ),
        ("no JSON", Box::new(|p| *p = json!("[[["))),
    ];
    let mut told = String::new();
    for (name, edit) in cases {
        let ran = edited(&place, &good, edit);
        assert_eq!(
            (ran.status, ran.stdout.as_str()),
            (1, ""),
            "{name}: {ran:?}"
        );
        told += &said(name, &ran);
    }
    place.write("images.txt", &format!("{LIST}# one more line\n"));
    let ran = place.run("apply plan.json");
    assert_eq!(ran.status, 1, "{ran:?}");
    told += &said("files", &ran);
    let ran = place.run("apply nowhere.json");
    told += &said("no file", &ran);
    insta::assert_snapshot!("saved_refused", told);
    assert_nothing_written(&target);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_password_is_in_the_file() {
    let (source, target) = pair().await;
    push(&source, "org/app", "app");
    let place = Place::between(&source, &target)
        .variable("ALIYUN_REGISTRY_USER", "the-user")
        .variable("ALIYUN_REGISTRY_PASSWORD", "the-password")
        .file("images.txt", "SOURCE/org/app:v1\n");
    place.run("plan --out plan.json");
    let text = std::fs::read_to_string(place.path().join("plan.json")).unwrap();
    assert!(!text.contains("the-user") && !text.contains("the-password"));
}
