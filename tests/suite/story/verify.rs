//! Signatures on the real registry: as a tag of cosign's, and as a bundle that it lists by a tag alone.

use pusher::model::{Descriptor, RawManifest};
use pusher::plan::referrers::listed_in_fallback;
use pusher::sandbox::images::{Artifact, Image, Index, signature_tag};

use super::mirror::{GENERIC, Mirror};
use crate::support::registry::{Setup, TestRegistry};
use crate::support::signing::{Key, SIGNED, Sigstore, Who, attached};

const WORKFLOW: &str = "https://github.com/org/app/.github/workflows/release.yml@refs/tags/v1";

fn image(content: &str) -> Artifact {
    Image::new("linux/amd64").layer(content).build()
}

/// Lists a referrer as a registry without referrers API has it.
fn listed(referrer: Artifact) -> Artifact {
    let raw = RawManifest {
        descriptor: Descriptor {
            media_type: referrer.media_type.clone(),
            digest: referrer.digest.clone(),
            size: referrer.bytes.len() as u64,
        },
        bytes: referrer.bytes.clone(),
    };
    let index = listed_in_fallback(None, &raw).unwrap().unwrap();
    let mut listed = Index::new().entry(referrer).build();
    (listed.bytes, listed.digest) = (index.bytes, index.descriptor.digest);
    listed
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_arrives_with_its_signatures_and_nothing_else_does() {
    let Some(source) = TestRegistry::real(&Setup::default()).await else {
        return;
    };
    let Some(mirror) = Mirror::from(source.address(), &Setup::default()).await else {
        return;
    };
    let (key, sigstore) = (Key::new(), Sigstore::new());
    let [tagged, bundled, bare] = ["tagged", "bundled", "bare"].map(image);
    for (image, name) in [(&tagged, "tagged"), (&bundled, "bundled"), (&bare, "bare")] {
        source.push(image, &format!("org/{name}"), "v1").await;
    }
    let signature = key.simple(&tagged.digest).artifact();
    let tag = signature_tag(&tagged.digest);
    source.push(&signature, "org/tagged", &tag).await;
    let bundle = sigstore.bundle(&bundled.digest, SIGNED, Who::workflow("org/app", WORKFLOW));
    let fallback = format!("sha256-{}", bundled.digest.hex());
    let listed = listed(attached(&bundled, &bundle, SIGNED));
    source.push(&listed, "org/bundled", &fallback).await;
    mirror.place.write("cosign.pub", &key.pem());
    mirror.place.write("root.json", &sigstore.trusted_root());
    mirror.declare(
        GENERIC,
        "defaults: { referrers: signatures }\n\
         images: ['SOURCE/org/tagged:v1', 'SOURCE/org/bundled:v1', 'SOURCE/org/bare:v1']\n\
         verify:\n\
         \x20 - images: SOURCE/org/bundled\n\
         \x20   cosign: { issuer: https://token.actions.githubusercontent.com, identity: 'https://github.com/org/*' }\n\
         \x20   trusted-root: root.json\n\
         \x20 - { images: SOURCE/*, cosign: { key: cosign.pub } }\n",
    );
    let planned = mirror.run("plan", 1);
    assert!(
        planned.contains("`https://github.com/org/app/"),
        "{planned}"
    );
    assert!(planned.contains("4 to create"), "{planned}");
    assert!(planned.contains("1 blocked"), "{planned}");
    mirror.run("apply", 1);
    mirror.assert_holds("tagged:v1", &tagged).await;
    mirror.assert_holds("bundled:v1", &bundled).await;
    mirror
        .assert_holds(&format!("tagged:{tag}"), &signature)
        .await;
    let bare = mirror.run("lock", 1);
    assert!(bare.contains("has no signature"), "{bare}");
    mirror.run("apply", 1);
}
