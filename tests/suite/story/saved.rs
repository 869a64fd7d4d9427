//! A plan is saved and reviewed, the world moves on, and what was reviewed is what is copied.

use pusher::sandbox::images::{Artifact, Image, Index, signature, signature_tag};

use super::mirror::{GENERIC, Mirror, NAMESPACE};
use crate::support::registry::{Auth, Setup, TestRegistry};

#[tokio::test(flavor = "multi_thread")]
async fn the_reviewed_digests_are_copied_and_a_moved_target_is_stale() {
    let Some(source) = TestRegistry::real(&Setup::with_auth(Auth::Open)).await else {
        return;
    };
    let setup = Setup::with_auth(Auth::Basic);
    let Some(mirror) = Mirror::from(source.address(), &setup).await else {
        return;
    };
    let app = Image::new("linux/amd64").layer("app").build();
    let web = Image::new("linux/amd64").layer("web").build();
    let many = Index::of(&["linux/amd64", "linux/arm64", "linux/s390x"]).build();
    source.push(&app, "org/app", "v1").await;
    source.push(&web, "org/web", "v1").await;
    source.push(&many, "org/many", "v1").await;
    let two = "    platforms: [linux/amd64, linux/arm64]\n";
    let images = format!(
        "images:\n  - SOURCE/org/app:v1\n  - SOURCE/org/web:v1\n  - source: SOURCE/org/many:v1\n{two}"
    );
    mirror.declare(GENERIC, &images);
    let planned = mirror.plan();
    let ran = mirror.place.run("plan --out plan.json");
    assert_eq!(ran.status, 0, "{}", ran.whole());

    // Before the merge the sources' tags move, and someone pushes to one target.
    let moved = Image::new("linux/amd64").layer("app, moved").build();
    source.push(&moved, "org/app", "v1").await;
    source.push(&moved, "org/many", "v1").await;
    let theirs = Image::new("linux/amd64").layer("theirs").build();
    let web_target = format!("{NAMESPACE}/web");
    mirror.target.push(&theirs, &web_target, "v1").await;

    let ran = mirror.place.run("apply plan.json");
    assert_eq!(ran.status, 1, "{}", ran.whole());
    assert!(ran.stdout.contains("web:v1   stale"), "{}", ran.whole());
    assert!(ran.stdout.contains("2 created"), "{}", ran.whole());
    mirror.assert_holds("app:v1", &app).await;
    let held = pusher::model::Digest::sha256(&mirror.raw("many:v1").await);
    assert_eq!(planned.expected("many:v1"), held.to_string());
    mirror.copied("many:v1").await;
    assert_eq!(mirror.raw("web:v1").await, theirs.bytes);
}

fn image(content: &str) -> Artifact {
    Image::new("linux/amd64").layer(content).build()
}

#[tokio::test(flavor = "multi_thread")]
async fn deletions_renames_and_shared_signatures_are_carried_out_though_a_source_is_down() {
    let open = Setup::with_auth(Auth::Open);
    let Some(source) = TestRegistry::real(&open).await else {
        return;
    };
    let Some(other) = TestRegistry::real(&open).await else {
        return;
    };
    let setup = Setup::with_auth(Auth::Basic);
    let Some(mirror) = Mirror::from(source.address(), &setup).await else {
        return;
    };
    let [app, web, old, far] = ["app", "web", "old", "far"].map(image);
    let (signed, tag) = (signature(&app.digest), signature_tag(&app.digest));
    for (artifact, repository, tag) in [
        (&app, "org/app", "v1"),
        (&app, "org/app", "v2"),
        (&signed, "org/app", &*tag),
        (&web, "org/web", "v1"),
        (&old, "org/old", "v1"),
    ] {
        source.push(artifact, repository, tag).await;
    }
    other.push(&far, "org/far", "v1").await;
    mirror.declare(
        GENERIC,
        "images:\n  - SOURCE/org/web:v1\n  - SOURCE/org/old:v1\n",
    );
    mirror.run("lock", 0);
    mirror.run("apply", 0);

    let images = format!(
        "images:\n  \
         - {{ source: 'SOURCE/org/app:v1', referrers: signatures }}\n  \
         - {{ source: 'SOURCE/org/app:v2', referrers: signatures }}\n  \
         - {{ source: 'SOURCE/org/web:v1', target: 'site:v1' }}\n  \
         - {}/org/far:v1\n",
        other.address()
    );
    mirror.declare(GENERIC, &images);
    mirror.run("lock", 0);
    let shown = mirror.run("plan --prune --out plan.json", 0);
    let summary = "4 to create, 0 to update, 1 to delete, 1 to rename, 0 unchanged";
    assert!(shown.contains(summary), "{shown}");
    drop(other);

    let done = mirror.run("apply plan.json", 1);
    let summary = "4 created, 0 updated, 2 deleted, 0 unchanged, 1 blocked";
    assert!(done.contains(summary), "{done}");
    for name in ["app:v1", "app:v2"] {
        mirror.assert_holds(name, &app).await;
    }
    mirror.assert_holds(&format!("app:{tag}"), &signed).await;
    mirror.assert_holds("site:v1", &web).await;
    for gone in ["web", "old", "far"] {
        let repository = format!("{NAMESPACE}/{gone}");
        assert_eq!(mirror.target.tag(&repository, "v1").await, None, "{gone}");
    }
}
