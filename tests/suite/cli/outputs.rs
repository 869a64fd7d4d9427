//! The files that are written: never one that is read, never half of one.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use pusher::sandbox::Sandbox;
use pusher::sandbox::images::Image;

use super::harness::{Place, pair};

/// An image to create, and every file that a run can read.
async fn mirror() -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    let image = Image::new("linux/amd64").layer("a");
    image.push(&source, "org/app", "v1");
    image.push(&source, "org/web", "v1");
    let mirror =
        "version: 1\ninclude: [more.txt]\nregistries: {registry.example.com: {ca-file: ca.pem}}\n";
    let place = Place::between(&source, &target)
        .file("images.txt", "SOURCE/org/app:v1\n")
        .file("mirror.yml", mirror)
        .file("more.txt", "SOURCE/org/app:v1\n")
        .file("ca.pem", "not looked into before it is needed");
    let linked = |name: &str| place.path().join(name);
    fs::hard_link(linked("images.txt"), linked("hard")).unwrap();
    symlink("images.txt", linked("soft.txt")).unwrap();
    symlink(".", linked("here")).unwrap();
    // Devices by way of links: were one of them replaced, this machine's own would not be.
    for name in ["null", "full", "stdout", "stderr"] {
        symlink(format!("/dev/{name}"), linked(name)).unwrap();
    }
    (source, target, place)
}

/// Every file in the folder with its text.
fn files(place: &Place) -> Vec<(String, String)> {
    let mut files: Vec<_> = fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_over_what_is_read() {
    let (source, target, place) = mirror().await;
    assert_eq!(place.run("plan -f images.txt --out plan.json").status, 0);
    source.log().clear();
    target.log().clear();
    let before = files(&place);
    for (typed, over) in [
        ("plan -f images.txt --out images.txt", "images.txt"),
        ("plan -f images.txt --report ./images.txt", "images.txt"),
        (
            "plan -f images.txt --offline --report soft.txt",
            "images.txt",
        ),
        ("plan -f ./images.txt --out hard", "images.txt"),
        ("plan -f soft.txt --out here/hard", "soft.txt"),
        ("apply -f images.txt --report here/images.txt", "images.txt"),
        ("drift -f images.txt --report images.txt", "images.txt"),
        ("plan -f images.txt --out mirror.lock", "mirror.lock"),
        (
            "apply -f images.txt plan.json --report here/plan.json",
            "plan.json",
        ),
        ("plan --out mirror.yml", "mirror.yml"),
        ("plan --report here/more.txt", "more.txt"),
        ("drift --report ca.pem", "ca.pem"),
    ] {
        let ran = place.run(typed);
        let told = format!("` would go over `{over}`, which this run reads\n");
        assert!(ran.stderr.contains(&told), "{typed}: {ran:?}");
        assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{typed}");
        assert_eq!(files(&place), before, "{typed}");
    }
    for registry in [source, target] {
        assert_eq!(registry.log().requests().len(), 0);
    }
    let ran = place.shell("pusher list -f images.txt >>images.txt");
    let told = "error: standard output would go over `images.txt`";
    assert!(ran.stderr.contains(told), "{ran:?}");
    assert_eq!(files(&place), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_two_outputs_are_one_file() {
    let (_source, _target, place) = mirror().await;
    place.write("old", "old");
    fs::hard_link(place.path().join("old"), place.path().join("same")).unwrap();
    for script in [
        "pusher plan -f images.txt --out new --report ./new",
        "pusher plan -f images.txt --out old --report here/same",
        "pusher plan -f images.txt --report old >>same",
    ] {
        let ran = place.shell(script);
        assert!(ran.stderr.contains("are the same file\n"), "{ran:?}");
        assert_eq!(ran.status, 1, "{script}");
        assert!(!place.path().join("new").exists());
        assert_eq!(fs::read(place.path().join("old")).unwrap(), b"old");
    }
    let both = "plan -f images.txt --out null --report null";
    assert_eq!(place.run(both).status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_and_pipes_take_what_is_written() {
    let (_source, _target, place) = mirror().await;
    let answer = place.run("plan -f images.txt").stdout;
    let json = place.run("plan -f images.txt --format json").stdout;
    let text = |name: &str| place.steady(&fs::read_to_string(place.path().join(name)).unwrap());
    for script in [
        "pusher plan -f images.txt --report stdout",
        "pusher plan -f images.txt --report /dev/fd/1 | cat",
        "pusher plan -f images.txt --report /proc/self/fd/2 2>&1",
        "pusher plan -f images.txt --report stdout >both; cat both",
        "pusher plan -f images.txt --report stderr >out 2>both; cat both out",
        "{ echo one; pusher plan -f images.txt --report /dev/fd/3; } 3>both >&3; cat both",
        "mkfifo pipe; cat pipe >both & pusher plan -f images.txt --report pipe; wait; cat both",
        "pusher plan -f images.txt --report >(cat >both) >out; wait $!; cat both out",
    ] {
        let ran = place.shell(script);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{script}");
        let mut whole = [&json, &answer].map(|part| ran.stdout.contains(part.as_str()));
        whole.sort_unstable();
        assert_eq!(whole, [true, true], "{script}: {ran:?}");
    }
    assert!(text("both").starts_with('{'));
    let gone = place.shell("pusher plan -f images.txt --report >(true) >/dev/null");
    assert_eq!((gone.status, gone.stderr.as_str()), (0, ""));
    let ran = place.run("plan -f images.txt --report full");
    let told = "error: cannot write `full`: No space left on device";
    assert!(ran.stderr.contains(told), "{ran:?}");
    assert_eq!(
        (ran.status, ran.stdout),
        (1, answer),
        "the answer is not kept back"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_leaves_what_was_there() {
    let (_source, _target, place) = mirror().await;
    for step in ["lock", "plan --out plan.json", "plan --report report.md"] {
        assert_eq!(place.run(&format!("{step} -f images.txt")).status, 0);
    }
    place.write("images.txt", "SOURCE/org/app:v1\nSOURCE/org/web:v1\n");
    let before = files(&place);
    for step in ["lock", "plan --out plan.json", "plan --report report.md"] {
        let ran = place.shell(&format!("ulimit -f 0; pusher {step} -f images.txt"));
        assert_eq!(ran.status, 1, "{step}: {ran:?}");
        assert!(
            ran.stderr.contains("error: cannot write `"),
            "{step}: {ran:?}"
        );
        assert_eq!(files(&place), before, "{step}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_read_a_file_stays_and_a_link_stays_a_link() {
    let (_source, _target, place) = mirror().await;
    fs::create_dir(place.path().join("kept")).unwrap();
    place.write("kept/report", "old");
    let report = place.path().join("kept/report");
    fs::set_permissions(&report, fs::Permissions::from_mode(0o600)).unwrap();
    symlink("kept/report", place.path().join("report")).unwrap();
    for typed in ["plan --report report", "plan --out report"] {
        assert_eq!(place.run(&format!("{typed} -f images.txt")).status, 0);
        assert!(fs::read_to_string(&report).unwrap().starts_with('{'));
        assert_eq!(
            fs::metadata(&report).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(report.parent().unwrap()).unwrap().count(), 1);
        let link = fs::read_link(place.path().join("report")).unwrap();
        assert_eq!(link.to_str(), Some("kept/report"));
    }
}
