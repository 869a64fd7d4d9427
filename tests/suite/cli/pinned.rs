//! A digest that is pinned is what arrives; where it cannot, which other one does is said.

use pusher::sandbox::Sandbox;
use pusher::sandbox::images::{Artifact, Attestation, Index};
use serde_json::Value;

use super::harness::{NAMESPACE, Place, pair};

/// A source with an index of two images, and a target that takes anything unless told otherwise.
struct Pinned {
    source: Sandbox,
    target: Sandbox,
    index: Artifact,
}

impl Pinned {
    async fn new() -> Self {
        let (source, target) = pair().await;
        let index =
            Index::of(&["linux/amd64", "linux/arm64"]).attested_as(Attestation::EmptyConfig);
        let index = index.push(&source, "org/app", "v1");
        Self {
            source,
            target,
            index,
        }
    }

    /// Returns a place with one file, in which `@INDEX` pins the index.
    fn place(&self, name: &str, text: &str) -> Place {
        let text = text.replace("@INDEX", &format!("@{}", self.index.digest));
        Place::between(&self.source, &self.target).file(name, &text)
    }

    /// Returns the digest that the target holds as `app:TAG`, after an `apply`, and after the next
    /// plan has found it in place with the same notes; and the notes.
    fn applied(&self, place: &Place, repository: &str) -> (String, Vec<String>) {
        let planned = change(place);
        let ran = place.run("apply");
        assert_eq!(ran.status, 0, "{}", ran.whole());
        let held = self.target.tag(&format!("{NAMESPACE}/{repository}"), "v1");
        let held = held.unwrap().to_string();
        assert_eq!(planned["after"]["digest"], held.as_str());
        let again = change(place);
        assert_eq!(again["action"], "no-op");
        let note = |note: &&Value| note.as_str().unwrap().contains("pinned");
        let notes = |change: &Value| -> Vec<String> {
            let notes = change["notes"].as_array().unwrap();
            notes
                .iter()
                .filter(note)
                .map(|note| note.as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(notes(&again), notes(&planned));
        (held, notes(&planned))
    }
}

fn change(place: &Place) -> Value {
    let ran = place.run("plan --format json");
    let document: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.whole()));
    document["changes"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_index_arrives_byte_for_byte() {
    for (name, text) in [
        ("images.txt", "SOURCE/org/app:v1@INDEX\n"),
        (
            "mirror.yaml",
            "version: 1\nimages: ['SOURCE/org/app:v1@INDEX']\n",
        ),
        (
            "mirror.yaml",
            "version: 1\nimages: [{source: 'SOURCE/org/app@INDEX', target: 'app:v1'}]\n",
        ),
        (
            "mirror.yaml",
            "version: 1\ndefaults: {platforms: all}\nimages: ['SOURCE/org/app:v1@INDEX']\n",
        ),
    ] {
        let pinned = Pinned::new().await;
        let place = pinned.place(name, text);
        let (held, notes) = pinned.applied(&place, "app");
        assert_eq!(held, pinned.index.digest.to_string(), "{text}");
        assert_eq!(notes, [""; 0], "{text}");
        let listed = place.run("list").stdout;
        assert!(listed.contains("  all  "), "{listed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_of_a_pinned_index_arrives_and_a_note_says_its_digest() {
    for (name, text, repository) in [
        (
            "images.txt",
            "--platform=linux/arm64 SOURCE/org/app:v1@INDEX\n",
            "linux_arm64_app",
        ),
        (
            "mirror.yaml",
            "version: 1\nimages: [{source: 'SOURCE/org/app:v1@INDEX', platforms: linux/arm64}]\n",
            "app",
        ),
        (
            "mirror.yaml",
            "version: 1\ndefaults: {platforms: linux/arm64}\nimages: ['SOURCE/org/app:v1@INDEX']\n",
            "app",
        ),
    ] {
        let pinned = Pinned::new().await;
        let place = pinned.place(name, text);
        let (held, notes) = pinned.applied(&place, repository);
        let child = &pinned.index.children[1].digest;
        assert_eq!(held, child.to_string(), "{text}");
        let note = format!(
            "the target gets {child} in place of the pinned index: the files ask for linux/arm64 alone"
        );
        assert_eq!(notes, [note], "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_registry_refuses_of_a_pinned_index_is_said_with_the_digest_that_arrives() {
    let pinned = Pinned::new().await;
    let text = "version: 1\n\
                target: {registry: TARGET, namespace: team, profile: acr-personal}\n\
                images: ['SOURCE/org/app:v1@INDEX']\n";
    let place = pinned.place("mirror.yaml", text);
    let (held, notes) = pinned.applied(&place, "app");
    assert_ne!(held, pinned.index.digest.to_string());
    let note =
        format!("the target gets {held} in place of the pinned index: not all of it can be kept");
    assert_eq!(notes, [note]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_says_of_an_image_what_the_plan_said() {
    let pinned = Pinned::new().await;
    let place = pinned.place("images.txt", "SOURCE/org/app:v1\n");
    assert_eq!(place.run("plan --out plan.json").status, 0);
    let ran = place.run("apply plan.json");
    assert!(
        ran.stdout.contains("from SOURCE/org/app:v1 for"),
        "{}",
        ran.whole()
    );
    assert!(!ran.stdout.contains("pinned"), "{}", ran.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_from_when_a_platform_was_taken_out_of_a_pinned_index_does_not_fit() {
    let pinned = Pinned::new().await;
    let place = pinned.place("images.txt", "SOURCE/org/app:v1@INDEX\n");
    assert_eq!(place.run("lock").status, 0);
    let path = place.path().join("mirror.lock");
    let lock = std::fs::read_to_string(&path).unwrap();
    let child = &pinned.index.children[0];
    let lock = lock
        .replace("platforms = \"all\"", "platforms = [\"linux/amd64\"]")
        .replace(
            &format!("\ndigest = \"{}\"", pinned.index.digest),
            &format!("\ndigest = \"{}\"", child.digest),
        );
    std::fs::write(&path, lock).unwrap();
    let change = change(&place);
    assert_eq!(change["locked"], false);
    assert_eq!(
        change["after"]["digest"],
        pinned.index.digest.to_string().as_str()
    );
    assert_eq!(place.run("plan --locked").status, 1);
}
