use pusher::model::Digest;
use pusher::sandbox::images::{Attestation, Image, Index, schema_1};
use serde_json::json;

use super::{NONE, each};
use crate::support::client::Answer;
use crate::support::registry::Setup;

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";

#[tokio::test]
async fn come_back_byte_for_byte() {
    let image = Image::new("linux/amd64").layer("hello");
    let windows = Image::new("windows/amd64")
        .os_version("10.0.20348.2700")
        .layer("w");
    let nested = Index::new()
        .nested(&Index::of(&["linux/amd64"]))
        .image(&windows);
    let cases = [
        image.build(),
        image.clone().docker().build(),
        Index::of(&["linux/amd64", "linux/arm/v7"]).build(),
        Index::new().docker().image(&image.clone().docker()).build(),
        Index::of(&["linux/amd64"]).attested().build(),
        Index::of(&["linux/amd64"])
            .attested_as(Attestation::ImageConfig)
            .build(),
        nested.build(),
        Index::new().build(),
        Image::new("linux/amd64").build(),
        image
            .clone()
            .foreign_layer("https://example.com/layer", "elsewhere")
            .build(),
        image
            .foreign_layer("https://example.com/layer", "elsewhere")
            .docker()
            .build(),
    ];
    each!(Setup::default(), |registry, client| {
        for artifact in &cases {
            let name = registry.name();
            let digest = client.push(artifact, "team/app", "v1").await;
            for reference in ["v1", &digest.to_string()] {
                let answer = client.manifest("GET", "team/app", reference).await;
                assert_eq!(
                    (answer.status, &answer.body),
                    (200, &artifact.bytes),
                    "{name}"
                );
                assert_eq!(answer.header("content-type"), artifact.media_type, "{name}");
                assert_eq!(
                    answer.header("docker-content-digest"),
                    digest.to_string(),
                    "{name}"
                );
                let head = client.manifest("HEAD", "team/app", reference).await;
                assert_eq!((head.status, head.body.len()), (200, 0), "{name}");
                for header in [
                    "content-type",
                    "content-length",
                    "docker-content-digest",
                    "etag",
                ] {
                    assert_eq!(
                        head.header(header),
                        answer.header(header),
                        "{name} {header}"
                    );
                }
            }
        }
    });
}

#[tokio::test]
async fn a_push_names_digest_and_location() {
    each!(Setup::default(), |registry, client| {
        let image = Image::new("linux/amd64").layer("hello").build();
        let digest = client.push(&image, "app", "v1").await;
        let answer = client
            .put_manifest("app", "v2", OCI, image.bytes.clone())
            .await;
        assert_eq!(answer.status, 201, "{}", registry.name());
        assert_eq!(answer.header("docker-content-digest"), digest.to_string());
        let location = format!("http://{}/v2/app/manifests/{digest}", registry.address());
        assert_eq!(answer.header("location"), location);
        let twice = client
            .put_manifest("app", &digest.to_string(), OCI, image.bytes)
            .await;
        assert_eq!(twice.status, 201, "{}", registry.name());
    });
}

#[tokio::test]
async fn a_tag_moves() {
    each!(Setup::default(), |registry, client| {
        let (old, new) = (
            Image::new("linux/amd64").layer("1"),
            Image::new("linux/amd64").layer("2"),
        );
        let old = registry.push(&old.build(), "app", "v1").await;
        let new = registry.push(&new.build(), "app", "v1").await;
        assert_eq!(
            registry.tag("app", "v1").await,
            Some(new),
            "{}",
            registry.name()
        );
        let answer = client.manifest("HEAD", "app", &old.to_string()).await;
        assert_eq!(
            answer.status,
            200,
            "{}: the old one is still there",
            registry.name()
        );
    });
}

#[tokio::test]
async fn unknown_ones_are_told_apart_from_invalid_ones() {
    each!(Setup::default(), |registry, client| {
        client
            .push(&Image::new("linux/amd64").build(), "app", "v1")
            .await;
        let unknown = (404, "MANIFEST_UNKNOWN".to_owned());
        for (name, reference) in [("app", "v2"), ("app", NONE), ("nothing", "v1"), ("a", NONE)] {
            let answer = client.manifest("GET", name, reference).await;
            assert_eq!(
                answer.refusal(),
                unknown,
                "{} {name} {reference}",
                registry.name()
            );
            let head = client.manifest("HEAD", name, reference).await;
            assert_eq!(
                (head.status, head.body.len()),
                (404, 0),
                "{}",
                registry.name()
            );
        }
        for path in [
            "/v2/App/manifests/v1",
            "/v2/app/manifests/v%201",
            "/v2/app",
            "/v1/",
        ] {
            let answer = client.send("GET", path).await;
            assert_eq!(
                (answer.status, answer.codes()),
                (404, vec![]),
                "{}",
                registry.name()
            );
        }
    });
}

