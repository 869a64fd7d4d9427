//! `pusher lock`, and plans that keep to it.

use std::fs;

use pusher::sandbox::Sandbox;
use pusher::sandbox::images::{Image, Index};

use crate::cli::harness::{NAMESPACE, Place, pair};

/// A mirror of one single image and of one platform of an index, in an empty target.
async fn mirror() -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    publish(&source, "first");
    Index::of(&["linux/amd64", "linux/arm64"]).push(&source, "org/many", "v1");
    let list = "SOURCE/org/app:v1\n--platform=linux/arm64 SOURCE/org/many:v1\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    (source, target, place)
}

/// Moves `org/app:v1` at the source.
fn publish(source: &Sandbox, text: &str) {
    Image::new("linux/amd64")
        .layer(text)
        .push(source, "org/app", "v1");
}

fn lock_file(place: &Place) -> String {
    fs::read_to_string(place.path().join("mirror.lock")).unwrap()
}

fn requests(registry: &Sandbox) -> usize {
    registry.log().requests().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_image_in_place_asks_nothing_of_its_source() {
    let (source, target, place) = mirror().await;
    insta::assert_snapshot!("lock_added", place.run("lock").whole());
    assert_eq!(target.log().writes(), 0);
    assert_eq!(place.run("apply -q --locked").status, 0);
    // The upstream tag moves: the lock does not.
    publish(&source, "second");
    let locked = lock_file(&place);
    source.log().clear();
    target.log().clear();
    let ran = place.run("plan --detailed-exitcode --locked --no-cache");
    insta::assert_snapshot!("plan_locked", ran.whole());
    assert_eq!(requests(&source), 0);
    assert_eq!(target.log().lines().len(), 2, "{:?}", target.log().lines());
    assert_eq!(place.run("lock").status, 0);
    assert_eq!(lock_file(&place), locked, "only `--update` moves");
    assert_eq!(requests(&source), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_copied_is_the_locked_digest_although_the_tag_moved() {
    let (source, target, place) = mirror().await;
    let first = source.tag("org/app", "v1").unwrap();
    assert_eq!(place.run("lock -q").status, 0);
    publish(&source, "second");
    assert_eq!(place.run("apply -q").status, 0);
    let app = format!("{NAMESPACE}/app");
    assert_eq!(target.tag(&app, "v1"), Some(first));
    insta::assert_snapshot!("lock_moved", place.run("lock --update app:v1").whole());
    assert_eq!(place.run("plan -q --detailed-exitcode").status, 2);
    assert_eq!(place.run("apply -q").status, 0);
    assert_eq!(target.tag(&app, "v1"), source.tag("org/app", "v1"));
    assert_eq!(place.run("plan -q --detailed-exitcode").status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_locked_is_said_to_be_and_refused_where_it_must_be() {
    let (source, _target, place) = mirror().await;
    insta::assert_snapshot!("locked_without_lock", place.run("plan --locked").whole());
    assert_eq!(place.run("lock -q").status, 0);
    Image::new("linux/amd64")
        .layer("new")
        .push(&source, "org/new", "v1");
    place.write(
        "images.txt",
        "SOURCE/org/app:v1\n--platform=linux/amd64 SOURCE/org/many:v1\nSOURCE/org/new:v1\n",
    );
    insta::assert_snapshot!("plan_unlocked", place.run("plan").whole());
    source.log().clear();
    insta::assert_snapshot!("apply_locked_refused", place.run("apply --locked").whole());
    insta::assert_snapshot!("lock_check_unfit", place.run("lock --check").whole());
    assert_eq!(requests(&source), 0, "neither asks");
    assert_eq!(place.run("lock -q").status, 0);
    insta::assert_snapshot!("lock_check_fits", place.run("lock --check").whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_left_the_files_is_retired_until_the_target_is_seen_without_it() {
    let (_source, target, place) = mirror().await;
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(place.run("apply -q").status, 0);
    place.write("images.txt", "SOURCE/org/app:v1\n");
    insta::assert_snapshot!("lock_check_not_declared", place.run("lock --check").whole());
    insta::assert_snapshot!("lock_retired", place.run("lock").whole());
    let retired = lock_file(&place);
    assert!(
        retired.contains("[[retired]]\ntarget = \"linux_arm64_many:v1\""),
        "{retired}"
    );
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(lock_file(&place), retired);
    target.delete_tag(&format!("{NAMESPACE}/linux_arm64_many"), "v1");
    insta::assert_snapshot!("lock_gone", place.run("lock").whole());
    assert!(!lock_file(&place).contains("retired]]"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_image_that_cannot_be_resolved_leaves_the_others_locked() {
    let (source, _target, place) = mirror().await;
    place.write("images.txt", "SOURCE/org/app:v1\nSOURCE/org/gone:v1\n");
    insta::assert_snapshot!("lock_blocked", place.run("lock").whole());
    assert!(lock_file(&place).contains("app:v1"));
    let unknown = place.run("lock --update nonsense");
    assert_eq!(unknown.status, 1);
    assert!(unknown.stderr.contains("`nonsense` is no declared image"));
    drop(source);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_was_tampered_with_copies_nothing_else() {
    let (source, target, place) = mirror().await;
    assert_eq!(place.run("lock -q").status, 0);
    let app = source.tag("org/app", "v1").unwrap();
    publish(&source, "second");
    let other = source.tag("org/app", "v1").unwrap();
    // What is wanted is another image than the one that the source digest stands for.
    let line = |digest| format!("\ndigest = \"{digest}\"");
    let forged = lock_file(&place).replace(&line(&app), &line(&other));
    place.write("mirror.lock", &forged);
    insta::assert_snapshot!("lock_broken", place.run("apply").whole());
    assert_eq!(target.tag(&format!("{NAMESPACE}/app"), "v1"), None);
    place.write("mirror.lock", "<<<<<<< HEAD\nversion = 1\n");
    insta::assert_snapshot!("lock_conflict", place.run("plan").whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_locked_says_what_to_do() {
    let (_source, _target, place) = mirror().await;
    place.write("images.txt", "127.0.0.1:1/org/app:v1\n");
    let ran = place.run("lock");
    assert_eq!(ran.status, 1, "{ran:?}");
    let hint = "hint: check the host name `127.0.0.1:1`";
    assert!(ran.stdout.contains(hint), "{}", ran.whole());
}
