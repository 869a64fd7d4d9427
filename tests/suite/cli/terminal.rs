//! What a person sees who watches a run, on a terminal of its own (`script`, of bsdutils).
#![cfg(target_os = "linux")]

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pusher::sandbox::images::Image;
use pusher::sandbox::{Effect, Fault, Sandbox};

use super::harness::{Place, pair};

/// A bar is drawn ten times a second.
const DRAWN: Duration = Duration::from_millis(500);

/// An image that never arrives: neither can its tag be read nor, once that can, its layer.
async fn endless(method: &str) -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    let slow = Image::new("linux/amd64").generated_layer(1 << 20, 7);
    slow.push(&source, "org/app", "v1");
    let (part, stall) = match method {
        "HEAD" => ("/manifests/", Effect::Stall),
        _ => ("/blobs/", Effect::StallBody { after: 1000 }),
    };
    source
        .faults()
        .add(Fault::new(method, part, stall).always());
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1\n");
    (source, target, place)
}

/// Returns what runs `pusher` on a terminal of its own, which writes all that is shown into `screen`.
fn on_terminal(place: &Place, typed: &str) -> Command {
    let pusher = place.command(typed);
    let run = format!(
        "echo $$ >id; exec {} {typed}",
        pusher.get_program().display()
    );
    let mut script = Command::new("script");
    script
        .args([
            "--quiet",
            "--flush",
            "--return",
            "--command",
            &run,
            "screen",
        ])
        .env_clear()
        .envs(
            pusher
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .envs([("TERM", "xterm"), ("SHELL", "/bin/sh")])
        .current_dir(place.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    script
}

/// Starts `pusher` on a terminal, and returns when a bar must have been drawn.
async fn watched(place: &Place, typed: &str, source: &Sandbox, method: &str) -> Child {
    let child = on_terminal(place, typed).spawn().unwrap();
    while source.log().count(method, "/org/app/") == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(DRAWN).await;
    child
}

/// Reads a file that is written soon.
async fn written(place: &Place, name: &str) -> String {
    let reading = async {
        loop {
            match std::fs::read_to_string(place.path().join(name)) {
                Ok(text) if text.ends_with('\n') => return text,
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    // Only so that a test that fails ends.
    let reading = tokio::time::timeout(Duration::from_secs(60), reading);
    reading
        .await
        .unwrap_or_else(|_| panic!("`{name}` is not written"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_leaves_no_bar_on_the_screen() {
    for (typed, method, last) in [
        ("plan", "HEAD", "nothing was changed"),
        ("apply --yes", "GET", "Apply interrupted"),
    ] {
        for name in ["TERM", "INT"] {
            let (source, _target, place) = endless(method).await;
            let script = watched(&place, typed, &source, method).await;
            let id = written(&place, "id").await;
            let sent = Command::new("kill").args(["-s", name, id.trim()]).status();
            assert!(sent.unwrap().success());
            assert_eq!(place.wait(script).status, 130);
            let screen = std::fs::read_to_string(place.path().join("screen")).unwrap();
            let (before, after) = screen.split_once("stopping cleanly").unwrap();
            assert!(before.contains("/1 images"), "a bar was drawn: {screen}");
            let (_, after) = after.split_once(last).unwrap();
            assert!(!after.contains("/1 images"), "{typed} {name}: {screen}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_is_closed_ends_a_run_cleanly() {
    let (source, target, place) = endless("GET").await;
    let typed = "apply -y --report report.json";
    let mut script = watched(&place, typed, &source, "GET").await;
    script.kill().unwrap();
    script.wait().unwrap();
    let report = written(&place, "report.json").await;
    assert!(report.contains("\"not-done\""), "{report}");
    assert_eq!(target.uploads(), 0);
}

/// Runs `pusher` on a terminal where `keys` are typed when it asks, and returns the status and the screen.
async fn typed_at(place: &Place, typed: &str, keys: &str) -> (i32, String) {
    typed_when(place, typed, "[y/N]", keys).await
}

/// The same, where it asks for something else than a yes.
pub(super) async fn typed_when(
    place: &Place,
    typed: &str,
    asked: &str,
    keys: &str,
) -> (i32, String) {
    let _ = std::fs::remove_file(place.path().join("screen"));
    let mut script = on_terminal(place, typed);
    let mut child = script.stdin(Stdio::piped()).spawn().unwrap();
    let mut keyboard = child.stdin.take().unwrap();
    let shown = || std::fs::read_to_string(place.path().join("screen")).unwrap_or_default();
    while !shown().contains(asked) && child.try_wait().unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    keyboard.write_all(keys.as_bytes()).unwrap();
    drop(keyboard);
    let status = place.wait(child).status;
    let screen = std::fs::read_to_string(place.path().join("screen")).unwrap();
    (status, place.steady(&screen))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sits_at_a_terminal_is_asked_before_anything_is_written() {
    const ASKED: &str = "Do this to TARGET/team? [y/N]";
    const REFUSED: &str = "not confirmed; nothing was changed";
    let (source, target) = pair().await;
    let image = Image::new("linux/amd64").layer("app");
    image.push(&source, "org/app", "v1");
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1\n");
    for (typed, keys, status) in [
        ("apply", "\n", 1),
        ("apply", "no\n", 1),
        ("apply", "", 1),
        ("apply -q", "n\n", 1),
        ("apply", "\u{3}", 130),
    ] {
        let (ended, screen) = typed_at(&place, typed, keys).await;
        assert_eq!(ended, status, "{typed} {keys:?}: {screen}");
        assert!(screen.contains("Plan: 1 to create"), "{screen}");
        assert!(screen.contains(ASKED), "{screen}");
        assert!(screen.contains(&format!("\n{REFUSED}")), "{screen}");
        assert!(target.tags("team/app").is_empty(), "{typed} {keys:?}");
    }
    for (typed, keys, is_asked) in [
        ("apply", "y\n", true),
        ("apply", "", false),
        ("apply --yes", "", false),
        ("apply plan.json", "", false),
    ] {
        if typed != "apply" {
            target.delete_tag("team/app", "v1");
        }
        if typed.ends_with("plan.json") {
            assert_eq!(place.run("plan --out plan.json").status, 0);
        }
        let (ended, screen) = typed_at(&place, typed, keys).await;
        assert_eq!(ended, 0, "{typed}: {screen}");
        assert_eq!(screen.contains(ASKED), is_asked, "{typed}: {screen}");
        assert_eq!(target.tags("team/app"), ["v1"], "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sits_at_a_terminal_is_asked_before_a_registry_is_measured() {
    let (source, target) = pair().await;
    let place = Place::between(&source, &target).file("images.txt", "nginx:1.27\n");
    for (keys, status) in [("\n", 1), ("n\n", 1), ("", 1), ("\u{3}", 130), ("y\n", 0)] {
        let (ended, screen) = typed_at(&place, "doctor --probe", keys).await;
        assert_eq!(ended, status, "{keys:?}: {screen}");
        assert!(screen.contains("pusher-probe-"), "{screen}");
        assert_eq!(target.log().writes() > 0, status == 0, "{keys:?}: {screen}");
    }
    let (ended, screen) = typed_at(&place, "doctor --probe -q --yes --out p.toml", "").await;
    assert_eq!((ended, screen.contains("[y/N]")), (0, false), "{screen}");
    let profile = std::fs::read_to_string(place.path().join("p.toml")).unwrap();
    assert!(profile.contains("image-configs-only = false"), "{profile}");
}