#[tokio::test]
async fn oci_ones_have_to_be_asked_for_by_name() {
    each!(Setup::default(), |registry, client| {
        client
            .push(&Image::new("linux/amd64").build(), "app", "one")
            .await;
        client
            .push(&Index::of(&["linux/amd64"]).build(), "app", "many")
            .await;
        for (tag, accept) in [
            ("one", "*/*"),
            ("one", DOCKER),
            ("many", OCI),
            ("many", "*/*"),
        ] {
            let request = client.request("GET", &format!("/v2/app/manifests/{tag}"));
            let answer = Answer::of(request.header("accept", accept)).await;
            let refusal = (404, "MANIFEST_UNKNOWN".to_owned());
            assert_eq!(
                answer.refusal(),
                refusal,
                "{} {tag} {accept}",
                registry.name()
            );
            let message = answer.json()["errors"][0]["message"].to_string();
            assert!(
                message.contains("but accept header does not support OCI"),
                "{message}"
            );
        }
        let request = client.request("GET", "/v2/app/manifests/one");
        let answer = Answer::of(request.header("accept", format!("{DOCKER}, {OCI};q=0.5"))).await;
        assert_eq!(answer.status, 200, "{}", registry.name());
    });
}

#[tokio::test]
async fn one_with_missing_blobs_is_refused_with_all_of_them() {
    each!(Setup::default(), |registry, client| {
        let image = Image::new("linux/amd64").layer("a").layer("b").build();
        client.push(&image, "other", "v1").await;
        let answer = client.put_manifest("app", "v1", OCI, image.bytes).await;
        assert_eq!(answer.status, 400, "{}", registry.name());
        assert_eq!(
            answer.codes(),
            ["MANIFEST_BLOB_UNKNOWN"; 3],
            "{}",
            registry.name()
        );
        let missing: Vec<_> = image.blobs.iter().map(|blob| json!(blob.digest)).collect();
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        let said: Vec<_> = errors.iter().map(|error| error["detail"].clone()).collect();
        assert_eq!(said, missing, "{}", registry.name());
        assert_eq!(registry.tag("app", "v1").await, None, "{}", registry.name());
    });
}

#[tokio::test]
async fn an_index_with_a_missing_child_is_refused() {
    each!(Setup::default(), |registry, client| {
        let index = Index::of(&["linux/amd64", "linux/arm64"]).build();
        client.push(&index.children[0], "app", "amd64").await;
        client.push(&index, "other", "v1").await;
        let answer = client
            .put_manifest("app", "v1", &index.media_type, index.bytes)
            .await;
        let refusal = (400, "MANIFEST_BLOB_UNKNOWN".to_owned());
        assert_eq!(answer.refusal(), refusal, "{}", registry.name());
        let missing = json!(index.children[1].digest);
        assert_eq!(
            answer.json()["errors"][0]["detail"],
            missing,
            "{}",
            registry.name()
        );
    });
}

#[tokio::test]
async fn a_foreign_layer_without_address_has_to_be_there() {
    each!(Setup::default(), |registry, client| {
        let image = Image::new("linux/amd64")
            .foreign_layer("https://example.com/a", "a")
            .build();
        let without = String::from_utf8(image.bytes.to_vec()).unwrap();
        let without = without.replace("\"https://example.com/a\"", "");
        client.push(&image, "app", "v1").await;
        let answer = client.put_manifest("app", "v2", OCI, without).await;
        assert_eq!(answer.status / 100, 4, "{} {answer:?}", registry.name());
    });
}

#[tokio::test]
async fn a_wrong_digest_is_refused() {
    each!(Setup::default(), |registry, client| {
        let image = Image::new("linux/amd64").build();
        client.push(&image, "app", "v1").await;
        let answer = client.put_manifest("app", NONE, OCI, image.bytes).await;
        let refusal = (400, "DIGEST_INVALID".to_owned());
        assert_eq!(answer.refusal(), refusal, "{}", registry.name());
    });
}

#[tokio::test]
async fn what_is_no_manifest_is_refused() {
    each!(Setup::default(), |registry, client| {
        let image = Image::new("linux/amd64").build();
        client.push(&image, "app", "v1").await;
        let old = schema_1("app", "v1");
        let bytes = image.bytes;
        for (media_type, bytes) in [
            (OCI, "{".into()),
            ("text/plain", bytes.clone()),
            (DOCKER, bytes),
            (DOCKER, "{\"schemaVersion\":2}".into()),
            (&*old.media_type, old.bytes),
        ] {
            let answer = client.put_manifest("app", "v2", media_type, bytes).await;
            let refusal = (400, "MANIFEST_INVALID".to_owned());
            assert_eq!(
                answer.refusal(),
                refusal,
                "{} {media_type}",
                registry.name()
            );
        }
    });
}

#[tokio::test]
async fn unknown_fields_change_nothing() {
    each!(Setup::default(), |registry, client| {
        let image = Image::new("linux/amd64")
            .field("x-extra", json!([1, "two"]))
            .build();
        let digest = client.push(&image, "app", "v1").await;
        assert_eq!(digest, Digest::sha256(&image.bytes), "{}", registry.name());
        let answer = client.manifest("GET", "app", "v1").await;
        assert_eq!(answer.body, image.bytes, "{}", registry.name());
    });
}
