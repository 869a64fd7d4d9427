//! Shards: a saved plan that several processes carry out at once.

use std::collections::BTreeSet;

use pusher::sandbox::images::Image;
use serde_json::Value;

use super::harness::{NAMESPACE, Place};
use crate::support::registry::{Setup, TestRegistry};

const SHARDS: usize = 4;

/// A source of images of very different sizes, of which some share layers.
async fn publish(source: &TestRegistry) -> Vec<String> {
    let mut lines = vec![];
    for number in 0..36_usize {
        let size = if number % 9 == 0 {
            400_000
        } else {
            20_000 + number * 500
        };
        let (repository, tag) = (format!("org/app{}", number / 2), format!("v{}", number % 2));
        let image = Image::new("linux/amd64")
            .generated_layer(60_000, (number / 6) as u64)
            .generated_layer(size as u64, 1000 + number as u64)
            .build();
        source.push(&image, &repository, &tag).await;
        lines.push(format!("  - SOURCE/{repository}:{tag}"));
    }
    lines
}

/// A mirror file of all of them, and its plan in four shards.
async fn planned(source: &TestRegistry, target: &TestRegistry) -> Place {
    let lines = publish(source).await.join("\n");
    let place = Place::empty()
        .naming(source.address(), "SOURCE")
        .naming(target.address(), "TARGET");
    place.write(
        "mirror.yaml",
        &format!(
            "version: 1\ntarget: {{ registry: TARGET, namespace: {NAMESPACE} }}\nimages:\n{lines}\n"
        ),
    );
    let ran = place.run(&format!("plan --out plan.json --shards {SHARDS}"));
    assert_eq!(ran.status, 0, "{}", ran.whole());
    assert!(ran.stdout.contains("Shards: 1/4 "), "{}", ran.stdout);
    place
}

fn matrix(place: &Place) -> Vec<(String, u64, u64)> {
    let ran = place.run("show plan.json --matrix");
    let matrix: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(matrix["has-work"], true);
    assert_eq!(matrix["shards"], SHARDS);
    let jobs = matrix["matrix"]["include"].as_array().unwrap().iter();
    jobs.map(|job| {
        let number = |key: &str| job[key].as_u64().unwrap();
        let shard = job["shard"].as_str().unwrap().to_owned();
        (shard, number("images"), number("bytes"))
    })
    .collect()
}

fn report(place: &Place, shard: usize) -> Value {
    report_of(place, &format!("{shard}.json"))
}

