//! A list of images becomes a mirror, with every kind of login.

use std::time::Duration;

use pusher::sandbox::images::{Artifact, Attestation, Image, Index};
use pusher::sandbox::{Effect, Fault, Options, Sandbox};

use super::mirror::{Mirror, NAMESPACE, PERSONAL, images_only};
use crate::support::registry::{Auth, Setup, TestRegistry};

/// The platforms of every index here.
const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64"];

/// What the source holds, and what the target must hold for it.
pub(super) struct Images {
    /// The name in the target, and what must be there.
    pub(super) expected: Vec<(&'static str, Artifact)>,
}

impl Images {
    /// Puts the images into `source`, and declares them: in an image list, but for the one that
    /// needs all its platforms.
    pub(super) async fn publish(source: &TestRegistry, mirror: &Mirror) -> Self {
        let single = Image::new("linux/amd64").docker().layer("nginx").build();
        let index = Index::of(&PLATFORMS).attested_as(Attestation::ImageConfig);
        let all = index.annotation("made", "here").build();
        let one = Index::of(&PLATFORMS).docker().build();
        let pinned = Image::new("linux/amd64").layer("pinned").build();
        let first = Image::new("linux/amd64").layer("first").build();
        let second = Image::new("linux/amd64").layer("second").build();
        for (image, repository, tag) in [
            (&single, "library/nginx", "1.27"),
            (&all, "org/app", "v1"),
            (&one, "library/redis", "7.4"),
            (&pinned, "org/tool", "stable"),
            (&first, "first/same", "1.10"),
            (&second, "second/same", "1.10"),
        ] {
            source.push(image, repository, tag).await;
        }
        // Whoever pins a digest gets it, wherever the tag has gone since.
        let moved = Image::new("linux/amd64").layer("moved").build();
        source.push(&moved, "org/tool", "stable").await;
        let list = format!(
            "# what we run\n\
             SOURCE/library/nginx:1.27\n\
             --platform=linux/arm64 SOURCE/library/redis:7.4\n\
             SOURCE/org/tool:stable@{}\n\
             SOURCE/first/same:1.10\n\
             SOURCE/second/same:1.10\n",
            pinned.digest
        );
        mirror.place.write("images.txt", &list);
        let rest =
            "include: [images.txt]\nimages:\n  - source: SOURCE/org/app:v1\n    platforms: all\n";
        mirror.declare(PERSONAL, rest);
        let expected = vec![
            ("nginx:1.27", single),
            ("app:v1", all),
            ("linux_arm64_redis:7.4", one.children[1].clone()),
            ("tool:stable", pinned),
            ("first_same:1.10", first),
            ("second_same:1.10", second),
        ];
        Self { expected }
    }

    /// Returns what must be at a name in the target.
    pub(super) fn of(&self, name: &str) -> &Artifact {
        let found = self.expected.iter().find(|(target, _)| *target == name);
        &found.unwrap().1
    }
}

/// The whole job: nothing is there, everything is there, the source moves, the target loses a tag.
async fn tell(source: TestRegistry, target: &Setup) {
    let Some(mirror) = Mirror::from(source.address(), target).await else {
        return;
    };
    let images = Images::publish(&source, &mirror).await;
    let count = images.expected.len() as u64;

    let planned = mirror.plan();
    assert_eq!(planned.counts(), [count, 0, 0, 0], "{:#}", planned.json);
    assert_eq!(planned.statuses, [0, 2]);
    mirror.apply();
    mirror.assert_in_place(count);
    for (name, artifact) in &images.expected {
        assert_eq!(planned.expected(name), artifact.digest.to_string());
        mirror.assert_holds(name, artifact).await;
    }

    let moved = Image::new("linux/amd64").layer("nginx, mended").build();
    source.push(&moved, "library/nginx", "1.27").await;
    let planned = mirror.plan();
    assert_eq!(planned.counts(), [0, 1, count - 1, 0], "{:#}", planned.json);
    assert_eq!(planned.statuses, [0, 2]);
    let change = planned.change("nginx:1.27");
    let digests = [&change["before"]["digest"], &change["after"]["digest"]];
    let wanted = [&images.of("nginx:1.27").digest, &moved.digest].map(ToString::to_string);
    assert_eq!(digests, wanted.each_ref());
    mirror.apply();
    mirror.assert_in_place(count);
    mirror.assert_holds("nginx:1.27", &moved).await;

    let lost = format!("{NAMESPACE}/app");
    mirror.target.delete_tag(&lost, "v1");
    let planned = mirror.plan();
    assert_eq!(planned.counts(), [1, 0, count - 1, 0], "{:#}", planned.json);
    assert_eq!(planned.change("app:v1")["action"], "create");
    mirror.apply();
    mirror.assert_in_place(count);
    mirror.assert_holds("app:v1", images.of("app:v1")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn into_an_open_registry() {
    let source = TestRegistry::sandbox(&Setup::default()).await;
    tell(source, &images_only(Auth::Open)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn into_a_registry_with_passwords() {
    let source = TestRegistry::sandbox(&Setup::default()).await;
    tell(source, &images_only(Auth::Basic)).await;
}

/// Tokens that last no longer than it takes to copy an image.
const SHORT: Auth = Auth::Bearer {
    lifetime: 1,
    anonymous_pull: false,
};

#[tokio::test(flavor = "multi_thread")]
async fn into_a_registry_with_tokens_that_expire_soon() {
    let source = TestRegistry::sandbox(&Setup::default()).await;
    tell(source, &images_only(SHORT)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expires_while_a_layer_is_on_its_way_is_renewed() {
    let source = Sandbox::start(Options::default()).await.unwrap();
    let Some(mirror) = Mirror::from(source.address(), &images_only(SHORT)).await else {
        return;
    };
    let image = Image::new("linux/amd64").layer("slow");
    let image = image.push(&source, "org/app", "v1");
    let layer = image.blobs[1].digest.to_string();
    let slow = Effect::Delay(Duration::from_millis(2500));
    source.faults().add(Fault::new("GET", &layer, slow));
    mirror.declare(PERSONAL, "images: ['SOURCE/org/app:v1']\n");
    mirror.apply();
    mirror.assert_holds("app:v1", &image).await;
    // One for the question whether it is there, one for the layer, one for the manifest.
    assert!(mirror.target.tokens() >= 3, "{}", mirror.target.tokens());
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_real_registry_too() {
    let Some(source) = TestRegistry::real(&Setup::default()).await else {
        return;
    };
    tell(source, &images_only(Auth::bearer())).await;
}
