//! `show PLAN`: what a saved plan would do, and why it would be refused.

use pusher::render::schemas::{SchemaKind, schema};
use pusher::sandbox::Sandbox;
use pusher::sandbox::images::Image;
use serde_json::{Value, json};

use super::harness::{Place, pair};

fn push(registry: &Sandbox, repository: &str, text: &str) {
    let image = Image::new("linux/amd64").layer(text);
    image.push(registry, repository, "v1");
}

/// A plan with everything in it that a plan may have: something new, something moved, something that stays,
/// something that cannot be read, something to delete, and something to rename.
async fn saved() -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    for name in ["app", "web", "kept", "old", "site"] {
        push(&source, &format!("org/{name}"), name);
    }
    let place = Place::between(&source, &target);
    let named = |name: &str| format!("SOURCE/org/{name}:v1");
    let [app, web, kept, old, site, lost] =
        ["app", "web", "kept", "old", "site", "lost"].map(named);
    place.declare(&[&web, &kept, &old, &site]);
    assert_eq!(place.run("apply").status, 0);
    assert_eq!(place.run("lock").status, 0);
    push(&source, "org/web", "web, moved");
    let renamed = format!("{{ source: '{site}', target: 'home:v1' }}");
    place.declare(&[&app, &web, &kept, &lost, &renamed]);
    assert_eq!(place.run("lock --update").status, 1);
    let ran = place.run("plan --prune --out plan.json");
    assert_eq!(ran.status, 1, "{}", ran.whole());
    (source, target, place)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_shown_in_each_format_without_a_registry() {
    let (source, target, place) = saved().await;
    let asked = || source.log().requests().len() + target.log().requests().len();
    let before = asked();
    for (name, typed) in [
        ("show", "show plan.json -v"),
        ("show_chinese", "show plan.json --lang zh"),
        ("show_markdown", "show plan.json --format markdown"),
        ("show_github", "show plan.json --format github"),
    ] {
        let ran = place.run(typed);
        assert_eq!((ran.status, &*ran.stderr), (0, ""), "{ran:?}");
        insta::assert_snapshot!(name, ran.stdout);
    }
    let ran = place.run("show plan.json --format json --lang zh");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema(SchemaKind::Show)).unwrap();
    validator.validate(&document).unwrap();
    assert_eq!(
        document["summary"],
        json!({ "create": 2, "update": 1, "delete": 2, "rename": 1, "no_op": 1, "blocked": 1 })
    );
    assert_eq!(document["stale"], json!([]));
    assert_eq!(asked(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_a_plan_stale_is_shown_as_far_as_it_can_be_told() {
    let (_source, _target, place) = saved().await;
    place.write("mirror.yaml", "version: 1\nimages: []\n");
    let ran = place.run("show plan.json");
    assert_eq!(ran.status, 0, "{ran:?}");
    let told = "Stale: `mirror.yaml` has changed since the plan was made.";
    assert!(ran.stdout.contains(told), "{}", ran.stdout);
    std::fs::remove_file(place.path().join("mirror.yaml")).unwrap();
    let ran = place.run("show plan.json --format json --lang zh");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        document["stale"],
        json!(["`mirror.yaml` is not in this folder"])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_plan_is_told_as_that() {
    let (source, target) = pair().await;
    let place = Place::between(&source, &target).file("images.txt", "nginx\n");
    for (typed, told) in [
        ("show images.txt", "error: cannot show `images.txt`: "),
        ("show none.json", "error: cannot read `none.json`: "),
    ] {
        let ran = place.run(typed);
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.stderr.starts_with(told), "{ran:?}");
        // Whoever follows the hint must not write over the list.
        assert!(!ran.stderr.contains("--out images.txt"), "{ran:?}");
    }
}

/// Two plans: what was read, and one that was made after much had happened.
async fn two() -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    for name in ["alike", "moved", "done", "added", "away"] {
        push(&source, &format!("org/{name}"), name);
    }
    let place = Place::between(&source, &target);
    let named = |name: &str| format!("SOURCE/org/{name}:v1");
    let [alike, moved, done, added, away] = ["alike", "moved", "done", "added", "away"].map(named);
    place.declare(&[&alike, &moved, &done, &away]);
    assert_eq!(place.run("plan --out read.json").status, 0);
    push(&source, "org/moved", "moved, again");
    assert_eq!(place.run("apply --only done:v1").status, 0);
    place.declare(&[&alike, &moved, &done, &added]);
    assert_eq!(place.run("plan --out plan.json").status, 0);
    (source, target, place)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_held_against_one_that_was_read() {
    let (source, target, place) = two().await;
    let asked = || source.log().requests().len() + target.log().requests().len();
    let before = asked();
    for (name, more) in [
        ("against", ""),
        ("against_chinese", "--lang zh"),
        ("against_markdown", "--format markdown"),
        ("against_github", "--format github"),
    ] {
        let ran = place.run(&format!("show plan.json --against read.json {more}"));
        assert_eq!((ran.status, &*ran.stderr), (0, ""), "{ran:?}");
        insta::assert_snapshot!(name, ran.stdout);
    }
    assert_eq!(asked(), before);
    let against = |typed: &str| {
        let ran = place.run(&format!("show {typed} --format json"));
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        let validator = jsonschema::validator_for(&schema(SchemaKind::Show)).unwrap();
        validator.validate(&document).unwrap();
        document["against"].clone()
    };
    let found = against("plan.json --against read.json");
    assert_eq!(
        found["summary"],
        json!({ "new": 1, "differs": 1, "gone": 2, "same": 1 })
    );
    let differences = found["differences"].as_array().unwrap();
    let differences = differences.iter().map(|one| {
        let name = one["now"]["target"]
            .as_str()
            .or(one["other"]["target"].as_str());
        format!("{} {}", name.unwrap(), one["difference"].as_str().unwrap())
    });
    assert_eq!(
        differences.collect::<Vec<_>>(),
        [
            "moved:v1 differs",
            "added:v1 new",
            "done:v1 gone",
            "away:v1 gone"
        ]
    );
    // What was planned has been done since, and the source has moved on.
    assert_eq!(place.run("apply --yes --only moved:v1").status, 0);
    push(&source, "org/moved", "moved, a third time");
    assert_eq!(place.run("plan --out third.json").status, 0);
    assert_eq!(
        against("third.json --against plan.json")["summary"],
        json!({ "new": 0, "differs": 1, "gone": 0, "same": 2 })
    );
    assert_eq!(
        against("plan.json --against plan.json")["summary"],
        json!({ "new": 0, "differs": 0, "gone": 0, "same": 3 })
    );
    assert_eq!(against("plan.json"), Value::Null);
    let ran = place.run("show plan.json --against plan.json");
    assert!(
        ran.stdout
            .contains("It does what `plan.json` does: 3 the same."),
        "{ran:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_for_another_place_says_nothing_of_this_one() {
    let (_source, _target, place) = two().await;
    let text = std::fs::read_to_string(place.path().join("read.json"))
        .unwrap()
        .replace("\"namespace\": \"", "\"namespace\": \"other-");
    place.write("read.json", &text);
    let ran = place.run("show plan.json --against read.json --format json");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let summaries = document["targets"].as_array().unwrap().iter();
    let summaries: Vec<_> = summaries
        .map(|one| one["against"]["summary"].clone())
        .collect();
    assert_eq!(
        summaries,
        [
            json!({ "new": 3, "differs": 0, "gone": 0, "same": 0 }),
            json!({ "new": 0, "differs": 0, "gone": 4, "same": 0 })
        ]
    );
}
