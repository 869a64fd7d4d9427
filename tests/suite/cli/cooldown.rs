//! `min-age`: what a tag moves to waits for its time, counted by the lock.
//!
//! Nobody waits here: the lock's own notes are made older instead, which is the same.

use std::fs;

use pusher::model::Digest;
use pusher::sandbox::images::{Artifact, Image};
use serde_json::Value;

use super::harness::{NAMESPACE, Place, Ran};
use crate::support::registry::{Setup, TestRegistry};

fn image(content: &str) -> Artifact {
    Image::new("linux/amd64").layer(content).build()
}

/// A source, a target, and a mirror file whose image has to be three days old.
struct World {
    source: TestRegistry,
    target: TestRegistry,
    place: Place,
}

impl World {
    fn between(source: TestRegistry, target: TestRegistry) -> Self {
        let place = Place::empty()
            .naming(source.address(), "SOURCE")
            .naming(target.address(), "TARGET");
        let world = Self {
            source,
            target,
            place,
        };
        world.declare(&["SOURCE/org/app:1"]);
        world
    }

    fn declare(&self, images: &[&str]) {
        let images: Vec<_> = images.iter().map(|image| format!("  - {image}")).collect();
        let images = images.join(
            "
",
        );
        self.place.write(
            "mirror.yaml",
            &format!(
                "version: 1\ntarget: {{ registry: TARGET, namespace: {NAMESPACE} }}\n\
                 defaults: {{ min-age: 3d }}\nimages:\n{images}\n"
            ),
        );
    }

    /// Moves the source's tag.
    async fn moves_to(&self, content: &str) -> Digest {
        self.source.push(&image(content), "org/app", "1").await
    }

    async fn held(&self) -> Option<Digest> {
        self.target.tag(&format!("{NAMESPACE}/app"), "1").await
    }

    fn run(&self, typed: &str) -> Ran {
        self.place.run(typed)
    }

    /// Runs a command that must end so, and returns what it answered.
    fn expect(&self, status: i32, typed: &str) -> String {
        let ran = self.run(typed);
        assert_eq!(ran.status, status, "{typed}: {}", ran.whole());
        ran.stdout
    }

    fn json(&self, typed: &str) -> Value {
        serde_json::from_str(&self.run(&format!("{typed} --format json")).stdout).unwrap()
    }

    fn lock(&self) -> String {
        fs::read_to_string(self.place.path().join("mirror.lock")).unwrap()
    }
}

