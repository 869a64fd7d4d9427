//! What another tool pushed: the same images under other digests.

use std::collections::BTreeSet;

use pusher::sandbox::Sandbox;
use pusher::sandbox::images::{Artifact, Image};

use super::harness::{NAMESPACE, Place, pair};

fn image(name: &str) -> Image {
    Image::new("linux/amd64")
        .layer(format!("{name}: the base"))
        .layer(format!("{name}: the rest"))
}

/// A target as a workflow leaves it that pulls, tags and pushes: one image of which docker packed the
/// layers anew, one of which it knew the target's layers, one that was pushed by docker in the first
/// place, and one whose source moved on.
async fn old_workflow() -> (Sandbox, Sandbox, Place, Artifact) {
    let (source, target) = pair().await;
    let at_target = |name: &str| format!("{NAMESPACE}/{name}");
    let packed = image("packed");
    let anew = packed.push(&source, "org/packed", "v1");
    packed
        .pushed_by_docker()
        .push(&target, &at_target("packed"), "v1");
    let known = image("known");
    known.push(&source, "org/known", "v1");
    known.docker().push(&target, &at_target("known"), "v1");
    let same = image("same").docker();
    same.push(&source, "org/same", "v1");
    same.push(&target, &at_target("same"), "v1");
    image("moved on").push(&source, "org/moved", "v1");
    let old = image("moved").pushed_by_docker();
    old.push(&target, &at_target("moved"), "v1");
    let line = |name: &str| format!("SOURCE/org/{name}:v1\n");
    let list: String = ["packed", "known", "same", "moved"].map(line).concat();
    let place = Place::between(&source, &target).file("images.txt", &list);
    (source, target, place, anew)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_tells_which_updates_bring_no_other_content() {
    let (source, target, place, _) = old_workflow().await;
    insta::assert_snapshot!("same_content", place.run("plan").whole());
    source.log().clear();
    target.log().clear();
    insta::assert_snapshot!(
        "same_content_markdown",
        place.run("plan --format markdown").stdout
    );
    // One request for each image that is not in place, to the target alone.
    assert_eq!(target.log().count("GET", "/manifests/sha256:"), 3);
    assert_eq!(source.log().count("GET", "/manifests/"), 3);
    let annotated = place.run("plan --format github").stdout;
    let told = annotated.matches("; same content: ").count();
    assert_eq!(told, 2, "{annotated}");
    let json = place.run("plan --format json").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let same = ["packed", "known", "same", "moved"].map(|name| {
        let changes = json["changes"].as_array().unwrap();
        let is = |change: &&serde_json::Value| change["target"] == format!("{name}:v1");
        let change = changes.iter().find(is).unwrap();
        change["same_content"].as_str().map(str::to_owned)
    });
    let same = same.each_ref().map(Option::as_deref);
    assert_eq!(
        same,
        [
            Some("other-compression"),
            Some("other-manifest"),
            None,
            None
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_update_sends_what_was_packed_anew_once() {
    let (source, target, place, anew) = old_workflow().await;
    place.write(
        "images.txt",
        "SOURCE/org/packed:v1\nSOURCE/org/known:v1\nSOURCE/org/same:v1\n",
    );
    assert_eq!(place.run("apply -q").status, 0);
    // Docker's config is the source's: the layers alone are sent, and of the other image nothing is.
    let requests = target.log().requests();
    let sent: BTreeSet<_> = requests
        .iter()
        .filter(|request| request.method == "PUT")
        .filter_map(|request| Some(request.path.split_once("digest=sha256")?.1.to_owned()))
        .collect();
    let layers = anew.blobs[1..].iter();
    let layers = layers.map(|layer| format!("%3A{}", layer.digest.hex()));
    assert_eq!(sent, layers.collect());
    assert_eq!(target.log().count("PUT", "/known/blobs/"), 0);
    source.log().clear();
    target.log().clear();
    assert_eq!(place.run("plan --detailed-exitcode").status, 0);
    for registry in [&source, &target] {
        let asked = registry.log().requests();
        assert!(
            asked.iter().all(|request| request.method == "HEAD"),
            "{asked:?}"
        );
        assert_eq!(asked.len(), 3);
    }
}
