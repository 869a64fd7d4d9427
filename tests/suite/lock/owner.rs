//! A lock is of one file and one target: no other is told by it what to copy or to delete.

use std::fs;

use pusher::sandbox::Sandbox;
use pusher::sandbox::images::Image;

use crate::cli::harness::{NAMESPACE, Place, Ran, pair};

fn push(registry: &Sandbox, repository: &str, text: &str) {
    let image = Image::new("linux/amd64").layer(text);
    image.push(registry, repository, "v1");
}

/// A list of two images, and others beside it.
async fn lists() -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    for repository in ["org/app", "org/web", "org/db"] {
        push(&source, repository, repository);
    }
    let place = Place::between(&source, &target)
        .file("images.txt", "SOURCE/org/app:v1\nSOURCE/org/web:v1\n")
        .file("web.txt", "SOURCE/org/web:v1\n")
        .file("db.txt", "SOURCE/org/db:v1\n");
    (source, target, place)
}

fn text(place: &Place, name: &str) -> String {
    fs::read_to_string(place.path().join(name)).unwrap()
}

/// The lock as it was written before it said whose it is.
fn without_owner(place: &Place, name: &str) {
    let text = text(place, name);
    let (head, blocks) = text.split_once("\n\n").unwrap();
    let head: Vec<_> = head.lines().filter(|line| line.starts_with("# ")).collect();
    let lines = blocks
        .lines()
        .map(|line| line.rsplit_once(" # ").map_or(line, |(line, _)| line));
    let blocks: Vec<_> = lines.collect();
    let old = format!(
        "{}\nversion = 1\n\n{}\n",
        head.join("\n"),
        blocks.join("\n")
    );
    place.write(name, &old);
}

fn holds(target: &Sandbox, repository: &str) -> bool {
    target
        .tag(&format!("{NAMESPACE}/{repository}"), "v1")
        .is_some()
}

fn done(place: &Place, typed: &str) -> Ran {
    let ran = place.run(typed);
    assert_eq!(ran.status, 0, "{typed}: {}", ran.whole());
    ran
}

