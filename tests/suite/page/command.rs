//! `pusher page`: what it reads, and what it puts into the page.

use pusher::sandbox::images::Image;
use pusher::sandbox::{Effect, Fault, Sandbox};
use serde_json::Value;

use super::between;
use crate::cli::harness::{NAMESPACE, Place, pair};

/// Returns what the page shows.
fn shown(place: &Place) -> Value {
    let page = std::fs::read_to_string(place.path().join("site/index.html")).unwrap();
    let data = "<script type=\"application/json\" id=\"data\">";
    serde_json::from_str(between(&page, data, "</script>")).unwrap()
}

/// Returns each image with what it is.
fn states(page: &Value) -> Vec<(&str, Vec<&str>)> {
    let images = page["images"].as_array().unwrap().iter();
    let states = images.map(|image| {
        let states = image["states"].as_array().unwrap().iter();
        let states = states.map(|state| state.as_str().unwrap()).collect();
        (image["name"].as_str().unwrap(), states)
    });
    states.collect()
}

fn push(registry: &Sandbox, name: &str, text: &str) {
    let image = Image::new("linux/amd64").layer(text);
    image.push(registry, &format!("org/{name}"), "v1");
}

fn list(names: &[&str]) -> String {
    let line = |name: &&str| format!("SOURCE/org/{name}:v1\n");
    names.iter().map(line).collect()
}

