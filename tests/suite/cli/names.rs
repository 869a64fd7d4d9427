//! Names that others change, and repositories that there is no room for.

use pusher::sandbox::images::Image;

use super::harness::{Place, pair};

#[tokio::test(flavor = "multi_thread")]
async fn what_another_image_renames_is_told_with_the_name_that_stays_behind() {
    let (source, target) = pair().await;
    for name in ["xhofe/alist", "other/alist"] {
        Image::new("linux/amd64")
            .layer(name)
            .push(&source, name, "1");
    }
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/xhofe/alist:1\n");
    assert_eq!(place.run("lock").status, 0);
    assert_eq!(place.run("apply").status, 0);
    place.write("images.txt", "SOURCE/xhofe/alist:1\nSOURCE/other/alist:1\n");
    insta::assert_snapshot!("names_renamed", place.run("plan").stdout);
    // Nothing is left out.
    for (lang, heading) in [("en", "Good to know"), ("zh", "说明")] {
        let plan = place.run(&format!("plan --format markdown --lang {lang}"));
        let sections: Vec<_> = plan.stdout.split("\n#### ").skip(1).collect();
        assert_eq!(sections.len(), 1, "{}", plan.stdout);
        assert!(sections[0].starts_with(heading), "{}", plan.stdout);
        assert!(sections[0].contains("`alist:1`"), "{}", plan.stdout);
    }
    // Where the old one goes, that is what is told.
    let pruned = place.run("plan --prune").stdout;
    assert!(pruned.contains("renamed from `alist:1`"), "{pruned}");
    assert!(!pruned.contains("stays behind"), "{pruned}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_registry_has_no_room_for_is_blocked() {
    let (source, target) = pair().await;
    for name in ["one", "two", "three"] {
        Image::new("linux/amd64")
            .layer(name)
            .push(&source, name, "1");
    }
    let mirror = |images: &str| {
        let target =
            "target: { registry: TARGET, namespace: team, profile: { repository-limit: 2 } }";
        format!("version: 1\n{target}\nimages: [{images}]\n")
    };
    let place = Place::between(&source, &target).file("mirror.yaml", &mirror("SOURCE/three:1"));
    assert_eq!(place.run("apply").status, 0);
    place.write(
        "mirror.yaml",
        &mirror("SOURCE/one:1, SOURCE/two:1, SOURCE/three:1"),
    );
    insta::assert_snapshot!("names_no_room", place.run("plan").whole());
    insta::assert_snapshot!("names_no_room_check", place.run("check").whole());
    // A part fits alone; that the rest needs room as well is not forgotten.
    insta::assert_snapshot!("names_no_room_part", place.run("plan --only one").whole());
    assert_eq!(place.run("apply --only one").status, 1);
    assert_eq!(target.tag("team/one", "1"), None);
    let ran = place.run("plan --only three");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    let ran = place.run("apply");
    assert_eq!(ran.status, 1, "{}", ran.whole());
    let tags = ["one", "two"].map(|name| target.tag(&format!("team/{name}"), "1").is_some());
    assert_eq!(tags, [true, false]);
}
