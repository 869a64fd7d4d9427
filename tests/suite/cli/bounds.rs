//! How far a run goes: a deadline, an amount of bytes, a number of pulls. What does not fit is left to the next run.

use std::collections::HashSet;
use std::fmt::Write as _;

use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Effect, Fault, Sandbox};

use super::harness::{NAMESPACE, Place, Ran, pair};

const MIB: u64 = 1 << 20;

/// Images of so many MiB each.
async fn images(sizes: &[u64]) -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    let mut list = String::new();
    for (number, mib) in (0..).zip(sizes) {
        let name = format!("org/app{number}");
        let image = Image::new("linux/amd64").generated_layer(mib * MIB, number + 1);
        image.push(&source, &name, "v1");
        writeln!(list, "SOURCE/{name}:v1").unwrap();
    }
    let place = Place::between(&source, &target).file("images.txt", &list);
    (source, target, place)
}

fn count(ran: &Ran, outcome: &str) -> usize {
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let changes = json["changes"].as_array().unwrap();
    let is_it = |change: &&serde_json::Value| change["outcome"] == outcome;
    changes.iter().filter(is_it).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_bytes_are_copied_than_allowed_and_the_next_run_goes_on() {
    let (_source, target, place) = images(&[3, 5, 2]).await;
    let ran = place.run("apply --max-bytes 9MiB");
    assert_eq!(ran.status, 2, "{}", ran.whole());
    insta::assert_snapshot!("bounds_max_bytes", ran.whole());
    // The biggest first, then what fits beside it; configs and manifests are a few more.
    assert!(
        target.log().bytes_in() < 9 * MIB,
        "{}",
        target.log().bytes_in()
    );
    assert_eq!(place.run("drift -q").status, 2);
    let ran = place.run("apply --max-bytes 9MiB --lang zh");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    // What is there costs nothing, however little is allowed.
    let again = place.run("apply --max-bytes 1B");
    assert_eq!(again.status, 0, "{}", again.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_target_has_already_is_not_counted() {
    let (source, target, place) = images(&[3]).await;
    assert_eq!(place.run("apply -q").status, 0);
    // The layer stays, the tag goes, as where a run broke.
    let layer = Image::new("linux/amd64").generated_layer(3 * MIB, 1);
    layer
        .layer("and a little more")
        .push(&source, "org/app0", "v1");
    target.log().clear();
    let ran = place.run("apply --max-bytes 1MiB --format json");
    assert_eq!((ran.status, count(&ran, "done")), (0, 1), "{}", ran.whole());
    // Whether a blob is there is asked once, before the image begins.
    let asked = target.log().requests();
    let asked = asked
        .iter()
        .filter(|request| request.method == "HEAD" && request.path.contains("/blobs/"));
    assert_eq!(asked.count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_alone_is_too_much_says_how_much_it_needs() {
    let (_source, target, place) = images(&[3]).await;
    let ran = place.run("apply --max-bytes 1MiB");
    assert_eq!(ran.status, 2, "{}", ran.whole());
    insta::assert_snapshot!("bounds_too_much", ran.whole());
    assert_eq!(target.log().writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_pulls_are_made_than_allowed() {
    let (source, target) = pair().await;
    let mut pulls = HashSet::new();
    let mut list =
        String::from("version: 1\ntarget: {registry: TARGET, namespace: team}\nimages:\n");
    for number in 0..5 {
        let name = format!("org/app{number}");
        let image = |platform| Image::new(platform).layer(&name);
        let both = ["linux/amd64", "linux/arm64"].map(image);
        pulls.extend(both.iter().map(|image| image.build().digest.to_string()));
        let index = both.iter().fold(Index::new(), Index::image);
        index.push(&source, &name, "v1");
        writeln!(list, "  - SOURCE/{name}:v1").unwrap();
    }
    let limit = Effect::Headers(vec![]).header("RateLimit-Limit", "100;w=21600");
    let limit = limit.header("RateLimit-Remaining", "76;w=21600");
    source
        .faults()
        .add(Fault::new("", "/manifests/", limit).always());
    let place =
        Place::between(&source, &target).file("mirror.yaml", &list.replace("team", NAMESPACE));
    let pulled = || {
        let requests = source.log().requests();
        let read = requests.iter().filter(|one| one.method == "GET");
        let read = read.filter_map(|one| one.path.rsplit_once("/manifests/"));
        read.filter(|(_, name)| pulls.contains(*name)).count()
    };
    let ran = place.run("apply --max-pulls 2 --no-cache --format json");
    assert_eq!(
        (ran.status, count(&ran, "done"), count(&ran, "left")),
        (2, 2, 3),
        "{}",
        ran.whole()
    );
    assert_eq!(pulled(), 2);
    let ran = place.run("apply --max-pulls 3");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    assert_eq!(pulled(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_over_before_its_deadline_and_leaves_no_upload_open() {
    let (source, target, place) = images(&[1, 2]).await;
    let slow = Image::new("linux/amd64")
        .generated_layer(2 * MIB, 2)
        .build();
    let layer = slow.blobs.last().unwrap().digest.to_string();
    let stall = Effect::StallBody { after: 1000 };
    source
        .faults()
        .add(Fault::new("GET", &layer, stall).always());
    let ran = place.run("apply --deadline 2s --format json");
    assert_eq!(
        (ran.status, count(&ran, "done"), count(&ran, "left")),
        (2, 1, 1),
        "{}",
        ran.whole()
    );
    assert_eq!(target.uploads(), 0);
    assert_eq!(target.tags(&format!("{NAMESPACE}/app1")), [""; 0]);
    source.faults().clear();
    assert_eq!(place.run("apply -q --deadline 1h").status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_passes_while_the_plan_is_made_changes_nothing() {
    let (source, target, place) = images(&[1]).await;
    source
        .faults()
        .add(Fault::new("HEAD", "/org/", Effect::Stall).always());
    let ran = place.run("apply --deadline 1s");
    assert_eq!(ran.status, 2, "{}", ran.whole());
    assert!(
        ran.stderr
            .contains("`--deadline` was over before the plan was made"),
        "{}",
        ran.stderr
    );
    assert_eq!(target.log().writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_bound_is_refused() {
    let (_source, _target, place) = images(&[1]).await;
    for typed in [
        "--deadline 0",
        "--deadline 5",
        "--max-bytes 0B",
        "--max-bytes 5",
        "--max-pulls many",
    ] {
        let ran = place.run(&format!("apply {typed}"));
        assert_eq!(ran.status, 1, "{typed}");
        assert!(
            ran.stderr.contains(typed.split_once(' ').unwrap().0),
            "{}",
            ran.stderr
        );
    }
}