fn reads(registry: &Sandbox) -> usize {
    let requests = registry.log().requests();
    requests
        .iter()
        .filter(|one| one.method == "GET" && one.path != "/v2/")
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_each_image_as_it_is_and_what_runs_changed() {
    let (source, target) = pair().await;
    let names = ["moved", "changed", "missing", "left", "gone", "fine"];
    for name in names {
        push(&source, name, name);
    }
    let place = Place::between(&source, &target)
        .variable("GITHUB_SHA", "c0ffee")
        .file("images.txt", &list(&names));
    assert_eq!(place.run("lock -q").status, 0);
    std::fs::create_dir(place.path().join("kept")).unwrap();
    let apply = "apply -q --records kept/records.jsonl --report kept/report.json";
    assert_eq!(place.run(apply).status, 0);

    push(&source, "moved", "anew");
    let other = Image::new("linux/amd64").layer("someone else's");
    other.push(&target, &format!("{NAMESPACE}/changed"), "v1");
    target.delete_tag(&format!("{NAMESPACE}/missing"), "v1");
    source.delete_tag("org/gone", "v1");
    let others = ["moved", "changed", "missing", "gone", "fine"];
    place.write("images.txt", &list(&others));
    place.write("kept/other.json", "{\"some\": \"file\"}");
    place.write("kept/notes.txt", "not read");
    place.write("site/CNAME", "mirror.example.com");
    let ran = place.run("page site --history kept");
    insta::assert_snapshot!("page", ran.whole());

    let page = shown(&place);
    assert_eq!(
        states(&page),
        [
            ("moved:v1", vec!["upstream-moved", "in-place"]),
            ("changed:v1", vec!["target-changed"]),
            ("missing:v1", vec!["missing"]),
            ("gone:v1", vec!["source-missing", "in-place"]),
            ("fine:v1", vec!["in-place"]),
            ("left:v1", vec!["not-declared"]),
        ]
    );
    let fine = &page["images"][4];
    assert_eq!(fine["platforms"][0][0], "linux/amd64");
    assert!(fine["bytes"].as_u64().unwrap() > 0);
    assert_eq!(fine["digest"], fine["copies"][0]["digest"]);
    assert_eq!(fine["copies"][0]["commit"], "c0ffee");
    let place_of = format!("{}/{NAMESPACE}", target.address());
    assert_eq!(page["targets"][0]["place"], place_of.as_str());
    // The report has the same records as the file beside it.
    assert_eq!(page["runs"].as_array().unwrap().len(), 1);
    assert_eq!(
        page["runs"][0]["copied"].as_array().unwrap().len(),
        names.len()
    );
    assert!(
        page["told"][0][0]
            .as_str()
            .unwrap()
            .starts_with("`other.json` is neither")
    );
    let told = &page["images"][1]["told"];
    assert!(
        told[0][1].as_str().unwrap().starts_with("目标里是"),
        "{told}"
    );
    let beside = std::fs::read_dir(place.path().join("site"))
        .unwrap()
        .count();
    assert_eq!(beside, 2, "nothing else is touched");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_inside_an_image_is_read_once() {
    let (source, target) = pair().await;
    for name in ["one", "two", "three"] {
        push(&source, name, name);
    }
    let place =
        Place::between(&source, &target).file("images.txt", &list(&["one", "two", "three"]));
    assert_eq!(place.run("apply -q").status, 0);
    target.log().clear();
    assert_eq!(place.run("page site").status, 0);
    // A manifest and a config each.
    assert_eq!(reads(&target), 6);
    target.log().clear();
    let first = shown(&place);
    assert_eq!(place.run("page site").status, 0);
    assert_eq!(reads(&target), 0);
    assert_eq!(shown(&place)["images"], first["images"]);
    target.log().clear();
    assert_eq!(place.run("page site --no-cache").status, 0);
    assert_eq!(reads(&target), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_sources_a_page_is_made_of_what_is_known() {
    let (source, target) = pair().await;
    for name in ["one", "new"] {
        push(&source, name, name);
    }
    let place = Place::between(&source, &target).file("images.txt", &list(&["one"]));
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(place.run("apply -q").status, 0);
    place.write("images.txt", &list(&["one", "new"]));
    let denied = Fault::new("", "/org/", Effect::status(403));
    source.faults().add(denied.always());
    let ran = place.run("page site");
    assert_eq!(ran.status, 1, "{}", ran.whole());
    let page = shown(&place);
    assert_eq!(
        states(&page),
        [
            ("one:v1", vec!["unknown", "in-place"]),
            ("new:v1", vec!["unknown"]),
        ]
    );
    assert_eq!(page["images"][1]["absent"], true);
    let told = page["images"][1]["told"][0][0].as_str().unwrap();
    assert_eq!(
        told,
        format!(
            "the source could not be read: `{}` does not allow it",
            source.address()
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_a_file_and_a_history_that_is_not_there_are_told_before_anything_is_asked()
{
    let (source, target) = pair().await;
    let place = Place::between(&source, &target).file("images.txt", &list(&["one"]));
    insta::assert_snapshot!("page_no_folder", place.run("page images.txt").whole());
    insta::assert_snapshot!(
        "page_no_history",
        place.run("page site --history nothing").whole()
    );
    let zh = place.run("page site --history nothing --lang zh");
    assert!(zh.stderr.contains("没有这个文件"), "{}", zh.stderr);
    assert_eq!(
        source.log().requests().len() + target.log().requests().len(),
        0
    );
    assert!(!place.path().join("site").exists(), "nothing new is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn someone_elses_page_stays_and_a_run_that_fails_leaves_no_folder() {
    let (source, target) = pair().await;
    push(&source, "one", "one");
    let place = Place::between(&source, &target)
        .file("images.txt", &list(&["one"]))
        .file("mine/index.html", "<!doctype html><title>mine</title>");
    let ran = place.run("page mine");
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("`mine/index.html` is here already")
            && ran.stderr.contains("move it away, or name another folder"),
        "{}",
        ran.stderr
    );
    let mine = std::fs::read_to_string(place.path().join("mine/index.html")).unwrap();
    assert_eq!(mine, "<!doctype html><title>mine</title>");
    place.write("wrong.txt", "SOURCE/org/one:v1 what\n");
    assert_eq!(place.run("page new/site -f wrong.txt").status, 1);
    assert!(!place.path().join("new").exists());
    assert_eq!(place.run("page new/site").status, 0);
    assert_eq!(place.run("page new/site").status, 0, "its own is renewed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_of_a_history_is_not_read_is_told_and_its_folder_to_who_runs_this_alone() {
    let (source, target) = pair().await;
    push(&source, "one", "one");
    let place = Place::between(&source, &target)
        .file("images.txt", &list(&["one"]))
        .file("kept/a/b/c/deep/records.jsonl", "{}")
        .file("kept/a/other.json", "{}");
    let closed = place.path().join("kept/closed");
    std::fs::create_dir(&closed).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode;
    std::fs::set_permissions(&closed, mode(0o000)).unwrap();
    // Whoever is root reads it all the same.
    let is_closed = std::fs::read_dir(&closed).is_err();
    let ran = place.run("page site --history kept");
    let quiet = place.run("page site --history kept -q");
    std::fs::set_permissions(&closed, mode(0o700)).unwrap();
    assert_eq!((ran.status, quiet.status), (0, 0), "{}", ran.whole());
    for note in [
        "note: `kept/a/b/c/deep` was not looked into: folders are, 4 deep\n",
        "note: `kept/a/other.json` is neither",
    ] {
        assert!(ran.stderr.contains(note), "{}", ran.stderr);
    }
    let refused = "note: cannot read `kept/closed`: ";
    assert_eq!(ran.stderr.contains(refused), is_closed, "{}", ran.stderr);
    assert!(!quiet.stderr.contains("note"), "{}", quiet.stderr);
    let told = shown(&place)["told"].to_string();
    assert!(told.contains("`deep` was not looked into"), "{told}");
    assert!(!told.contains("kept/"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_was_is_blocked_and_not_gone() {
    let (source, target) = pair().await;
    let place = Place::between(&source, &target).file("images.txt", &list(&["never"]));
    let ran = place.run("page site");
    assert!(
        ran.stdout.contains("written, with 1 image: Blocked 1."),
        "{}",
        ran.whole()
    );
    assert_eq!(states(&shown(&place)), [("never:v1", vec!["blocked"])]);
}

/// What Trivy would say of an image.
fn scanned(digest: &str) -> String {
    format!(
        r#"{{"SchemaVersion": 2, "ArtifactName": "app", "Metadata": {{"RepoDigests": ["app@{digest}"]}},
            "Results": [{{"Vulnerabilities": [{{"VulnerabilityID": "CVE-2026-77", "Severity": "CRITICAL"}}]}}]}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_broken_rule_the_page_tells_the_name_alone() {
    let (source, target) = pair().await;
    let mut reports = vec![];
    for name in ["stopped", "warned"] {
        let image = Image::new("linux/amd64").layer(name);
        let image = image.push(&source, &format!("org/{name}"), "v1");
        reports.push(scanned(&image.digest.to_string()));
    }
    let place = Place::between(&source, &target)
        .file(
            "mirror.yaml",
            &format!(
                "version: 1\ntarget: {{ registry: TARGET, namespace: {NAMESPACE} }}\npolicy:\n  \
                 - {{ max-severity: high, reports: \"audit/*.json\", for: SOURCE/org/stopped }}\n  \
                 - {{ max-severity: low, reports: \"audit/*.json\", for: SOURCE/org/warned, level: warning }}\n\
                 images:\n  - SOURCE/org/stopped:v1\n  - SOURCE/org/warned:v1\n"
            ),
        )
        .file("audit/one.json", &reports[0])
        .file("audit/two.json", &reports[1]);
    let plan = place.run("plan").stdout;
    assert!(
        plan.contains("CVE-2026-77") && plan.contains("audit/one.json"),
        "{plan}"
    );
    let ran = place.run("page site");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    let page = shown(&place);
    let told = |number: usize| page["images"][number]["told"].to_string();
    assert!(
        told(0).contains("it breaks the rule `max-severity`"),
        "{}",
        told(0)
    );
    assert!(told(0).contains("它违反规则 `max-severity`"), "{}", told(0));
    assert!(
        told(1).contains("warning: it breaks the rule `max-severity`"),
        "{}",
        told(1)
    );
    let whole = page.to_string();
    for private in ["CVE-", "audit", "one.json", "two.json", "CRITICAL"] {
        assert!(!whole.contains(private), "{private}: {whole}");
    }
}