fn report_of(place: &Place, name: &str) -> Value {
    let text = std::fs::read_to_string(place.path().join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_bring_all_of_it_and_nothing_twice() {
    for target in TestRegistry::each(&Setup::default()).await {
        let source = TestRegistry::sandbox(&Setup::default()).await;
        let place = planned(&source, &target).await;
        let jobs = matrix(&place);
        assert_eq!(jobs.iter().map(|(_, images, _)| images).sum::<u64>(), 36);
        let bytes: Vec<_> = jobs.iter().map(|(_, _, bytes)| *bytes).collect();
        let (most, sum) = (*bytes.iter().max().unwrap(), bytes.iter().sum::<u64>());
        assert!(most * 10 * SHARDS as u64 <= sum * 12, "{bytes:?}");

        target.forget_requests().await;
        let started: Vec<_> = (1..=SHARDS)
            .map(|shard| {
                let typed = format!("apply plan.json --shard {shard}/4 --report {shard}.json");
                (shard, place.start(&typed))
            })
            .collect();
        let mut names = BTreeSet::new();
        let mut sent = 0;
        for (shard, child) in started {
            let ran = place.wait(child);
            assert_eq!(ran.status, 0, "{}: {}", target.name(), ran.whole());
            let report = report(&place, shard);
            assert_eq!(report["shard"], format!("{shard}/4"));
            sent += report["summary"]["bytes_sent"].as_u64().unwrap();
            for change in report["changes"].as_array().unwrap() {
                let name = change["target"].as_str().unwrap().to_owned();
                assert!(names.insert(name), "{change}");
            }
        }
        assert_eq!(names.len(), 36);
        assert_eq!(sent, sum, "{}: as planned", target.name());
        // Manifests and tags: each is pushed once.
        assert_eq!(target.count("PUT", "/manifests/").await, 36);
        assert_eq!(place.run("plan --detailed-exitcode").status, 0);
        let ran = place.run("report merge plan.json 4.json 2.json 1.json 3.json --format json");
        assert_eq!(ran.status, 0, "{}", ran.whole());
        let merged: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(merged["success"], true);
        assert_eq!(merged["summary"]["created"], 36);
        assert_eq!(merged["summary"]["bytes_sent"], sum);
        for list in ["changes", "records"] {
            assert_eq!(merged[list].as_array().unwrap().len(), 36, "{list}");
        }
        assert_eq!(merged["missing"], Value::Array(vec![]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_died_is_run_again_alone() {
    for target in TestRegistry::each(&Setup::default()).await {
        let source = TestRegistry::sandbox(&Setup::default()).await;
        let place = planned(&source, &target).await;
        let start = |shard: usize| {
            place.start(&format!(
                "apply plan.json --shard {shard}/4 --report {shard}.json"
            ))
        };
        let mut dead = start(3);
        let alive: Vec<_> = [1, 2, 4].into_iter().map(start).collect();
        dead.kill().unwrap();
        dead.wait().unwrap();
        for child in alive {
            let ran = place.wait(child);
            assert_eq!(ran.status, 0, "{}", ran.whole());
        }
        let left: Value = serde_json::from_str(&place.run("plan --format json").stdout).unwrap();
        let count = |kind: &str| left["summary"][kind].as_u64().unwrap();
        let (_, images, _) = matrix(&place).remove(2);
        assert_eq!(count("create"), images, "{}", target.name());
        let merged = place.run("report merge plan.json 1.json 2.json 3.json 4.json");
        assert!(
            merged.stderr.contains("there is no `3.json`"),
            "{}",
            merged.whole()
        );
        assert_eq!(merged.status, 1, "{}", merged.whole());
        for told in [
            "3 of 4 shards have reported.".to_owned(),
            format!("{images} not done."),
            format!("The shard 3/4 has no report: {images} images."),
            "`pusher apply plan.json --shard 3/4 --report".to_owned(),
        ] {
            assert!(merged.stdout.contains(&told), "{told}: {}", merged.stdout);
        }
        assert_eq!(place.run("apply plan.json --shard 3/4").status, 0);
        assert_eq!(place.run("plan --detailed-exitcode").status, 0);
        // What is in place by now is none of its work.
        target.forget_requests().await;
        assert_eq!(place.run("apply plan.json --shard 3/4").status, 0);
        assert_eq!(target.writes().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_that_do_not_fit_are_refused() {
    let target = TestRegistry::sandbox(&Setup::default()).await;
    let source = TestRegistry::sandbox(&Setup::default()).await;
    let place = planned(&source, &target).await;
    let refused = |typed: &str, words: &str| {
        let ran = place.run(typed);
        assert_eq!(ran.status, 1, "{typed}");
        assert!(ran.stderr.contains(words), "{typed}: {}", ran.whole());
    };
    refused("apply plan.json --shard 1/3", "is made for 4 shards");
    refused("apply plan.json --shard 5/4", "the first is `1/4`");
    refused("apply plan.json --shard 0/4", "or `0+1/4` where");
    refused("apply plan.json --shard 4+1/4", "the first is `1/4`");
    refused("apply plan.json --shard 1+2/4", "the first is `1/4`");
    // Whoever counts from 0 means the second.
    place.run("apply plan.json --shard 1+1/4 --report counted.json");
    assert_eq!(report_of(&place, "counted.json")["shard"], "2/4");
    refused("apply --shard 1/4", "PLAN");
    refused("plan --shards 4", "--out");
    refused("plan --out p.json --shards 257", "256");
    refused("plan --out p.json --max-bytes-per-shard many", "20GiB");
    place.run("plan --out whole.json");
    refused("apply whole.json --shard 1/4", "for several machines");
    refused("show whole.json --matrix", "for several machines");
    // A shard that a stranger has taken out of the plan is missed.
    let text = std::fs::read_to_string(place.path().join("plan.json")).unwrap();
    let mut plan: Value = serde_json::from_str(&text).unwrap();
    plan["changes"][0].as_object_mut().unwrap().remove("shard");
    place.write("edited.json", &plan.to_string());
    refused("apply edited.json --shard 1/4", "in none of its shards");
    // Reports of something else are not merged.
    place.run("apply plan.json --shard 1/4 --report 1.json");
    refused(
        "report merge whole.json 1.json",
        "not made for several machines",
    );
    refused(
        "report merge plan.json 1.json 1.json",
        "two reports of the shard 1/4",
    );
    refused("report merge plan.json plan.json", "it is a saved plan");
    place.run("plan --out other.json --shards 2");
    refused("report merge other.json 1.json", "of another plan");
    let report = std::fs::read_to_string(place.path().join("1.json")).unwrap();
    let mut edited: Value = serde_json::from_str(&report).unwrap();
    edited["changes"].as_array_mut().unwrap().pop();
    place.write("2.json", &edited.to_string());
    refused("report merge plan.json 2.json", "lacks images");
    // A record that could not be attached is no success.
    edited = serde_json::from_str(&report).unwrap();
    edited["attachments"] = serde_json::json!([
        { "image": "TARGET/team/app0:v0", "outcome": "failed", "digest": null, "error": "no room" },
    ]);
    place.write("2.json", &edited.to_string());
    let ran = place.run("report merge plan.json 2.json");
    assert!(
        ran.stdout
            .contains("The record is not attached to TARGET/team/app0:v0: no"),
        "{}",
        ran.whole()
    );
    // All of it at once does all of it.
    assert_eq!(place.run("apply plan.json").status, 0);
    assert_eq!(place.run("plan --out done.json --shards 4").status, 0);
    let ran = place.run("show done.json --matrix");
    let done: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(done["has-work"], false);
    assert_eq!(place.run("apply done.json --shard 4/4").status, 0);
}
