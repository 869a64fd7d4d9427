//! Mirrors as a user meets them: in the mirror file, on standard error, and while the registry is away.

use pusher::sandbox::images::{Artifact, Index};
use pusher::sandbox::{Effect, Fault, Options, Origin, Sandbox};

use super::harness::{NAMESPACE, Place, pair};

/// A source with an image, its mirror, and a target.
struct Mirrored {
    source: Sandbox,
    mirror: Sandbox,
    target: Sandbox,
    image: Artifact,
}

impl Mirrored {
    async fn new() -> Self {
        let (source, target) = pair().await;
        let mirror = Sandbox::start(Options::default()).await.unwrap();
        let index = Index::of(&["linux/amd64", "linux/arm64"]);
        index.push(&mirror, "hub/app", "another");
        Self {
            image: index.push(&source, "app", "1"),
            source,
            mirror,
            target,
        }
    }

    fn place(&self) -> Place {
        let text = format!(
            "version: 1\n\
             target: {{ registry: TARGET, namespace: {NAMESPACE} }}\n\
             defaults: {{ platforms: all }}\n\
             images: [\"SOURCE/app:1\"]\n\
             registries:\n  \"SOURCE\": {{ mirrors: [MIRROR/hub] }}\n"
        );
        Place::between(&self.source, &self.target)
            .naming(self.mirror.address(), "MIRROR")
            .file("mirror.yaml", &text)
    }

