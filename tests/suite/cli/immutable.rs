//! Tags that never move: the target's list of tags stands for a question for each.

use std::fs;

use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Effect, Fault, Options, Sandbox};
use serde_json::Value;

use super::harness::{NAMESPACE, Place, pair};

/// How many versions there are.
const VERSIONS: usize = 40;

fn version(number: usize) -> String {
    format!("v1.{number}.0")
}

/// Pushes the versions and a tag that moves.
fn publish(source: &Sandbox) {
    let versions = (0..VERSIONS).map(version);
    for tag in versions.chain(["stable".to_owned()]) {
        Image::new("linux/amd64")
            .layer(&tag)
            .push(source, "org/app", &*tag);
    }
}

/// Declares all tags, with more keys of the image.
fn declare(place: &Place, keys: &str) {
    let rule = r#"tags: [stable], select: { version: "*" }, max-tags: 1000"#;
    place.declare(&[&format!("{{ source: SOURCE/org/app, {rule}{keys} }}")]);
}

const IMMUTABLE: &str = r#", immutable: ["v?[0-9]*.[0-9]*.[0-9]*"]"#;

/// What is mirrored and locked.
async fn mirrored(target: Options) -> (Sandbox, Sandbox, Place) {
    let (source, _) = pair().await;
    let target = Sandbox::start(target).await.unwrap();
    publish(&source);
    let place = Place::between(&source, &target);
    declare(&place, IMMUTABLE);
    assert_eq!(place.run("apply -q --yes").status, 0);
    assert_eq!(place.run("lock -q").status, 0);
    (source, target, place)
}

