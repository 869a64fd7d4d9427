use pusher::sandbox::images::{Attestation, Image, Index, helm_chart, referrer, signature};

use super::each;
use crate::support::registry::Setup;

fn images_only() -> Setup {
    Setup {
        images_only: true,
        ..Setup::default()
    }
}

#[tokio::test]
async fn what_is_no_image_is_refused() {
    let image = Image::new("linux/amd64").layer("hello").build();
    let attestation = Index::new()
        .entry(image.clone())
        .attested()
        .build()
        .children[1]
        .clone();
    let plugin = Image::new("linux/amd64")
        .docker()
        .config("application/vnd.docker.plugin.v1+json", &b"{}"[..])
        .build();
    let cases = [
        (
            helm_chart("web", "1.0.0"),
            "application/vnd.cncf.helm.config.v1+json",
        ),
        (attestation, "application/vnd.oci.empty.v1+json"),
        (
            referrer(&image, "application/spdx+json", "{}"),
            "application/vnd.oci.empty.v1+json",
        ),
        (plugin, ""),
    ];
    each!(images_only(), |registry, client| {
        for (artifact, message) in &cases {
            let message = match *message {
                "" => "registry does not allow plugin manifest".to_owned(),
                media_type => format!("unknown manifest class for {media_type}"),
            };
            // Before anything else is looked at: its blobs were not pushed.
            let (media_type, bytes) = (&artifact.media_type, artifact.bytes.clone());
            let answer = client.put_manifest("app", "v1", media_type, bytes).await;
            assert_eq!(
                answer.refusal(),
                (403, "DENIED".to_owned()),
                "{}",
                registry.name()
            );
            assert_eq!(
                answer.json()["errors"][0]["message"],
                message,
                "{}",
                registry.name()
            );
        }
    });
}

#[tokio::test]
async fn what_looks_like_an_image_is_taken() {
    let image = Image::new("linux/amd64").layer("hello");
    let cases = [
        image.build(),
        image.clone().docker().build(),
        image
            .clone()
            .raw_layer("application/vnd.oci.image.layer.v1.tar+zstd", &b"z"[..])
            .build(),
        signature(&image.build().digest),
        Index::new()
            .image(&image)
            .attested_as(Attestation::ImageConfig)
            .build(),
    ];
    each!(images_only(), |registry, client| {
        for artifact in &cases {
            let digest = client.push(artifact, "app", "v1").await;
            assert_eq!(
                registry.tag("app", "v1").await,
                Some(digest),
                "{}",
                registry.name()
            );
        }
    });
}

#[tokio::test]
async fn without_it_everything_is_taken() {
    let image = Image::new("linux/amd64").build();
    let cases = [
        helm_chart("web", "1.0.0"),
        Index::new().entry(image.clone()).attested().build(),
        referrer(&image, "application/spdx+json", "{}"),
    ];
    each!(Setup::default(), |registry, client| {
        for artifact in &cases {
            let digest = client.push(artifact, "app", "v1").await;
            assert_eq!(
                registry.tag("app", "v1").await,
                Some(digest),
                "{}",
                registry.name()
            );
        }
    });
}
