use pusher::sandbox::Options;
use pusher::sandbox::images::{Image, referrer};
use serde_json::json;

use super::start;

#[tokio::test]
async fn are_listed_by_subject_and_by_artifact_type() {
    let (_sandbox, client) = start(Options::default()).await;
    let image = Image::new("linux/amd64").build();
    client.push(&image, "app", "v1").await;
    let (sbom, scan) = ("application/spdx+json", "application/sarif+json");
    let sbom = referrer(&image, sbom, "sbom");
    let scan = referrer(&image, scan, "scan");
    for artifact in [&sbom, &scan] {
        let digest = artifact.digest.to_string();
        client.push(artifact, "app", &digest).await;
        let bytes = artifact.bytes.clone();
        let answer = client
            .put_manifest("app", &digest, &artifact.media_type, bytes)
            .await;
        assert_eq!(answer.header("oci-subject"), image.digest.to_string());
    }
    let path = format!("/v2/app/referrers/{}", image.digest);
    let answer = client.send("GET", &path).await;
    assert_eq!(
        answer.header("content-type"),
        "application/vnd.oci.image.index.v1+json"
    );
    assert_eq!(answer.json()["manifests"].as_array().unwrap().len(), 2);

    let filtered = client
        .send(
            "GET",
            &format!("{path}?artifactType=application/spdx%2Bjson"),
        )
        .await;
    assert_eq!(filtered.header("oci-filters-applied"), "artifactType");
    let wanted = json!([{
        "mediaType": sbom.media_type,
        "digest": sbom.digest,
        "size": sbom.bytes.len(),
        "artifactType": "application/spdx+json",
        "annotations": { "org.opencontainers.image.created": "2026-01-01T00:00:00Z" },
    }]);
    assert_eq!(filtered.json()["manifests"], wanted);

    let none = client
        .send("GET", &format!("/v2/app/referrers/{}", sbom.digest))
        .await;
    assert_eq!((none.status, &none.json()["manifests"]), (200, &json!([])));
}

#[tokio::test]
async fn are_not_found_where_there_is_no_api() {
    let (_sandbox, client) = start(Options {
        referrers: false,
        ..Options::default()
    })
    .await;
    let image = Image::new("linux/amd64").build();
    client.push(&image, "app", "v1").await;
    let sbom = referrer(&image, "application/spdx+json", "sbom");
    client.push(&sbom, "app", "sbom").await;
    let answer = client
        .put_manifest("app", "sbom", &sbom.media_type, sbom.bytes)
        .await;
    assert_eq!((answer.status, answer.header("oci-subject")), (201, ""));
    let answer = client
        .send("GET", &format!("/v2/app/referrers/{}", image.digest))
        .await;
    assert_eq!((answer.status, answer.codes()), (404, vec![]));
}
