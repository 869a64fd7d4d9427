//! `apply PLAN` reads the files that the plan was made from, and no other that a plan may name.

use std::os::unix::fs::symlink;

use pusher::model::Digest;
use pusher::sandbox::Sandbox;
use pusher::sandbox::images::Image;
use serde_json::{Value, json};

use super::harness::{NAMESPACE, Place, Ran, pair};
use super::saved::said;

/// Two lists in one folder, of which the one that is read without `--file` is not the one that counts.
async fn two_lists() -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    for name in ["app", "web"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
    }
    let place = Place::between(&source, &target)
        .file("images.txt", "SOURCE/org/app:v1\n")
        .file("lists/web.txt", "SOURCE/org/web:v1\n");
    (source, target, place)
}

fn done(place: &Place, typed: &str) -> Ran {
    let ran = place.run(typed);
    assert_eq!(ran.status, 0, "{typed}: {}", ran.whole());
    ran
}

fn read(place: &Place, name: &str) -> Value {
    let text = std::fs::read_to_string(place.path().join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_leads_to_the_files_that_it_was_made_from() {
    let (_source, target, place) = two_lists().await;
    let whole = place.path().canonicalize().unwrap().join("lists/web.txt");
    let whole = whole.to_str().unwrap();
    for file in ["lists/web.txt", "./lists/web.txt", whole] {
        done(&place, &format!("plan --file {file} --out plan.json"));
        let named = &read(&place, "plan.json")["files"][0]["path"];
        assert_eq!(*named, "lists/web.txt", "{file}");
        let ran = done(&place, "apply plan.json");
        let said = "reading `lists/web.txt`, which `plan.json` was made from\n";
        assert_eq!(ran.stderr, said);
        // Whoever names the file, in whatever way, is not told which it is.
        let ran = done(&place, &format!("apply --file {file} plan.json"));
        assert_eq!(ran.stderr, "");
    }
    assert!(target.tag(&format!("{NAMESPACE}/web"), "v1").is_some());
    assert_eq!(target.tags(&format!("{NAMESPACE}/app")).len(), 0);
    // The lock that lies beside it is found with it.
    done(&place, "lock --file lists/web.txt");
    done(&place, "plan --file lists/web.txt --locked --out plan.json");
    done(&place, "apply --locked plan.json");
    // What is read without a plan, too, is nothing to speak of.
    done(&place, "plan --out plan.json");
    assert_eq!(done(&place, "apply plan.json").stderr, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_changed_or_are_not_there_are_told() {
    let (_source, target, place) = two_lists().await;
    done(&place, "plan --file lists/web.txt --out plan.json");
    let mut told = String::new();
    let mut refused = |what: &str, ran: Ran| {
        assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{ran:?}");
        told.push_str(&said(what, &ran));
    };
    refused(
        "another file",
        place.run("apply --file images.txt plan.json"),
    );
    place.write(
        "lists/web.txt",
        "SOURCE/org/web:v1 # and the rest is no mistake to be shown",
    );
    refused("changed", place.run("apply plan.json"));
    std::fs::remove_file(place.path().join("lists/web.txt")).unwrap();
    refused("gone", place.run("apply plan.json"));
    insta::assert_snapshot!("saved_files_refused", told);
    assert_eq!(target.log().writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_plan_leads_to_no_other_file() {
    let (_source, target, place) = two_lists().await;
    done(&place, "plan --file lists/web.txt --out plan.json");
    let good = read(&place, "plan.json");
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret.yaml");
    let text = "password: very-secret";
    std::fs::write(&secret, text).unwrap();
    place.write("token.yaml", text);
    symlink(&secret, place.path().join("link.yaml")).unwrap();
    let up = "../".repeat(20) + secret.to_str().unwrap().trim_start_matches('/');
    let place = place.naming(elsewhere.path().to_str().unwrap(), "ELSEWHERE");
    let mut told = String::new();
    for (what, name) in [
        ("absolute", secret.to_str().unwrap()),
        ("upwards", &up),
        ("a link", "link.yaml"),
        ("a folder", "lists"),
        ("nothing", ""),
        ("hidden characters", "\u{1b}[2J.yaml"),
        ("with another digest", "token.yaml"),
    ] {
        let mut plan = good.clone();
        plan["files"][0]["path"] = json!(name);
        if what != "with another digest" {
            plan["files"][0]["sha256"] = json!(Digest::sha256(text.as_bytes()).hex());
        }
        place.write("edited.json", &plan.to_string());
        let ran = place.run("apply edited.json");
        assert_eq!(
            (ran.status, ran.stdout.as_str()),
            (1, ""),
            "{what}: {ran:?}"
        );
        assert!(!ran.stderr.contains("very-secret"), "{what}: {ran:?}");
        let steps = "../".repeat(20);
        told.push_str(&said(what, &ran).replace(&steps, "UPWARDS/"));
    }
    let mut plan = good.clone();
    plan["files"] = json!([]);
    place.write("edited.json", &plan.to_string());
    told.push_str(&said("no file at all", &place.run("apply edited.json")));
    insta::assert_snapshot!("saved_files_forged", told);
    assert_eq!(target.log().writes(), 0);
}
