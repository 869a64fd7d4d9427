//! Signals: the first stops cleanly, the second at once.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use pusher::sandbox::images::Image;
use pusher::sandbox::{Effect, Fault, Origin, Sandbox};

use super::harness::{NAMESPACE, Place, pair};

/// What asks for a stop: Ctrl-C, whoever stops a service, and a terminal that is closed.
#[cfg(target_os = "linux")]
const SIGNALS: &[&str] = &["INT", "TERM", "HUP"];
#[cfg(not(target_os = "linux"))]
const SIGNALS: &[&str] = &["INT", "TERM"];

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
    for name in SIGNALS {
        let (source, target, place) = stalled().await;
        let child = place.start("apply");
        seen(&source, "GET", "/org/slow/blobs/").await;
        while target.tags(&format!("{NAMESPACE}/quick")).is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        signal(&child, name);
        let ran = place.wait(child);
        assert_eq!(ran.status, 130);
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
async fn a_tag_whose_move_is_never_answered_does_not_keep_a_stopped_run() {
    let (source, target) = pair().await;
    Image::new("linux/amd64")
        .layer("one")
        .push(&source, "org/app", "v1");
    let silent = Fault::new("PUT", "/manifests/v1", Effect::Stall).always();
    target.faults().add(silent);
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1\n");
    let child = place.start("apply");
    seen(&target, "PUT", "/manifests/v1").await;
    signal(&child, "TERM");
    let ran = place.wait(child);
    assert_eq!(ran.status, 130);
    insta::assert_snapshot!("stop_unanswered", ran.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_reads_and_is_stopped_says_that_nothing_was_changed() {
    let (source, target) = pair().await;
    source
        .faults()
        .add(Fault::new("HEAD", "/org/app/", Effect::Stall).always());
    // Each run asks for an image of its own: of the one before, a request may still be on its way.
    let mut number = 0;
    for command in ["plan", "drift", "lock", "diff"] {
        for name in SIGNALS {
            number += 1;
            let image = format!("/org/app/{number}");
            let list = format!("SOURCE{image}:v1\n");
            let place = Place::between(&source, &target).file("images.txt", &list);
            let typed = match command {
                "diff" => format!("diff {0}{image}:v1 {0}{image}:v2", source.address()),
                _ => command.to_owned(),
            };
            let child = place.start(&typed);
            seen(&source, "HEAD", &format!("{image}/")).await;
            signal(&child, name);
            let ran = place.wait(child);
            assert_eq!(
                (ran.status, ran.stdout.as_str()),
                (130, ""),
                "{typed} {name}"
            );
            insta::assert_snapshot!("stop_plan", ran.stderr, &typed);
        }
    }
}

/// Starts a command on a list that is a pipe into which nobody writes, and returns when it reads it.
fn reading_a_pipe(place: &Place, command: &mut Command) -> (Child, std::fs::File) {
    let pipe = place.path().join("images.txt");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let writer = std::fs::File::options().write(true).open(&pipe).unwrap();
    std::fs::remove_file(&pipe).unwrap();
    (child, writer)
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_has_begun_the_first_signal_is_obeyed_at_once() {
    let place = Place::empty();
    for typed in ["list", "check", "plan", "apply", "import images.txt"] {
        for name in SIGNALS {
            let (child, _writer) = reading_a_pipe(&place, &mut place.command(typed));
            signal(&child, name);
            let ran = place.wait(child);
            assert_eq!(
                (ran.status, ran.whole().as_str()),
                (130, NOTHING),
                "{typed} {name}"
            );
        }
    }
}

const NOTHING: &str = "status: 130\n----- stdout\n----- stderr\n";

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn who_is_started_with_nohup_goes_on_after_a_hang_up() {
    let place = Place::empty();
    let pusher = place.command("list");
    let mut nohup = Command::new("sh");
    nohup
        .args(["-c", "trap '' HUP; exec \"$0\" list"])
        .arg(pusher.get_program())
        .env_clear()
        .current_dir(place.path())
        .stdin(Stdio::null());
    let (child, _writer) = reading_a_pipe(&place, &mut nohup);
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let mask = |name: &str| {
        let mask = status.lines().find_map(|line| line.strip_prefix(name));
        u64::from_str_radix(mask.unwrap().trim(), 16).unwrap()
    };
    assert_eq!(
        (mask("SigIgn:") & 1, mask("SigCgt:") & 1),
        (1, 0),
        "{status}"
    );
    signal(&child, "HUP");
    signal(&child, "TERM");
    assert_eq!(place.wait(child).status, 130);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_signal_ends_the_waiting_for_a_host() {
    let (source, target) = pair().await;
    let image = Image::new("linux/amd64").layer("a");
    image.push(&source, "org/app", "v1");
    let reset = Fault::new("PUT", "/app/manifests/v1", Effect::Reset);
    target.faults().add(reset.always());
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1\n");
    let mut child = place.start("apply");
    seen(&target, "PUT", "/app/manifests/v1").await;
    target.go_away(Origin::Registry);
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = tokio::task::block_in_place(|| said.next().unwrap().unwrap());
    // Whoever was let in by the system alone is cut off, others find nobody.
    let begins = format!("{} is away: ", target.address());
    assert!(line.starts_with(&begins), "{line}");
    signal(&child, "INT");
    let ran = place.wait(child);
    assert_eq!(ran.status, 130);
    // Where the lines end depends on how the connection broke.
    let told = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("waited for it for"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_signal_is_obeyed_at_once() {
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
