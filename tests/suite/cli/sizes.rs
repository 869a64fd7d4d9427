//! Sizes that no image has.

use pusher::model::media_type;
use pusher::sandbox::images::Image;
use pusher::sandbox::{Options, Sandbox};
use serde_json::{Value, json};

use super::harness::Place;

#[tokio::test(flavor = "multi_thread")]
async fn sizes_that_nothing_has_are_told_and_fail_alone() {
    let source = Sandbox::start(Options::default()).await.unwrap();
    let target = Sandbox::start(Options::default()).await.unwrap();
    let image = |text: &str| Image::new("linux/amd64").layer(text);
    image("whole").push(&source, "org/whole", "v1");
    let layers = image("huge").build().blobs;
    let blob = |number: usize, size: u64| {
        let digest = source.put_blob("org/huge", layers[number].content.clone());
        json!({ "mediaType": "application/x-layer", "digest": digest, "size": size })
    };
    let image = |layers: &[Value]| {
        let config = blob(0, u64::MAX);
        json!({ "schemaVersion": 2, "config": config, "layers": layers }).to_string()
    };
    for (tag, sizes) in [("two", [u64::MAX, u64::MAX]), ("one", [u64::MAX, 1])] {
        let layers = sizes.map(|size| blob(1, size));
        source.put_manifest("org/huge", tag, media_type::OCI_MANIFEST, image(&layers));
    }
    let child = source.tag("org/huge", "two").unwrap();
    let child = json!({ "mediaType": media_type::OCI_MANIFEST, "digest": child, "size": u64::MAX });
    let index = json!({ "schemaVersion": 2, "manifests": [child, child] }).to_string();
    source.put_manifest("org/huge", "index", media_type::OCI_INDEX, index);
    let list =
        "SOURCE/org/huge:two\nSOURCE/org/huge:one\nSOURCE/org/huge:index\nSOURCE/org/whole:v1\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    for typed in [
        "plan",
        "plan --format json",
        "plan --format markdown",
        "plan --diff",
        "apply",
    ] {
        let ran = place.run(typed);
        assert_eq!(ran.status, 1, "{}", ran.whole());
        assert!(!ran.stderr.contains("panicked"), "{}", ran.whole());
    }
    assert_eq!(target.tags("team/whole"), ["v1"]);
    assert!(target.tags("team/huge").is_empty());
}
