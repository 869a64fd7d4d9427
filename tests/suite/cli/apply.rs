//! `apply`: what is missing arrives, what fails is told, what is there is left alone.

use std::fmt::Write as _;

use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Effect, Fault};

use super::harness::{NAMESPACE, Place, pair};

#[tokio::test(flavor = "multi_thread")]
async fn copies_what_is_missing_and_then_nothing() {
    let (source, target) = pair().await;
    let app = Image::new("linux/amd64").layer("app");
    let app = app.push(&source, "org/app", "v1");
    let many = Index::of(&["linux/amd64", "linux/arm64"]);
    let many = many.push(&source, "library/redis", "7.4");
    let place = Place::between(&source, &target).file(
        "images.txt",
        "SOURCE/org/app:v1\n--platform=linux/arm64 SOURCE/library/redis:7.4\n",
    );
    insta::assert_snapshot!("apply_creates", place.run("apply").whole());
    let tag = |repository: &str, tag| target.tag(&format!("{NAMESPACE}/{repository}"), tag);
    assert_eq!(tag("app", "v1"), Some(app.digest));
    let child = many.children[1].digest.clone();
    assert_eq!(tag("linux_arm64_redis", "7.4"), Some(child));
    target.log().clear();
    insta::assert_snapshot!("apply_again", place.run("apply").whole());
    let requests = target.log().requests();
    assert!(requests.iter().all(|request| request.method == "HEAD"));
    let ran = place.run("plan --detailed-exitcode");
    assert_eq!(ran.status, 0, "{ran:?}");
    insta::assert_snapshot!("apply_again_json", place.run("apply --format json").whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_does_not_stop_the_others() {
    let (source, target) = pair().await;
    for name in ["one", "two", "three"] {
        Image::new("linux/amd64")
            .layer(name)
            .push(&source, &format!("org/{name}"), "v1");
    }
    let refuse = Fault::new(
        "PUT",
        &format!("/{NAMESPACE}/two/manifests/"),
        Effect::status(403),
    );
    target.faults().add(refuse.always());
    let place = Place::between(&source, &target).file(
        "images.txt",
        "SOURCE/org/one:v1\nSOURCE/org/two:v1\nSOURCE/org/gone:v1\nSOURCE/org/three:v1\n",
    );
    let ran = place.run("apply");
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!("apply_one_fails", ran.whole());
    let tags = ["one", "two", "three"].map(|name| target.tags(&format!("{NAMESPACE}/{name}")));
    assert_eq!(tags.map(|tags| tags.len()), [1, 0, 1]);
    target.faults().clear();
    let ran = place.run("apply -q");
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
    assert_eq!(target.tags(&format!("{NAMESPACE}/two")), ["v1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_kept_with_what_each_image_cost() {
    let (source, target) = pair().await;
    let one = Image::new("linux/amd64").layer("one");
    one.push(&source, "org/one", "v1");
    Image::new("linux/amd64")
        .layer("two")
        .push(&source, "org/two", "v1");
    let manifest = |name: &str| format!("/{NAMESPACE}/{name}/manifests/v1");
    let busy = Fault::new("PUT", &manifest("one"), Effect::status(503));
    target.faults().add(busy);
    let refused = Fault::new("PUT", &manifest("two"), Effect::status(403));
    target.faults().add(refused.always());
    let list = "SOURCE/org/one:v1\nSOURCE/org/two:v1\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    let ran = place.run("apply --report report.json");
    assert_eq!(ran.status, 1, "{ran:?}");
    let read = |name| std::fs::read_to_string(place.path().join(name)).unwrap();
    let report: serde_json::Value = serde_json::from_str(&read("report.json")).unwrap();
    let [one, two] = [&report["changes"][0], &report["changes"][1]];
    assert_eq!(
        (&one["outcome"], &one["retries"]),
        (&"done".into(), &1.into())
    );
    assert_eq!(
        (&two["outcome"], &two["retries"]),
        (&"failed".into(), &0.into())
    );
    for change in [one, two] {
        assert!(change["bytes_sent"].as_u64() > Some(0), "{change}");
        assert!(change["seconds"].as_f64() > Some(0.0), "{change}");
        assert!(change["image_vpc"].is_null(), "{change}");
    }
    target.faults().clear();
    let ran = place.run("apply -q --report report.md");
    assert_eq!(ran.status, 0, "{ran:?}");
    let page = read("report.md");
    assert!(page.starts_with("### Apply complete: 1 created"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_cannot_be_kept_stops_the_run_before_it_begins() {
    let (source, target) = pair().await;
    Image::new("linux/amd64").push(&source, "org/one", "v1");
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/one:v1\n");
    for (path, why) in [
        ("no/report.json", "there is no such file"),
        (".", "it is a folder"),
    ] {
        for command in ["plan", "apply", "drift"] {
            let ran = place.run(&format!("{command} --report {path}"));
            assert_eq!(ran.status, 1);
            let said = format!("error: cannot write `{path}`: {why}");
            assert!(ran.stderr.contains(&said), "{ran:?}");
        }
    }
    assert_eq!(target.log().requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_the_answer_in_another_format() {
    let (source, target) = pair().await;
    Image::new("linux/amd64").push(&source, "org/one", "v1");
    let list = "SOURCE/org/one:v1\nSOURCE/org/two:v1\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    let read = |name| {
        let text = std::fs::read_to_string(place.path().join(name)).unwrap();
        place.steady(&text)
    };
    for (command, status) in [("plan", 1), ("drift", 2)] {
        for (name, format) in [("report.md", "markdown"), ("report", "json")] {
            let answer = place.run(&format!("{command} --format {format}"));
            assert_eq!(answer.status, status, "{answer:?}");
            let ran = place.run(&format!("{command} --format github --report {name}"));
            assert_eq!(ran.status, status, "{ran:?}");
            assert_eq!(read(name), answer.stdout);
            assert!(ran.stdout.contains(" file=images.txt,line=2,"), "{ran:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stops_asking_when_the_pulls_are_used_up_and_copies_what_it_has_read() {
    let (source, target) = pair().await;
    let mut list = "version: 1\ntarget: {registry: TARGET, namespace: NAMESPACE}\n\
                    registries: {\"SOURCE\": {concurrency: 1}}\nimages:\n"
        .replace("NAMESPACE", NAMESPACE);
    for number in 0..10 {
        let name = format!("org/app{number}");
        Image::new("linux/amd64")
            .layer(&name)
            .push(&source, &name, "v1");
        writeln!(list, "  - SOURCE/{name}:v1").unwrap();
    }
    let place = Place::between(&source, &target).file("mirror.yaml", &list);
    let used_up = Effect::status(429).header("RateLimit-Remaining", "0;w=21600");
    let fault = Fault::new("GET", "/manifests/", used_up);
    source.faults().add(fault.skip(4).always());
    let ran = place.run("apply");
    // Which images are asked for first is not settled; how many, is.
    assert_eq!(ran.status, 1, "{ran:?}");
    for told in [
        "! 6 images  blocked",
        "the source `SOURCE` cannot be read: its limit on pulls is used up",
        "hint: wait a while",
        "Apply incomplete: 4 created, 0 updated, 0 deleted, 0 unchanged, 6 blocked.",
    ] {
        assert!(ran.whole().contains(told), "{told}: {ran:?}");
    }
    assert_eq!(source.log().count("GET", "/manifests/"), 5);
    source.faults().clear();
    let ran = place.run("apply");
    assert_eq!(
        (ran.status, ran.stdout.matches("created").count()),
        (0, 7),
        "{ran:?}"
    );
}
