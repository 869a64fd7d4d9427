//! Images whose bytes come from mirrors, which may lie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use pusher::model::{Digest, MirrorNotice, MirrorPlace, Platforms};
use pusher::plan::Outcome;
use pusher::registry::{Client, ClientOptions, HostOptions, OnMirror};
use pusher::sandbox::images::{Artifact, Image};
use pusher::sandbox::{Content, Effect, Fault, Options, Sandbox};

use super::world::{World, assert_done, quick_retries};

const LARGE: u64 = 3 * 1024 * 1024;

/// A world with an image of a large layer and a small one, its mirrors, and what is told of them.
struct Mirrored {
    world: World,
    image: Artifact,
    mirrors: Vec<Sandbox>,
    client: Client,
    told: Arc<Mutex<Vec<String>>>,
}

impl Mirrored {
    async fn by(count: usize) -> Self {
        let mut world = World::new().await;
        let image = Image::new("linux/amd64")
            .generated_layer(LARGE, 7)
            .layer("small");
        let image = image.build();
        image.push(&world.source, "app", "1");
        world.want("app:1", Platforms::linux_amd64());
        let mut mirrors = vec![];
        for _ in 0..count {
            let mirror = Sandbox::start(Options::default()).await.unwrap();
            image.push(&mirror, "hub/app", "other");
            mirrors.push(mirror);
        }
        let place = |mirror: &Sandbox| MirrorPlace {
            host: mirror.address().to_owned(),
            prefix: Some("hub".to_owned()),
        };
        let options = HostOptions {
            mirrors: mirrors.iter().map(place).collect(),
            ..HostOptions::default()
        };
        let told = Arc::<Mutex<Vec<String>>>::default();
        let to = told.clone();
        let client = Client::new(ClientOptions {
            hosts: HashMap::from([(world.source.address().to_owned(), options)]),
            retry: quick_retries(),
            on_mirror: OnMirror::new(move |notice: &MirrorNotice| {
                to.lock().unwrap().push(notice.to_string());
            }),
            ..ClientOptions::default()
        });
        Self {
            world,
            image,
            mirrors,
            client,
            told,
        }
    }

    /// Copies the image, which must be right at the target; returns what was told.
    async fn apply(&self) -> Vec<String> {
        let report = self.world.apply_with(&self.client).await;
        assert_done(&report);
        assert!(matches!(report.outcomes[..], [Outcome::Done(_)]));
        let World { source, target, .. } = &self.world;
        assert_eq!(target.tag("team/app", "1"), source.tag("app", "1"));
        self.told.lock().unwrap().clone()
    }

    fn large(&self) -> &Digest {
        &self.image.blobs[1].digest
    }

    /// The large layer fails so, whenever it is asked for.
    fn large_fails(&self, effect: Effect) -> Fault {
        Fault::new("GET", &format!("/blobs/{}", self.large()), effect).always()
    }

    fn blobs_of_source(&self) -> usize {
        self.world.source.log().count("GET", "/blobs/")
    }
}

#[tokio::test]
async fn only_the_tag_is_asked_of_the_registry() {
    let mirrored = Mirrored::by(1).await;
    assert_eq!(mirrored.apply().await, [""; 0]);
    assert_eq!(
        mirrored.world.source.log().lines(),
        ["HEAD /v2/app/manifests/1 200"]
    );
    assert_eq!(mirrored.mirrors[0].log().count("HEAD", ""), 0);
}

/// Whether a blob is sent on as it comes or is read before, a lie in it is found before its last byte is
/// handed on; then it is read anew elsewhere, and nothing is held against the source.
#[tokio::test]
async fn a_lie_in_a_blob_is_read_anew_from_another_place() {
    for blob in 0..3 {
        let mirrored = Mirrored::by(1).await;
        let blob = &mirrored.image.blobs[blob];
        let at = blob.content.size() - 1;
        let path = format!("/blobs/{}", blob.digest);
        let lie = Fault::new("GET", &path, Effect::Corrupt { at });
        mirrored.mirrors[0].faults().add(lie);
        let told = mirrored.apply().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].contains(&format!("`{}` was wanted", blob.digest)),
            "{told:?}"
        );
        assert!(
            told[0].contains("it sent other bytes, which have sha256:"),
            "{told:?}"
        );
        assert_eq!(mirrored.world.source.log().count("GET", &path), 1);
    }
}

#[tokio::test]
async fn more_liars_than_tries_do_not_spoil_an_image() {
    let mirrored = Mirrored::by(8).await;
    for mirror in &mirrored.mirrors {
        let lie = mirrored.large_fails(Effect::Corrupt { at: 0 });
        mirror.faults().add(lie);
    }
    let told = mirrored.apply().await;
    assert_eq!(told.len(), 8, "{told:#?}");
    assert_eq!(mirrored.blobs_of_source(), 1);
}

/// Of a blob that came from two mirrors nobody can tell which one lied; it is read anew from a third place.
#[tokio::test]
async fn where_two_mirrors_gave_a_blob_neither_is_accused() {
    let mirrored = Mirrored::by(2).await;
    let [first, second] = &mirrored.mirrors[..] else {
        panic!()
    };
    let after = LARGE / 2;
    let cut = mirrored.large_fails(Effect::Truncate { after });
    first.faults().add(cut);
    // Byte by byte of what it sends: the rest alone.
    let lie = mirrored.large_fails(Effect::Corrupt { at: 0 });
    second.faults().add(lie);
    let told = mirrored.apply().await;
    assert_eq!(told, [""; 0]);
    assert_eq!(mirrored.blobs_of_source(), 1);
}

/// What a liar sent of a blob is not held against the registry that sends the rest of it.
#[tokio::test]
async fn a_mirror_that_lies_and_breaks_off_is_blamed() {
    let mirrored = Mirrored::by(1).await;
    let mirror = &mirrored.mirrors[0];
    let other = Content::Generated {
        size: LARGE,
        seed: 8,
    };
    mirror.put_blob_as("hub/app", mirrored.large(), other);
    let after = LARGE / 2;
    mirror
        .faults()
        .add(mirrored.large_fails(Effect::Truncate { after }));
    let told = mirrored.apply().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains(&mirrored.large().to_string()), "{told:?}");
    let log = mirrored.world.source.log();
    let of_large = format!("/blobs/{}", mirrored.large());
    assert_eq!(log.count("GET", &of_large), 2, "the rest, then all of it");
}