    fn is_done(&self) -> bool {
        let held = self.target.tag(&format!("{NAMESPACE}/app"), "1");
        held.as_ref() == Some(&self.image.digest)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_image_is_copied_while_its_registry_is_away() {
    let mirrored = Mirrored::new().await;
    let place = mirrored.place();
    assert_eq!(place.run("lock").status, 0);
    mirrored.source.go_away(Origin::Registry);
    let planned = place.run("plan --no-cache");
    assert_eq!(planned.status, 0, "{}", planned.whole());
    let applied = place.run("apply --no-cache");
    assert_eq!(applied.status, 0, "{}", applied.whole());
    assert!(mirrored.is_done(), "{}", applied.whole());
    assert!(!applied.stderr.contains("away"), "{}", applied.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_lies_is_told_once_in_the_language_that_is_spoken() {
    let mirrored = Mirrored::new().await;
    let lie = Fault::new("GET", "/blobs/", Effect::Corrupt { at: 0 });
    mirrored.mirror.faults().add(lie.always());
    for (typed, begins, ends) in [
        (
            "apply --only SOURCE/*",
            "warning: the mirror `MIRROR/hub` did not send what it was asked for",
            "the next place is asked",
        ),
        (
            "apply --lang zh",
            "警告：镜像站 `MIRROR/hub` 发来的不是所要的内容",
            "改从下一处取",
        ),
    ] {
        mirrored.target.delete_tag(&format!("{NAMESPACE}/app"), "1");
        for digest in mirrored
            .image
            .children
            .iter()
            .flat_map(|child| &child.blobs)
        {
            let repository = format!("{NAMESPACE}/app");
            mirrored.target.delete_blob(&repository, &digest.digest);
        }
        for child in &mirrored.image.children {
            let repository = format!("{NAMESPACE}/app");
            mirrored.target.delete_manifest(&repository, &child.digest);
        }
        let typed = typed.replace("SOURCE", mirrored.source.address());
        let applied = mirrored.place().run(&typed);
        assert_eq!(applied.status, 0, "{}", applied.whole());
        assert!(mirrored.is_done());
        let told: Vec<_> = applied
            .stderr
            .lines()
            .filter(|l| l.contains("MIRROR"))
            .collect();
        assert_eq!(told.len(), 1, "{}", applied.stderr);
        assert!(told[0].starts_with(begins), "{}", told[0]);
        assert!(told[0].ends_with(ends), "{}", told[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_mirrors_give_is_no_pull_of_the_registry() {
    let mirrored = Mirrored::new().await;
    let headers = Effect::Headers(vec![]).header("RateLimit-Remaining", "0;w=21600");
    let few = Fault::new("HEAD", "/manifests/", headers);
    mirrored.source.faults().add(few.always());
    let place = mirrored.place();
    let planned = place.run("plan");
    assert!(!planned.whole().contains("pull"), "{}", planned.whole());
    // Where the mirrors are of no use, they are the registry's after all.
    mirrored.mirror.go_away(Origin::Registry);
    let planned = place.run("plan --no-cache");
    let told = "warning: at least 2 pulls from SOURCE are needed";
    assert!(planned.stderr.contains(told), "{}", planned.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_mirror_turned_out_to_have_is_pulled_from_the_registry() {
    let mirrored = Mirrored::new().await;
    // One has it by one of its platforms, and of one it has nothing.
    let [both, first] = [&["linux/amd64", "linux/arm64"][..], &["linux/amd64"]];
    Index::of(both).push(&mirrored.source, "other", "1");
    Index::of(both).push(&mirrored.source, "half", "1");
    Index::of(first).push(&mirrored.mirror, "hub/half", "1");
    let place = mirrored.place();
    let text = std::fs::read_to_string(place.path().join("mirror.yaml")).unwrap();
    let source = mirrored.source.address();
    let image = format!("\"{source}/app:1\"");
    assert!(text.contains(&image), "{text}");
    let images = format!("{image}, \"{source}/other:1\", \"{source}/half:1\"");
    place.write("mirror.yaml", &text.replace(&image, &images));
    let planned = place.run("plan --no-cache --format json");
    let told: serde_json::Value = serde_json::from_str(&planned.stdout).unwrap();
    assert_eq!(
        told["cost"]["pulls"],
        serde_json::json!({ "SOURCE": 3 }),
        "{}",
        planned.whole()
    );
    let cost = place.run("plan --no-cache").stdout;
    assert!(cost.contains("3 pulls"), "{cost}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_mirror_lacks_is_told_at_v_alone() {
    let mirrored = Mirrored::new().await;
    let repository = "hub/app";
    mirrored
        .mirror
        .delete_manifest(repository, &mirrored.image.digest);
    let place = mirrored.place();
    assert_eq!(place.run("plan --no-cache").stderr, "");
    let told = place.run("plan --no-cache -v").stderr;
    assert!(told.contains("mirror MIRROR/hub has not sha256:"), "{told}");
}

/// What the target holds is what it says itself: a mirror of it is asked nothing.
#[tokio::test(flavor = "multi_thread")]
async fn mirrors_of_the_target_do_nothing_and_that_is_said() {
    let mirrored = Mirrored::new().await;
    let text = format!(
        "version: 1\n\
         target: {{ registry: TARGET, namespace: {NAMESPACE} }}\n\
         images: [\"SOURCE/app:1\"]\n\
         registries:\n  \"TARGET\": {{ mirrors: [MIRROR] }}\n"
    );
    let place = mirrored.place().file("mirror.yaml", &text);
    let Mirrored {
        source,
        mirror,
        target,
        ..
    } = &mirrored;
    assert_eq!(place.run("apply").status, 0);
    Index::of(&["linux/amd64", "linux/arm64", "linux/s390x"]).push(source, "app", "1");
    Index::of(&["linux/amd64"]).push(target, &format!("{NAMESPACE}/app"), "1");
    for typed in ["plan --diff", "apply", "drift"] {
        let ran = place.run(typed);
        assert_eq!(ran.status, 0, "{}", ran.whole());
    }
    assert_eq!(mirror.log().lines(), [""; 0]);
    let told = place.run("check");
    let useless = "warning: `TARGET` is the target, which is asked itself: its mirrors do nothing";
    assert!(told.whole().contains(useless), "{}", told.whole());
}
