//! Signals: the first stops cleanly, the second at once.
#![cfg(unix)]

use std::process::{Child, Command};

use pusher::sandbox::images::Image;
use pusher::sandbox::{Effect, Fault, Sandbox};

use super::harness::{NAMESPACE, Place, pair};

fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill")
        .args(["-s", name, &id])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// Waits until a registry has seen a request with this in its path.
async fn seen(registry: &Sandbox, method: &str, part: &str) {
    let there = || {
        let requests = registry.log().requests();
        requests
            .iter()
            .any(|request| request.method == method && request.path.contains(part))
    };
    while !there() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// Two images, of which the second never arrives: its layer stalls at the source.
async fn stalled() -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    Image::new("linux/amd64")
        .layer("quick")
        .push(&source, "org/quick", "v1");
    let slow = Image::new("linux/amd64").generated_layer(1 << 20, 7);
    let slow = slow.push(&source, "org/slow", "v1");
    let layer = slow.blobs.last().unwrap().digest.to_string();
    let stall = Effect::StallBody { after: 1000 };
    source
        .faults()
        .add(Fault::new("GET", &layer, stall).always());
    let list = "SOURCE/org/quick:v1\nSOURCE/org/slow:v1\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    (source, target, place)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_signal_stops_cleanly_and_says_what_was_done() {
    for name in ["INT", "TERM"] {
        let (source, target, place) = stalled().await;
        let child = place.start("apply");
        seen(&source, "GET", "/org/slow/blobs/").await;
        while target.tags(&format!("{NAMESPACE}/quick")).is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        signal(&child, name);
        let ran = place.wait(child);
        assert_eq!(ran.status, 1);
        // How much of the second image's config was sent by then is a matter of luck.
        let whole = ran.whole();
        let sent = whole.lines().find(|line| line.ends_with(" sent."));
        let whole = whole.replace(sent.unwrap(), "SOME sent.");
        insta::assert_snapshot!("stop_apply", whole);
        assert_eq!(target.tags(&format!("{NAMESPACE}/slow")), [""; 0]);
        source.faults().clear();
        assert_eq!(place.run("apply -q").status, 0);
        assert_eq!(target.tags(&format!("{NAMESPACE}/slow")), ["v1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_stopped_says_that_nothing_was_changed() {
    let (source, target) = pair().await;
    source
        .faults()
        .add(Fault::new("HEAD", "/org/app/", Effect::Stall).always());
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1\n");
    let child = place.start("plan");
    seen(&source, "HEAD", "/org/app/").await;
    signal(&child, "INT");
    let ran = place.wait(child);
    assert_eq!((ran.status, ran.stdout.as_str()), (130, ""));
    insta::assert_snapshot!("stop_plan", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_signal_is_obeyed_at_once() {
    use std::io::{BufRead as _, BufReader};
    let (source, target) = pair().await;
    let image = Image::new("linux/amd64").layer("a");
    image.push(&source, "org/app", "v1");
    // A tag that is being moved is waited for: only a second signal ends that.
    let stall = Fault::new("PUT", "/app/manifests/v1", Effect::Stall);
    target.faults().add(stall.always());
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1\n");
    let mut child = place.start("apply");
    seen(&target, "PUT", "/app/manifests/v1").await;
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    signal(&child, "INT");
    let line = tokio::task::block_in_place(|| said.next().unwrap().unwrap());
    assert_eq!(line, "stopping cleanly; once more to stop at once");
    signal(&child, "INT");
    let ran = place.wait(child);
    assert_eq!((ran.status, ran.stdout.as_str()), (130, ""));
}