fn refused(place: &Place, typed: &str, why: &str) -> Ran {
    let ran = place.run(typed);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{typed}");
    assert!(ran.stderr.contains(why), "{typed}: {}", ran.stderr);
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn two_lists_in_a_folder_have_a_lock_each() {
    let (_source, target, place) = lists().await;
    for list in ["web", "db"] {
        done(&place, &format!("lock -q -f {list}.txt"));
        done(&place, &format!("apply -q -f {list}.txt"));
        assert!(place.path().join(format!("{list}.lock")).exists());
    }
    assert!(!place.path().join("mirror.lock").exists());
    let ran = done(&place, "apply -f ./db.txt --prune");
    assert!(ran.stdout.contains("1 image is in place"), "{}", ran.stdout);
    assert!(holds(&target, "web") && holds(&target, "db"));
    // Each prunes its own.
    place.write("web.txt", "");
    done(&place, "lock -q -f web.txt");
    done(&place, "apply -q -f web.txt --prune");
    assert!(!holds(&target, "web") && holds(&target, "db"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lock_of_another_target_is_refused_and_stays() {
    let (source, target, place) = lists().await;
    done(&place, "lock -q");
    done(&place, "apply -q");
    place.write("images.txt", "SOURCE/org/app:v1\n");
    done(&place, "lock -q");
    let locked = text(&place, "mirror.lock");
    assert!(
        locked.contains("[[retired]]\ntarget = \"web:v1\"\n"),
        "{locked}"
    );
    assert!(
        !locked.contains(NAMESPACE) && !locked.contains(target.address()),
        "{locked}"
    );
    let place = place.variable("ALIYUN_NAME_SPACE", "other");
    source.log().clear();
    target.log().clear();
    for typed in [
        "lock",
        "lock --update",
        "lock --check",
        "plan",
        "plan --prune",
        "apply",
        "drift",
    ] {
        let ran = refused(
            &place,
            typed,
            "`mirror.lock` is the lock of another target than ",
        );
        if typed == "lock" {
            insta::assert_snapshot!("lock_other_target", ran.whole());
        }
    }
    for registry in [&source, &target] {
        assert_eq!(registry.log().requests().len(), 0);
    }
    assert_eq!(text(&place, "mirror.lock"), locked);
    // Where no registry is asked, the name of the target may be a stand-in.
    let ran = done(&place, "plan --offline --locked");
    assert!(ran.stdout.contains("1 unknown"), "{}", ran.stdout);
    done(&place, "list");
    // Who really moves says so: what is in the other target is nobody's to delete from here.
    push(&source, "org/app", "moved");
    insta::assert_snapshot!("lock_adopted_target", place.run("lock --adopt").whole());
    let adopted = text(&place, "mirror.lock");
    assert!(!adopted.contains("web:v1"), "{adopted}");
    let digest = |text: &str| {
        text.lines()
            .find(|line| line.starts_with("digest"))
            .map(ToOwned::to_owned)
    };
    assert_eq!(digest(&adopted), digest(&locked), "only `--update` moves");
    done(&place, "plan --locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lock_of_another_file_is_refused_until_it_is_adopted() {
    let (_source, target, place) = lists().await;
    done(&place, "lock -q");
    done(&place, "apply -q");
    let mirror = "version: 1\nimages: [SOURCE/org/app:v1]\n";
    place.write("mirror.yaml", mirror);
    let why = "error: `mirror.lock` is the lock of `images.txt`, not of `mirror.yaml`";
    for typed in ["plan", "apply --prune", "plan --offline", "lock", "drift"] {
        let ran = refused(&place, typed, why);
        assert!(ran.stderr.contains("run `pusher lock --adopt`"), "{ran:?}");
    }
    done(&place, "plan -f images.txt --locked");
    assert!(holds(&target, "web"));
    let ran = done(&place, "lock --adopt");
    assert!(ran.stdout.contains("1 kept, 1 retired"), "{ran:?}");
    done(&place, "apply -q --prune");
    assert!(holds(&target, "app") && !holds(&target, "web"));
    refused(
        &place,
        "plan -f images.txt",
        "is the lock of `mirror.yaml`, not of `images.txt`",
    );
    // Two files whose locks would have one name.
    for (file, text) in [("web.yaml", mirror), ("web.lock.yaml", mirror)] {
        place.write(file, text);
    }
    done(&place, "lock -q -f web.txt");
    refused(
        &place,
        "lock -f web.yaml",
        "`web.lock` is the lock of `web.txt`, not of `web.yaml`",
    );
    done(&place, "lock -q -f web.lock.yaml");
}

#[tokio::test(flavor = "multi_thread")]
async fn by_a_lock_that_does_not_say_whose_it_is_nothing_is_deleted() {
    let (source, target, place) = lists().await;
    done(&place, "lock -q");
    done(&place, "apply -q");
    // All of it is declared: that it is this file's, the next one can say.
    without_owner(&place, "mirror.lock");
    push(&source, "org/app", "moved");
    let ran = done(&place, "plan --locked --detailed-exitcode");
    assert!(
        ran.stdout.contains("2 images are in place"),
        "{}",
        ran.stdout
    );
    done(&place, "plan --prune");
    assert_eq!(done(&place, "lock").stderr, "");
    assert!(text(&place, "mirror.lock").contains("\nfile = \"images.txt\"\n"));
    // What is not declared may be another list's.
    without_owner(&place, "mirror.lock");
    place.write("images.txt", "SOURCE/org/app:v1\n");
    let refusal = |typed| refused(&place, typed, "`mirror.lock` does not say whose it is");
    insta::assert_snapshot!("prune_without_owner", refusal("apply --prune").whole());
    insta::assert_snapshot!("lock_without_owner", place.run("lock").whole());
    refusal("plan --prune");
    done(&place, "apply -q --locked");
    assert!(holds(&target, "web"));
    let ran = done(&place, "lock --adopt");
    assert_eq!(ran.stderr, "");
    done(&place, "apply -q --prune");
    assert!(holds(&target, "app") && !holds(&target, "web"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_lists_shared_goes_on_to_settle_each() {
    let (source, target, place) = lists().await;
    place.write("images.txt", "SOURCE/org/web:v1\nSOURCE/org/db:v1\n");
    done(&place, "lock -q");
    done(&place, "apply -q");
    without_owner(&place, "mirror.lock");
    let shared = text(&place, "mirror.lock");
    push(&source, "org/web", "moved");
    let ran = done(&place, "plan -f web.txt --locked");
    assert!(ran.stdout.contains("1 image is in place"), "{}", ran.stdout);
    let ran = done(&place, "drift -f web.txt --kind not-declared");
    assert!(!ran.stdout.contains("db:v1"), "{}", ran.stdout);
    refused(&place, "plan -f web.txt --prune", "there is no `web.lock`");
    insta::assert_snapshot!("lock_from_shared", place.run("lock -f web.txt").whole());
    assert_eq!(text(&place, "mirror.lock"), shared);
    assert!(!text(&place, "web.lock").contains("db:v1"));
    done(&place, "apply -q -f web.txt --locked --prune");
    assert!(holds(&target, "web") && holds(&target, "db"));
    // Once it says whose it is, it tells the others nothing.
    done(&place, "lock -q --adopt");
    refused(&place, "plan -f db.txt --locked", "there is no `db.lock`");
}