async fn worlds() -> Vec<World> {
    let setup = Setup::default();
    let sources = TestRegistry::each(&setup).await;
    let targets = TestRegistry::each(&setup).await;
    let pairs = sources.into_iter().zip(targets);
    pairs
        .map(|(source, target)| World::between(source, target))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_moves_is_held_back_until_it_is_old_enough() {
    for world in worlds().await {
        let first = world.moves_to("first").await;
        // Nobody has seen it yet, so nobody knows how old it is.
        world.expect(1, "apply --yes");
        assert_eq!(world.held().await, None);
        world.expect(0, "lock");
        world.place.hours_pass(24);
        let plan = world.json("plan");
        assert_eq!(plan["changes"][0]["reason_kind"], "too-young");
        world.place.hours_pass(48);
        world.expect(0, "lock");
        world.expect(0, "apply --yes");
        assert_eq!(world.held().await, Some(first.clone()));

        // It moves, and moves again while it is held back: then it waits anew.
        let second = world.moves_to("second").await;
        world.expect(0, "lock --update");
        world.place.hours_pass(31);
        let plan = world.json("plan");
        assert_eq!(plan["summary"]["no_op"], 1, "what is locked stays");
        assert_eq!(
            plan["changes"][0]["age"]["held_back"]["digest"],
            second.to_string()
        );
        world.expect(0, "drift");
        let third = world.moves_to("third").await;
        assert_eq!(world.run("drift").status, 2, "nobody has seen this one");
        world.expect(0, "lock --update");
        world.place.hours_pass(50);
        world.expect(0, "lock --update");
        world.expect(0, "plan --detailed-exitcode");
        assert!(
            !world.lock().contains(&second.to_string()),
            "{}",
            world.lock()
        );

        // Someone overwrites it in the target: what is held is put back.
        let stranger = image("stranger");
        let repository = format!("{NAMESPACE}/app");
        world.target.push(&stranger, &repository, "1").await;
        world.expect(0, "apply --yes");
        assert_eq!(world.held().await, Some(first.clone()));

        // Its time comes.
        world.place.hours_pass(22);
        world.expect(0, "plan --detailed-exitcode");
        world.expect(0, "lock --update");
        world.expect(2, "plan --detailed-exitcode");
        world.expect(0, "apply --yes");
        assert_eq!(world.held().await, Some(third));
        world.expect(0, "plan --detailed-exitcode");

        // It goes back to what is locked no more: that is as new as any other.
        world.moves_to("first").await;
        world.expect(0, "lock --update");
        assert_eq!(
            world.json("plan")["changes"][0]["age"]["held_back"]["digest"],
            first.to_string()
        );
        world.expect(0, "plan --detailed-exitcode");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_override_takes_it_at_once_and_is_told_from_then_on() {
    for world in worlds().await {
        world.moves_to("first").await;
        let ran = world
            .place
            .shell("pusher lock --update app:1 --override 'a CVE, see #12'");
        assert_eq!(ran.status, 0, "{}", ran.whole());
        world.expect(0, "apply --yes");
        let second = world.moves_to("second").await;
        world.expect(0, "lock --update");
        let ran = world
            .place
            .shell("pusher lock --update app:1 --override 'CVE-2026-1'");
        assert_eq!(ran.status, 0, "{}", ran.whole());
        let text = world.expect(0, "apply --yes");
        assert!(
            text.contains("taken before its time: `app:1` (CVE-2026-1)"),
            "{text}"
        );
        assert_eq!(world.held().await, Some(second));
        let report = world.json("apply --yes");
        assert_eq!(report["changes"][0]["age"]["override"], "CVE-2026-1");
        for typed in [
            "plan",
            "plan --format markdown",
            "drift",
            "apply --yes --format markdown",
        ] {
            let text = world.run(typed).stdout;
            assert!(text.contains("CVE-2026-1"), "{typed}: {text}");
        }
        assert!(!world.lock().contains("a CVE"), "it was of another digest");
        // What was taken stays taken, and told, and what comes next waits.
        world.expect(0, "lock --update");
        world.expect(0, "plan --detailed-exitcode");
        let third = world.moves_to("third").await;
        world.expect(0, "lock --update");
        assert_eq!(
            world.json("plan")["changes"][0]["age"]["held_back"]["digest"],
            third.to_string()
        );
        assert!(world.run("plan").stdout.contains("CVE-2026-1"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_is_as_old_as_any_tag_of_it_that_was_seen() {
    let world = worlds().await.remove(0);
    world.moves_to("first").await;
    world.expect(0, "lock");
    world.place.hours_pass(73);
    // A new name of what was seen; and another, of something new.
    world
        .source
        .push(&image("first"), "org/app", "stable")
        .await;
    world.source.push(&image("new"), "org/app", "new").await;
    world.declare(&[
        "SOURCE/org/app:1",
        "SOURCE/org/app:stable",
        "SOURCE/org/app:new",
    ]);
    world.expect(0, "lock");
    world.expect(1, "apply --yes");
    let report = world.json("plan");
    let kinds: Vec<_> = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["action"])
        .collect();
    assert_eq!(kinds, ["no-op", "no-op", "blocked"]);
    // What was locked before there was a `min-age` is held: it is as old as it is.
    let text = world.lock();
    world
        .place
        .write("mirror.lock", text.split("\n[seen]").next().unwrap());
    world.declare(&[
        "SOURCE/org/app:1",
        "{ source: SOURCE/org/app:stable, platforms: all }",
    ]);
    world.expect(0, "lock --update");
    world.expect(0, "apply --yes");
    assert!(!world.lock().contains("[seen]"), "{}", world.lock());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_promotion_leaves_a_line() {
    let mut world = worlds().await.remove(0);
    world.place = world.place.variable("CI_COMMIT_SHA", "c0ffee");
    let first = world.moves_to("first").await;
    world.expect(0, "lock");
    world.place.hours_pass(73);
    world.expect(0, "lock");
    world.expect(0, "apply --yes --records promoted.jsonl");
    // Nothing is promoted that is in place.
    world.expect(0, "apply --yes --records promoted.jsonl");
    let second = world.moves_to("second").await;
    let ran = world
        .place
        .shell("pusher lock --update app:1 --override 'a CVE'");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    let report = world.expect(0, "apply --yes --records promoted.jsonl --format json");
    let report: Value = serde_json::from_str(&report).unwrap();
    let text = fs::read_to_string(world.place.path().join("promoted.jsonl")).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [one, other] = &lines[..] else {
        panic!("{text}");
    };
    let told = report["records"].as_array().unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["digest"], other["digest"]);
    for (line, digest) in [(one, &first), (other, &second)] {
        assert_eq!(line["source_digest"], digest.to_string());
        assert_eq!(line["digest"], digest.to_string());
        assert_eq!(line["commit"], "c0ffee");
        assert_eq!(
            line["source"],
            format!("{}/org/app:1", world.source.address())
        );
        let image = format!("{}/{NAMESPACE}/app:1", world.target.address());
        assert_eq!(line["image"], image);
        let lock = world.lock();
        let rule = line["rule"].as_str().unwrap();
        assert!(lock.contains(&format!("rule = \"{rule}\"")), "{lock}");
        let [seen, time] = ["seen", "time"].map(|key| line[key].as_str().unwrap());
        assert!(seen <= time, "{line}");
    }
    assert_eq!(one["override"], Value::Null);
    assert_eq!(other["override"], "a CVE");
    assert_eq!(world.run("apply --records mirror.yaml --yes").status, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_left_the_files_is_no_older_for_that() {
    let world = worlds().await.remove(0);
    let digest = world.moves_to("first").await;
    world.declare(&[
        "{ source: SOURCE/org/app:1, min-age: 0 }",
        "SOURCE/org/other:1",
    ]);
    world.source.push(&image("other"), "org/other", "1").await;
    world.expect(0, "lock");
    world.expect(0, "lock --check");
    // What is in the target stays in the lock as retired; the other image waits.
    world.expect(1, "apply --yes");
    assert_eq!(world.held().await, Some(digest.clone()));
    // It is renamed, and has to be three days old under its new name.
    world.declare(&[
        "{ source: SOURCE/org/app:1, target: app:stable }",
        "SOURCE/org/other:1",
    ]);
    for _ in 0..3 {
        world.run("lock --update");
        let plan = world.json("plan");
        assert_eq!(plan["changes"][0]["reason_kind"], "too-young", "{plan}");
    }
    for name in ["app:stable", "app:1"] {
        assert!(world.lock().contains(&format!("{name}@{digest}")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lock_noted_stays_whatever_a_later_one_cannot_read() {
    let world = worlds().await.remove(0);
    world.moves_to("first").await;
    world.expect(0, "lock");
    world.place.hours_pass(73);
    world.expect(0, "lock");
    let second = world.moves_to("second").await;
    world.expect(0, "lock --update");
    world.place.hours_pass(50);
    // What it wants of the image cannot be had for a while.
    world.declare(&["{ source: SOURCE/org/app:1, platforms: linux/s390x }"]);
    world.expect(1, "lock --update");
    world.declare(&["SOURCE/org/app:1"]);
    // Nor what one says that asks for nothing, or finds nothing.
    world.expect(0, "lock");
    world.source.delete_tag("org/app", "1");
    world.expect(1, "lock --update");
    assert_eq!(world.moves_to("second").await, second);
    world.place.hours_pass(23);
    world.expect(0, "lock --update");
    assert!(!world.lock().contains("linux/s390x"));
    let locked = format!("source-digest = \"{second}\"");
    assert!(world.lock().contains(&locked), "{}", world.lock());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sides_of_a_merge_and_something_new_end_in_a_wait() {
    let world = worlds().await.remove(0);
    let mut sides = vec![];
    for content in ["first", "second"] {
        world.moves_to(content).await;
        let ran = world
            .place
            .shell("pusher lock --update app:1 --override why");
        assert_eq!(ran.status, 0, "{}", ran.whole());
        sides.push(world.lock());
    }
    world.moves_to("third").await;
    world.place.write("mirror.lock", &sides.concat());
    world.expect(1, "lock");
    world.expect(0, "lock --update");
    world.place.hours_pass(73);
    world.expect(0, "lock");
    world.expect(0, "lock --check");
    world.expect(0, "apply --yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_that_a_script_has_added_and_those_of_a_wrong_clock_are_put_right() {
    let world = worlds().await.remove(0);
    world.moves_to("first").await;
    world.expect(0, "lock");
    world.place.hours_pass(73);
    world.expect(0, "lock");
    let digest = world.moves_to("second").await;
    // As the workflow does it, at the end of a lock that has none itself.
    let text = world.lock().replace("version = 3", "version = 2");
    let (plain, _) = text.split_once("\n[seen]").unwrap();
    let noted = format!("\"app:1@{digest}\" = 2096-01-01T00:00:00Z");
    world
        .place
        .write("mirror.lock", &format!("{plain}\n[seen]\n{noted}\n"));
    let until = world.json("plan")["changes"][0]["age"]["held_back"]["until"].clone();
    assert!(until.as_str().unwrap() < "2090", "{until}");
    world.expect(0, "lock --update");
    assert!(world.lock().contains("version = 3"), "{}", world.lock());
    assert!(!world.lock().contains("2096"), "{}", world.lock());
    let plain = "version = 2\n";
    let moved = world.lock().replace("version = 3\n", plain);
    world.place.write("mirror.lock", &moved);
    world.expect(0, "lock");
    assert!(!world.lock().contains(plain), "it is written anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_waits_as_well() {
    let world = worlds().await.remove(0);
    let digest = world.moves_to("first").await;
    world.expect(0, "lock");
    world.place.hours_pass(73);
    // Old enough and not locked: it is planned from what its source holds.
    world.expect(0, "plan --out plan.json");
    world.expect(0, "apply plan.json");
    assert_eq!(world.held().await, Some(digest.clone()));
    // Who edits a plan gets nothing that is too young.
    let second = world.moves_to("second").await;
    let path = world.place.path().join("plan.json");
    world.expect(1, "plan --out plan.json");
    let text = fs::read_to_string(&path).unwrap();
    let mut plan: Value = serde_json::from_str(&text).unwrap();
    let size = image("second").bytes.len();
    plan["changes"][0] = serde_json::json!({
        "target": "app:1",
        "action": "update",
        "source": second.to_string(),
        "before": digest.to_string(),
        "expected": {
            "digest": second.to_string(),
            "media_type": "application/vnd.oci.image.manifest.v1+json",
            "size": size,
        },
    });
    fs::write(&path, plan.to_string()).unwrap();
    let ran = world.run("apply plan.json");
    assert_eq!(ran.status, 1, "{}", ran.whole());
    assert_eq!(world.held().await, Some(digest));
    assert!(ran.whole().contains("min-age"), "{}", ran.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_printed() {
    let world = worlds().await.remove(0);
    world.moves_to("first").await;
    let steady = |text: String| {
        let is_moment =
            |word: &str| word.starts_with("20") && word.len() == 10 && word.contains('-');
        let words = text.split(' ');
        let words: Vec<_> = words
            .map(|word| if is_moment(word) { "DAY" } else { word })
            .collect();
        let text = words.join(" ");
        let mut lines = vec![];
        for line in text.lines() {
            let (before, after) = line.split_once(" UTC").unwrap_or((line, ""));
            let cut = if after.is_empty() {
                before.len()
            } else {
                before.len() - 5
            };
            lines.push(format!("{}{after}", &before[..cut]));
        }
        lines.join("\n")
    };
    let show = |typed: &str| steady(world.run(typed).whole());
    insta::assert_snapshot!("cooldown_unseen", show("plan"));
    insta::assert_snapshot!("cooldown_lock", show("lock"));
    insta::assert_snapshot!("cooldown_waiting", show("plan"));
    insta::assert_snapshot!("cooldown_waiting_chinese", show("plan --lang zh"));
    insta::assert_snapshot!("cooldown_check", show("lock --check"));
    world.place.hours_pass(73);
    world.expect(0, "lock");
    world.expect(0, "apply --yes");
    world.moves_to("second").await;
    insta::assert_snapshot!("cooldown_held", show("lock --update"));
    insta::assert_snapshot!("cooldown_held_chinese", show("lock --update --lang zh"));
    insta::assert_snapshot!(
        "cooldown_held_markdown",
        show("lock --update --format markdown")
    );
    world.place.hours_pass(31);
    insta::assert_snapshot!("cooldown_plan", show("plan"));
    insta::assert_snapshot!("cooldown_plan_chinese", show("plan --lang zh"));
    insta::assert_snapshot!("cooldown_plan_markdown", show("plan --format markdown"));
    insta::assert_snapshot!("cooldown_drift", show("drift"));
    world.place.hours_pass(73);
    insta::assert_snapshot!("cooldown_old_enough", show("plan"));
    insta::assert_snapshot!(
        "cooldown_override_of_all",
        show("lock --update --override why")
    );
    insta::assert_snapshot!("cooldown_override_alone", show("lock --override why"));
    insta::assert_snapshot!(
        "cooldown_override_of_nothing",
        show("lock --update app:1 --override why")
    );
    insta::assert_snapshot!("cooldown_overridden", {
        world.moves_to("third").await;
        show("lock --update app:1 --override why")
    });
}
