//! What is found in registries beside images: charts, signatures, referrers, relics.

use serde_json::json;

use super::artifact::{Artifact, Blob};
use super::image::Image;
use oci_distribution::annotations;

use crate::model::Digest;

/// Returns a Helm chart as `helm push` makes it.
pub fn helm_chart(name: &str, version: &str) -> Artifact {
    let config = json!({ "name": name, "version": version, "apiVersion": "v2" }).to_string();
    let text = format!("{name} {version}");
    Image::new("unknown/unknown")
        .config(
            "application/vnd.cncf.helm.config.v1+json",
            config.into_bytes(),
        )
        .raw_layer(
            "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
            text.into_bytes(),
        )
        .build()
}

/// Returns a signature as cosign keeps it under [`signature_tag`]; it is not a valid one.
pub fn signature(subject: &Digest) -> Artifact {
    let payload = json!({
        "critical": {
            "identity": { "docker-reference": "" },
            "image": { "docker-manifest-digest": subject.to_string() },
            "type": "cosign container image signature",
        },
        "optional": null,
    });
    let media_type = "application/vnd.dev.cosign.simplesigning.v1+json";
    Image::new("unknown/unknown")
        .raw_layer(media_type, payload.to_string().into_bytes())
        .layer_annotation("dev.cosignproject.cosign/signature", "c2FuZGJveA==")
        .build()
}

/// Returns the tag under which cosign looks for the signature of `subject`.
pub fn signature_tag(subject: &Digest) -> String {
    format!("{}-{}.sig", subject.algorithm().as_str(), subject.hex())
}

/// Returns a referrer of `subject` as OCI 1.1 has it: empty config, artifact type, one layer.
pub fn referrer(subject: &Artifact, artifact_type: &str, text: &str) -> Artifact {
    Image::new("unknown/unknown")
        .empty_config()
        .artifact_type(artifact_type)
        .raw_layer(artifact_type, text.as_bytes())
        .subject(subject)
        .annotation(
            annotations::ORG_OPENCONTAINERS_IMAGE_CREATED,
            "2026-01-01T00:00:00Z",
        )
        .build()
}

/// Returns a manifest of schema 1, as registries kept them before 2016.
pub fn schema_1(name: &str, tag: &str) -> Artifact {
    let layer = Blob::new(&b"layer"[..]);
    let document = json!({
        "schemaVersion": 1,
        "name": name,
        "tag": tag,
        "architecture": "amd64",
        "fsLayers": [{ "blobSum": layer.digest.to_string() }],
        "history": [{ "v1Compatibility": "{\"id\":\"sandbox\"}" }],
        "signatures": [{ "header": { "alg": "ES256" }, "signature": "", "protected": "" }],
    });
    let media_type = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    Artifact {
        blobs: vec![layer],
        ..Artifact::new(media_type, &document)
    }
}
