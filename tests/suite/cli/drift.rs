//! `drift`: its words and its statuses.

use pusher::sandbox::images::Image;
use pusher::sandbox::{Effect, Fault, Origin};

use super::harness::{NAMESPACE, Place, pair};

#[tokio::test(flavor = "multi_thread")]
async fn tells_what_has_moved() {
    let (source, target) = pair().await;
    for name in ["one", "two", "three"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
    }
    let list = "SOURCE/org/one:v1\nSOURCE/org/two:v1\nSOURCE/org/three:v1\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    assert_eq!(place.run("apply -q").status, 0);
    insta::assert_snapshot!("drift_none", place.run("drift").whole());
    let other = Image::new("linux/amd64").layer("someone else's");
    other.push(&target, &format!("{NAMESPACE}/one"), "v1");
    target.delete_tag(&format!("{NAMESPACE}/two"), "v1");
    insta::assert_snapshot!("drift_two", place.run("drift").whole());
    insta::assert_snapshot!("drift_two_json", place.run("drift --format json").whole());
    insta::assert_snapshot!(
        "drift_two_markdown",
        place.run("drift --format markdown").whole()
    );
    assert_eq!(place.run("apply -q").status, 0);
    assert_eq!(place.run("drift").status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_tells_the_kinds_apart() {
    let (source, target) = pair().await;
    let push = |name: &str, text: &str| {
        let image = Image::new("linux/amd64").layer(text);
        image.push(&source, &format!("org/{name}"), "v1");
    };
    for name in ["moved", "changed", "missing", "left", "gone", "fine"] {
        push(name, name);
    }
    let list = |names: &[&str]| {
        let line = |name: &&str| format!("SOURCE/org/{name}:v1\n");
        names.iter().map(line).collect::<String>()
    };
    let all = list(&["moved", "changed", "missing", "left", "gone", "fine"]);
    let place = Place::between(&source, &target).file("images.txt", &all);
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(place.run("apply -q").status, 0);
    assert_eq!(place.run("drift").status, 0);

    push("moved", "anew");
    let other = Image::new("linux/amd64").layer("someone else's");
    other.push(&target, &format!("{NAMESPACE}/changed"), "v1");
    target.delete_tag(&format!("{NAMESPACE}/missing"), "v1");
    source.delete_tag("org/gone", "v1");
    place.write(
        "images.txt",
        &list(&["moved", "changed", "missing", "gone", "fine"]),
    );
    insta::assert_snapshot!("drift_kinds", place.run("drift").whole());
    insta::assert_snapshot!("drift_kinds_json", place.run("drift --format json").whole());
    insta::assert_snapshot!(
        "drift_kinds_markdown",
        place.run("drift --format markdown").whole()
    );
    let one = place.run("drift --kind target-missing");
    assert_eq!(one.status, 2);
    assert!(!one.stdout.contains("upstream-moved"), "{}", one.stdout);
    assert_eq!(place.run("drift --kind unreadable,blocked").status, 0);
    assert_eq!(place.run("drift --kind nonsense").status, 1);
    // What is mended is what apply can mend; the lock wants the digest that upstream left behind.
    assert_eq!(place.run("apply -q").status, 0);
    let left = "drift --kind target-changed,target-missing,differs";
    assert_eq!(place.run(left).status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_an_error_and_hides_nothing_else() {
    let (source, target) = pair().await;
    for name in ["dark", "fine", "left"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
    }
    let list = "SOURCE/org/dark:v1\nSOURCE/org/fine:v1\nSOURCE/org/left:v1\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(place.run("apply -q").status, 0);
    let denied = Fault::new("", "/org/dark/", Effect::status(403));
    source.faults().add(denied.always());
    insta::assert_snapshot!("drift_untold", place.run("drift").whole());
    target.delete_tag(&format!("{NAMESPACE}/left"), "v1");
    insta::assert_snapshot!("drift_told_in_part", place.run("drift").whole());
    let ran = place.run("drift -q --report drift.md --report drift.json");
    assert_eq!(ran.status, 1);
    let read = |name: &str| std::fs::read_to_string(place.path().join(name)).unwrap();
    let title = "### Drift: 1 missing in the target, 1 could not be read, 1 in place\n";
    assert!(read("drift.md").starts_with(title), "{}", read("drift.md"));
    assert!(read("drift.json").contains("\"kind\": \"unreadable\""));
    // Its source said nothing of the tag, but the lock does: what the target should hold is known.
    let statuses = ["upstream-moved", "target-missing", "target-changed"]
        .map(|kind| place.run(&format!("drift --kind {kind}")).status);
    assert_eq!(statuses, [1, 2, 0]);
    let narrow = place.run("drift --kind not-declared").stdout;
    let ends = "No drift of the kinds that were asked for: 1 in place.\n";
    assert!(narrow.ends_with(ends), "{narrow}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_target_lacks_is_told_while_the_source_is_away() {
    let (source, target) = pair().await;
    for name in ["one", "two", "three"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
    }
    let list = "SOURCE/org/one:v1\nSOURCE/org/two:v1\nSOURCE/org/three:v1\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    assert_eq!(place.run("lock -q").status, 0);
    source.go_away(Origin::Registry);
    let whole = place.run("drift").whole();
    insta::assert_snapshot!("drift_empty_and_away", whole);
    let ran = place.run("drift --format json");
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["summary"]["target_missing"], 3);
    assert_eq!(told["summary"]["unreadable"], 3);
    assert_eq!(told["causes"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!(told["causes"][0]["images"].as_array().unwrap().len(), 3);
    let first = &told["differences"][0];
    assert_eq!(first["kind"], "target-missing");
    assert!(first["expected"]["digest"].is_string(), "{first}");
    // Neither side tells anything: one image each, all the same.
    target.go_away(Origin::Registry);
    let whole = place.run("drift").whole();
    insta::assert_snapshot!("drift_both_away", whole);
}
