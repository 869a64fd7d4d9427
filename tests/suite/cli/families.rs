//! Repositories of which rules choose the tags, from the mirror file to the target.

use std::fs;

use pusher::sandbox::images::Image;
use pusher::sandbox::{Effect, Fault, Sandbox};

use super::harness::{NAMESPACE, Place, pair};

/// Pushes images of these tags, each with a layer of its own.
fn publish(source: &Sandbox, tags: &[&str]) {
    for tag in tags {
        Image::new("linux/amd64")
            .layer(tag)
            .push(source, "library/nginx", *tag);
    }
}

/// Declares an image, and what `rules` choose of a repository.
fn declare(place: &Place, rules: &str) {
    place.declare(&[
        "SOURCE/org/app:v1",
        &format!("{{ source: SOURCE/library/nginx, tags: [stable], select: {{ {rules} }} }}"),
    ]);
}

async fn mirror() -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    Image::new("linux/amd64").push(&source, "org/app", "v1");
    let tags = [
        "1.25.0",
        "1.26.0",
        "1.27.0",
        "1.27.1",
        "1.27.1-alpine",
        "2.0.0",
        "stable",
    ];
    publish(&source, &tags);
    let place = Place::between(&source, &target);
    declare(&place, r#"version: ">=1.26, <2""#);
    (source, target, place)
}

/// Returns the tags of the target's repository.
fn held(target: &Sandbox) -> String {
    let tags = target.tags(&format!("{NAMESPACE}/nginx"));
    tags.join(" ")
}

fn lists(source: &Sandbox) -> usize {
    let lines = source.log().lines();
    lines
        .iter()
        .filter(|line| line.contains("/tags/list"))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rules_choose_is_mirrored_locked_and_moved_by_the_lock() {
    let (source, target, place) = mirror().await;
    insta::assert_snapshot!("families_list", place.run("list").whole());
    assert_eq!(lists(&source), 0);
    insta::assert_snapshot!(
        "families_list_resolved",
        place.run("list --resolve").whole()
    );
    insta::assert_snapshot!(
        "families_list_json",
        place.run("list --resolve --format json").stdout
    );
    source.log().clear();
    insta::assert_snapshot!("families_plan", place.run("plan").whole());
    assert_eq!(lists(&source), 1);
    assert_eq!(place.run("apply -q --yes").status, 0);
    assert_eq!(held(&target), "1.26.0 1.27.0 1.27.1 stable");
    assert_eq!(place.run("lock -q").status, 0);
    // What the lock settles is not listed, and moves by the lock alone.
    publish(&source, &["1.28.0"]);
    source.log().clear();
    assert_eq!(place.run("plan --locked --detailed-exitcode").status, 0);
    assert_eq!(place.run("plan --detailed-exitcode").status, 0);
    assert_eq!(source.log().requests().len(), 0);
    assert_eq!(place.run("plan --offline").status, 0);
    insta::assert_snapshot!("families_drift", place.run("drift").whole());
    assert_eq!(place.run("drift --kind target-changed").status, 0);
    declare(&place, r#"version: ">=1.27, <2""#);
    insta::assert_snapshot!("families_check", place.run("lock --check").whole());
    insta::assert_snapshot!("families_locked", place.run("plan --locked").whole());
    insta::assert_snapshot!("families_offline", place.run("plan --offline").whole());
    insta::assert_snapshot!("families_relocked", place.run("lock").whole());
    let lock = fs::read_to_string(place.path().join("mirror.lock")).unwrap();
    assert!(
        lock.contains("\n  \"1.28.0\",\n  \"1.27.1\",\n  \"1.27.0\",\n]\n"),
        "{lock}"
    );
    publish(&source, &["1.29.0"]);
    insta::assert_snapshot!("families_updated", place.run("lock --update nginx").whole());
    insta::assert_snapshot!("families_pruned", place.run("apply --prune --yes").whole());
    assert_eq!(held(&target), "1.27.0 1.27.1 1.28.0 1.29.0 stable");
}

/// Whatever the reason: of which no tags are known, no tag goes.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_chosen_is_blocked_and_nothing_of_it_is_deleted() {
    let (source, target, place) = mirror().await;
    assert_eq!(place.run("apply -q --yes").status, 0);
    assert_eq!(place.run("lock -q").status, 0);
    let all = held(&target);
    let tell = |name: &str| {
        let plan = place.run("plan --prune").whole();
        insta::assert_snapshot!(format!("families_{name}"), plan);
        let lock = || fs::read_to_string(place.path().join("mirror.lock")).unwrap();
        let before = lock();
        assert_eq!(place.run("lock -q").status, 1, "{name}");
        assert_eq!(
            place.run("drift -q").status,
            if name == "refused" { 1 } else { 2 },
            "{name}"
        );
        assert_eq!(lock(), before, "{name}");
        assert_eq!(place.run("apply -q --yes --prune").status, 1, "{name}");
        assert_eq!(held(&target), all, "{name}");
    };
    declare(&place, r#"version: ">=3""#);
    tell("nothing");
    let limited = r#"{ source: SOURCE/library/nginx, select: { version: "*" }, max-tags: 2 }"#;
    place.declare(&["SOURCE/org/app:v1", limited]);
    tell("too_many");
    declare(&place, r#"version: "<2""#);
    source
        .faults()
        .add(Fault::new("GET", "/tags/list", Effect::Instead(403)).always());
    tell("refused");
    source.faults().clear();
    place.declare(&["{ source: SOURCE/library/ngnix, select: { latest: 1 } }"]);
    insta::assert_snapshot!("families_absent", place.run("plan").whole());
}

/// A plan says which tags were chosen, and what may not be chosen is not applied.
#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_keeps_to_the_tags_that_were_reviewed() {
    let (source, target, place) = mirror().await;
    assert_eq!(place.run("plan -q --out plan.json").status, 0);
    publish(&source, &["1.28.0"]);
    let plan = fs::read_to_string(place.path().join("plan.json")).unwrap();
    place.write("forged.json", &plan.replace("1.27.1", "1.25.0"));
    insta::assert_snapshot!("families_forged", place.run("apply forged.json").whole());
    source.log().clear();
    assert_eq!(place.run("apply -q plan.json").status, 0);
    assert_eq!(lists(&source), 0);
    assert_eq!(held(&target), "1.26.0 1.27.0 1.27.1 stable");
    // Of a part, too.
    assert_eq!(
        place
            .run("plan -q --out part.json --only nginx:1.28*")
            .status,
        0
    );
    publish(&source, &["1.28.1"]);
    assert_eq!(place.run("apply -q part.json").status, 0);
    assert_eq!(held(&target), "1.26.0 1.27.0 1.27.1 1.28.0 stable");
    assert_eq!(place.run("plan --only app").status, 0);
    assert_eq!(lists(&source), 1, "{:?}", source.log().lines());
    insta::assert_snapshot!("families_unnamed", place.run("plan --only ngnix").whole());
    // A part that is declared by name alone has no tags that rules chose.
    let named = place
        .run("plan -q --out named.json --only nginx:stable")
        .status;
    assert_eq!((named, place.run("apply -q named.json").status), (0, 0));
}