/// Runs a command, and tells how many lists and how many manifests it asked the target for.
fn asked(place: &Place, target: &Sandbox, typed: &str) -> (i32, usize, usize) {
    target.log().clear();
    let ran = place.run(typed);
    let lines = target.log().lines();
    let count = |part: &str| lines.iter().filter(|line| line.contains(part)).count();
    (ran.status, count("/tags/list"), count("/manifests/"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_moves_and_is_locked_costs_a_list() {
    let (source, target, place) = mirrored(Options::default()).await;
    source.log().clear();
    let plan = "plan --detailed-exitcode";
    assert_eq!(asked(&place, &target, plan), (0, 1, 1), "`stable` alone");
    assert_eq!(source.log().requests().len(), 0);
    insta::assert_snapshot!("immutable_plan", place.run("plan").whole());
    insta::assert_snapshot!(
        "immutable_plan_chinese",
        place.run("plan --lang zh").whole()
    );
    let json = place.run("plan --format json").stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["summary"]["no_op"], VERSIONS + 1);
    assert_eq!(json["summary"]["listed"], VERSIONS);
    let changes = json["changes"].as_array().unwrap();
    for change in changes {
        let is_listed = change["target"] != "app:stable";
        assert_eq!(change["action"], "no-op");
        assert_eq!(change["reason"].is_string(), is_listed, "{change}");
        assert!(change["after"]["digest"].is_string());
    }
    // The file of one that wants less says so by itself.
    for (keys, lists, manifests) in [
        ("", 0, VERSIONS + 1),
        (", immutable: []", 0, VERSIONS + 1),
        (r#", immutable: "v1.7.0""#, 0, VERSIONS + 1),
        (r#", immutable: "v1.[78].0""#, 1, VERSIONS - 1),
        // Nobody looked yet what the target holds of `stable`.
        (r#", immutable: ["v1.7.0", "s*"]"#, 0, VERSIONS + 1),
    ] {
        declare(&place, keys);
        assert_eq!(
            asked(&place, &target, plan),
            (0, lists, manifests),
            "{keys}"
        );
    }
    assert_eq!(asked(&place, &target, "lock -q"), (0, 1, 1));
    assert_eq!(asked(&place, &target, plan), (0, 1, VERSIONS - 1));
    let text = fs::read_to_string(place.path().join("mirror.yaml")).unwrap();
    let text = text.replace(r#", immutable: ["v1.7.0", "s*"]"#, "");
    place.write("mirror.yaml", &(text + "defaults: { immutable: v1.* }\n"));
    assert_eq!(asked(&place, &target, plan), (0, 1, 1), "by default");
    // What is not locked is asked for.
    fs::remove_file(place.path().join("mirror.lock")).unwrap();
    assert_eq!(asked(&place, &target, plan), (0, 0, VERSIONS + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_list_lacks_is_asked_for_and_comes_back() {
    let (_source, target, place) = mirrored(Options::default()).await;
    let repository = format!("{NAMESPACE}/app");
    target.delete_tag(&repository, &version(7));
    let plan = "plan --detailed-exitcode";
    assert_eq!(asked(&place, &target, plan), (2, 1, 2));
    assert_eq!(place.run("apply -q --yes").status, 0);
    assert!(target.tag(&repository, &version(7)).is_some());
    assert_eq!(asked(&place, &target, plan), (0, 1, 1));
    // A list that is refused, or breaks off, tells nothing.
    let refused = Fault::new("GET", "/tags/list", Effect::Instead(403)).always();
    target.faults().add(refused);
    assert_eq!(asked(&place, &target, plan), (0, 1, VERSIONS + 1));
    target.faults().clear();

    let short = Options {
        page: 1,
        ..Options::default()
    };
    let (_source, target, place) = mirrored(short).await;
    // A list costs no more than half of what it saves; `stable` is on its first page.
    let half = VERSIONS / 2;
    assert_eq!(asked(&place, &target, plan), (0, half, half + 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_files_want_else_of_them_is_told_by_the_lock() {
    let (source, target) = pair().await;
    for tag in ["1.0.0", "1.1.0"] {
        Index::of(&["linux/amd64", "linux/arm64"]).push(&source, "org/app", tag);
    }
    let place = Place::between(&source, &target);
    let tags = r#"tags: ["1.0.0", "1.1.0"], immutable: "1.*""#;
    place.declare(&[&format!("{{ source: SOURCE/org/app, {tags} }}")]);
    assert_eq!(place.run("apply -q --yes").status, 0);
    assert_eq!(place.run("lock -q").status, 0);
    let all = format!("{{ source: SOURCE/org/app, {tags}, platforms: all }}");
    place.declare(&[&all]);
    let plan = "plan --detailed-exitcode";
    assert_eq!(place.run(plan).status, 2);
    insta::assert_snapshot!("immutable_lock", place.run("lock").whole());
    // The target lists them, and holds something else.
    assert_eq!(asked(&place, &target, plan), (2, 0, 2));
    assert_eq!(place.run("apply -q --yes").status, 0);
    assert_eq!(place.run("drift").status, 0);
    assert_eq!(asked(&place, &target, plan), (0, 0, 2));
    insta::assert_snapshot!("immutable_seen", place.run("lock").whole());
    assert_eq!(asked(&place, &target, plan), (0, 1, 0));
    assert_eq!(asked(&place, &target, "lock -q"), (0, 0, 0));
    let again = asked(&place, &target, "lock -q --no-cache");
    assert_eq!(again, (0, 1, 2), "looked at again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_tool_put_there_is_not_taken_for_what_is_locked() {
    let (source, target) = pair().await;
    let repository = format!("{NAMESPACE}/app");
    for tag in ["1.0.0", "1.1.0"] {
        Image::new("linux/amd64")
            .layer(tag)
            .push(&source, "org/app", tag);
        Image::new("linux/amd64")
            .layer("another")
            .push(&target, &repository, tag);
    }
    let place = Place::between(&source, &target);
    let tags = r#"tags: ["1.0.0", "1.1.0"], immutable: "1.*""#;
    place.declare(&[&format!("{{ source: SOURCE/org/app, {tags} }}")]);
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(place.run("apply -q --yes").status, 0);
    assert_eq!(place.run("drift").status, 0);
    for tag in ["1.0.0", "1.1.0"] {
        assert_eq!(target.tag(&repository, tag), source.tag("org/app", tag));
    }
    // What was seen in one target was not seen in another.
    assert_eq!(place.run("lock -q").status, 0);
    let lock = fs::read_to_string(place.path().join("mirror.lock")).unwrap();
    assert_eq!(lock.matches("\nin-target = ").count(), 2, "{lock}");
    let elsewhere = fs::read_to_string(place.path().join("mirror.yaml")).unwrap();
    place.write("mirror.yaml", &elsewhere.replace(NAMESPACE, "elsewhere"));
    assert_eq!(place.run("lock -q --adopt").status, 0);
    let lock = fs::read_to_string(place.path().join("mirror.lock")).unwrap();
    assert_eq!(lock.matches("\nin-target = ").count(), 0, "{lock}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moved_all_the_same_is_drift() {
    let (_source, target, place) = mirrored(Options::default()).await;
    let repository = format!("{NAMESPACE}/app");
    Image::new("linux/amd64")
        .layer("another")
        .push(&target, &repository, &*version(7));
    assert_eq!(place.run("plan --detailed-exitcode").status, 0);
    let (status, _, manifests) = asked(&place, &target, "drift");
    // Of what was found there it is read what it consists of, and of six releases beside it.
    assert_eq!((status, manifests), (2, VERSIONS + 1 + 1 + 6));
    for lang in ["en", "zh"] {
        let markdown = place.run(&format!("drift --format markdown --lang {lang}"));
        let human = place.run(&format!("drift --lang {lang}")).whole();
        let both = human + &markdown.stdout;
        insta::assert_snapshot!(format!("immutable_drift_{lang}"), both);
    }
    let json = place.run("drift --format json").stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    let hint = json["differences"][0]["hint"].as_str().unwrap_or_default();
    assert!(hint.contains("`pusher apply --no-cache`"), "{json}");
    // What the hint says is so.
    assert_eq!(place.run("apply -q --yes").status, 0);
    assert_eq!(place.run("drift -q").status, 2);
    assert_eq!(place.run("plan --no-cache --detailed-exitcode").status, 2);
    // A saved plan looks at all that it names.
    assert_eq!(place.run("plan -q --no-cache --out plan.json").status, 0);
    let held = target.tag(&repository, &version(7));
    let (status, _, manifests) = asked(&place, &target, "apply -q plan.json");
    assert_eq!(status, 0);
    assert!(manifests > VERSIONS);
    assert_ne!(target.tag(&repository, &version(7)), held);
    assert_eq!(place.run("drift").status, 0);
}
