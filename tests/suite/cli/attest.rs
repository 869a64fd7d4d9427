//! `apply --attest`: what was put into the target carries its record.

use std::fs;

use pusher::model::{Child, Descriptor, Manifest, Reference, Repository, media_type};
use pusher::registry::{Client, ClientOptions, ReadRegistry as _};
use pusher::sandbox::images::Image;
use serde_json::Value;

use super::harness::{NAMESPACE, Place};
use crate::support::registry::{Setup, TestRegistry};

const RECORD_TYPE: &str = "application/vnd.pusher.record.v1+json";

fn client() -> Client {
    Client::new(ClientOptions::default())
}

async fn placed(target: &TestRegistry) -> (TestRegistry, Place) {
    let source = TestRegistry::sandbox(&Setup::default()).await;
    for (name, content) in [("app", "first"), ("web", "second")] {
        let image = Image::new("linux/amd64").layer(content).build();
        source.push(&image, &format!("org/{name}"), "1").await;
    }
    let place = Place::empty()
        .naming(source.address(), "SOURCE")
        .naming(target.address(), "TARGET");
    place.write(
        "mirror.yaml",
        &format!(
            "version: 1\ntarget: {{ registry: TARGET, namespace: {NAMESPACE} }}\n\
             images: [SOURCE/org/app:1, SOURCE/org/web:1]\n"
        ),
    );
    (source, place)
}

/// Returns what a registry lists as referrers of an image: by its API, or under the tag of the subject.
async fn referrers(image: &Reference, subject: &Descriptor) -> Vec<Child> {
    let (client, repository) = (client(), image.repository());
    if let Some(listed) = client
        .list_referrers(repository, &subject.digest)
        .await
        .unwrap()
    {
        return listed;
    }
    let tag = format!("sha256-{}", subject.digest.hex());
    let index = Reference::tagged(repository.clone(), tag);
    let Some(index) = client.get_manifest(&index).await.unwrap() else {
        return vec![];
    };
    match Manifest::parse(&index).unwrap() {
        Manifest::Index(index) => index.children,
        Manifest::Image(_) => panic!("{index:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_image_carries_its_record() {
    for target in TestRegistry::each(&Setup::default()).await {
        let (_source, place) = placed(&target).await;
        let ran = place.run("apply --yes --attest --records kept.jsonl --format json");
        assert_eq!(ran.status, 0, "{}", ran.whole());
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let kept = fs::read_to_string(place.path().join("kept.jsonl")).unwrap();
        assert_eq!(kept.lines().count(), 2, "{kept}");
        for (name, line) in ["app", "web"].into_iter().zip(kept.lines()) {
            let repository = Repository {
                registry: target.address().to_owned(),
                name: format!("{NAMESPACE}/{name}"),
            };
            let image = Reference::tagged(repository.clone(), "1");
            let subject = client().head_manifest(&image).await.unwrap().unwrap();
            let found = referrers(&image, &subject).await;
            let [child] = &found[..] else {
                panic!("{}: {found:?}", target.name());
            };
            assert_eq!(child.artifact_type.as_deref(), Some(RECORD_TYPE));
            let attached = report["attachments"].as_array().unwrap();
            let digest = child.descriptor.digest.to_string();
            let is_told = |one: &&Value| one["image"] == format!("TARGET/{NAMESPACE}/{name}:1");
            let told = attached.iter().find(is_told).unwrap();
            assert_eq!(told["outcome"], "attached");
            assert_eq!(told["digest"], digest);
            let at = Reference::digested(repository.clone(), child.descriptor.digest.clone());
            let manifest = client().get_manifest(&at).await.unwrap().unwrap();
            let Manifest::Image(manifest) = Manifest::parse(&manifest).unwrap() else {
                panic!("{manifest:?}");
            };
            assert_eq!(manifest.subject.as_ref().unwrap().digest, subject.digest);
            assert_eq!(manifest.config.media_type, media_type::OCI_EMPTY);
            let record = client()
                .get_blob(&repository, &manifest.layers[0].descriptor)
                .await;
            assert_eq!(record.unwrap().unwrap(), format!("{line}\n"));
        }
        // What is attached is none of what is planned, and what is in place gets no second record.
        let again = place.run("apply --yes --attest --records kept.jsonl --format json");
        let report: Value = serde_json::from_str(&again.stdout).unwrap();
        assert_eq!(report["summary"]["unchanged"], 2, "{report}");
        assert_eq!(report["attachments"].as_array().unwrap().len(), 0);
        assert_eq!(place.run("plan --detailed-exitcode").status, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_attached_where_that_was_not_asked_or_is_not_taken() {
    let target = TestRegistry::sandbox(&Setup::default()).await;
    let (_source, place) = placed(&target).await;
    place.run("apply --yes --only app");
    assert_eq!(target.count("PUT", "/manifests/").await, 1);
    let mirror = fs::read_to_string(place.path().join("mirror.yaml")).unwrap();
    let mirror = mirror.replace("namespace:", "profile: acr-personal, namespace:");
    place.write("mirror.yaml", &mirror);
    target.forget_requests().await;
    let ran = place.run("apply --yes --attest --lang en");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    assert!(ran.stdout.contains("No record is attached: "), "{ran:?}");
    assert_eq!(target.count("PUT", "/manifests/").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_attached_is_told_for_its_image() {
    let target = TestRegistry::sandbox(&Setup {
        images_only: true,
        ..Setup::default()
    })
    .await;
    let (_source, place) = placed(&target).await;
    let ran = place.run("apply --yes --attest --lang en");
    assert_eq!(ran.status, 1, "{}", ran.whole());
    let told = |name: &str| format!("The record is not attached to TARGET/{NAMESPACE}/{name}:1: ");
    for name in ["app", "web"] {
        let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&told(name)), "{said}");
        let arrived = target.tag(&format!("{NAMESPACE}/{name}"), "1").await;
        assert!(arrived.is_some());
    }
}
