//! What names an image as its subject, in the form that a registry without referrers API keeps it.

use pusher::sandbox::images::{Artifact, Image, Index, referrer, signature, signature_tag};
use pusher::sandbox::{Options, Sandbox};

use super::mirror::{GENERIC, Mirror, PERSONAL, images_only};
use crate::support::registry::{Auth, Setup, TestRegistry};

const IMAGE: &str =
    "images:\n  - { source: 'SOURCE/org/app:v1', platforms: all, referrers: all }\n";

/// An image with a signature as cosign keeps it, and a referrer as OCI 1.1 has it.
struct Signed {
    image: Artifact,
    signature: Artifact,
    sbom: Artifact,
    signature_tag: String,
    /// Where a registry without referrers API lists what names the image.
    fallback_tag: String,
}

impl Signed {
    fn of(image: Artifact) -> Self {
        Self {
            signature: signature(&image.digest),
            sbom: referrer(&image, "application/spdx+json", "what is inside"),
            signature_tag: signature_tag(&image.digest),
            fallback_tag: format!("sha256-{}", image.digest.hex()),
            image,
        }
    }

    fn index() -> Self {
        Self::of(Index::of(&["linux/amd64", "linux/arm64"]).build())
    }

    /// Puts all of it into a registry with referrers API.
    async fn with_api(&self) -> Sandbox {
        let source = Sandbox::start(Options::default()).await.unwrap();
        self.image.push(&source, "org/app", "v1");
        self.signature
            .push(&source, "org/app", &*self.signature_tag);
        self.sbom.push(&source, "org/app", None);
        source
    }

    /// Puts all of it into a registry without.
    async fn without_api(&self) -> Option<TestRegistry> {
        let source = TestRegistry::real(&Setup::default()).await?;
        let listed = Index::new().entry(self.sbom.clone()).build();
        for (artifact, tag) in [
            (&self.image, "v1"),
            (&self.signature, &*self.signature_tag),
            (&listed, &*self.fallback_tag),
        ] {
            source.push(artifact, "org/app", tag).await;
        }
        Some(source)
    }

    async fn arrives(&self, mirror: &Mirror) {
        mirror.declare(GENERIC, IMAGE);
        let planned = mirror.plan();
        assert_eq!(planned.counts(), [3, 0, 0, 0], "{:#}", planned.json);
        mirror.apply();
        mirror.assert_holds("app:v1", &self.image).await;
        let signature = format!("app:{}", self.signature_tag);
        mirror.assert_holds(&signature, &self.signature).await;
        let sbom = format!("app@{}", self.sbom.digest);
        assert_eq!(mirror.raw(&sbom).await, self.sbom.bytes);
        let listed = mirror.raw(&format!("app:{}", self.fallback_tag)).await;
        let listed: serde_json::Value = serde_json::from_slice(&listed).unwrap();
        assert_eq!(
            listed["mediaType"],
            "application/vnd.oci.image.index.v1+json"
        );
        let listed = listed["manifests"].as_array().unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0]["digest"], self.sbom.digest.to_string());
        assert_eq!(listed[0]["artifactType"], "application/spdx+json");
        mirror.assert_in_place(3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_and_a_referrer_follow_from_a_registry_with_referrers_api() {
    let signed = Signed::index();
    let source = signed.with_api().await;
    let Some(mirror) = Mirror::from(source.address(), &Setup::default()).await else {
        return;
    };
    signed.arrives(&mirror).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_and_a_referrer_follow_from_a_registry_without_referrers_api() {
    let signed = Signed::index();
    let Some(source) = signed.without_api().await else {
        return;
    };
    let Some(mirror) = Mirror::from(source.address(), &Setup::default()).await else {
        return;
    };
    signed.arrives(&mirror).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_of_images_alone_gets_the_signature_but_not_the_referrer() {
    let signed = Signed::index();
    let source = signed.with_api().await;
    let Some(mirror) = Mirror::from(source.address(), &images_only(Auth::Open)).await else {
        return;
    };
    mirror.declare(PERSONAL, IMAGE);
    let planned = mirror.plan();
    assert_eq!(planned.counts(), [2, 0, 0, 0], "{:#}", planned.json);
    let notes = &planned.change("app:v1")["notes"];
    let told = "1 referrer left out: acr-personal takes container images alone";
    assert_eq!(notes[0], told, "{notes}");
    mirror.apply();
    mirror.assert_holds("app:v1", &signed.image).await;
    let signature = format!("app:{}", signed.signature_tag);
    mirror.assert_holds(&signature, &signed.signature).await;
    mirror.assert_in_place(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_cannot_follow_is_told() {
    let image = Image::new("linux/amd64").layer("a");
    let attested = Index::new().image(&image).attested().build();
    let source = Signed::of(attested).with_api().await;
    let Some(mirror) = Mirror::from(source.address(), &images_only(Auth::Open)).await else {
        return;
    };
    mirror.declare(PERSONAL, IMAGE);
    let planned = mirror.plan();
    assert_eq!(planned.counts(), [1, 0, 0, 0], "{:#}", planned.json);
    let notes = planned.change("app:v1")["notes"].to_string();
    assert!(
        notes.contains("signatures and other referrers stay behind"),
        "{notes}"
    );
    mirror.apply();
    mirror.assert_in_place(1);
}
