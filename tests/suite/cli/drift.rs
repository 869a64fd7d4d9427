//! `drift`: its words and its statuses.

use pusher::sandbox::images::Image;

use super::harness::{NAMESPACE, Place, pair};

#[tokio::test(flavor = "multi_thread")]
async fn tells_what_has_moved() {
    let (source, target) = pair().await;
    for name in ["one", "two", "three"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
    }
    let list = "SOURCE/org/one:v1\nSOURCE/org/two:v1\nSOURCE/org/three:v1\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    assert_eq!(place.run("apply -q").status, 0);
    insta::assert_snapshot!("drift_none", place.run("drift").whole());
    let other = Image::new("linux/amd64").layer("someone else's");
    other.push(&target, &format!("{NAMESPACE}/one"), "v1");
    target.delete_tag(&format!("{NAMESPACE}/two"), "v1");
    insta::assert_snapshot!("drift_two", place.run("drift").whole());
    insta::assert_snapshot!("drift_two_json", place.run("drift --format json").whole());
    insta::assert_snapshot!(
        "drift_two_markdown",
        place.run("drift --format markdown").whole()
    );
    assert_eq!(place.run("apply -q").status, 0);
    assert_eq!(place.run("drift").status, 0);
}
