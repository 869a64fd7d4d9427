//! Tiny images of each kind, which are nobody's.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::model::{Descriptor, Digest, RawManifest, media_type};

/// A layer with nothing in it: an empty archive, compressed as Docker did it once.
const EMPTY_LAYER: [u8; 32] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x09, 0x6e, 0x88, 0x00, 0xff, 0x62, 0x18, 0x05, 0xa3, 0x60, 0x14,
    0x8c, 0x58, 0x00, 0x08, 0x00, 0x00, 0xff, 0xff, 0x2e, 0xaf, 0xb5, 0xef, 0x00, 0x04, 0x00, 0x00,
];
/// Its digest before it was compressed.
const EMPTY_LAYER_ID: &str =
    "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

const EMPTY_CONFIG: &str = media_type::OCI_EMPTY;
const CHART_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART_LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const IN_TOTO: &str = "application/vnd.in-toto+json";

/// A manifest, and the blobs that it needs.
#[derive(Debug, Clone)]
pub(super) struct Specimen {
    pub(super) manifest: RawManifest,
    pub(super) blobs: Vec<Bytes>,
}

/// What an index says of a child.
#[derive(Debug, Clone, Copy)]
pub(super) enum Listed<'a> {
    /// The image of a platform.
    Image(&'a Descriptor),
    /// One of a platform that nobody knows.
    Unknown(&'a Descriptor),
    /// An attestation of an image.
    Attests(&'a Descriptor, &'a Digest),
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Descriptor {
    Descriptor {
        media_type: media_type.to_owned(),
        digest: Digest::sha256(bytes),
        size: bytes.len() as u64,
    }
}

fn manifest(media_type: &str, document: &Value) -> RawManifest {
    let bytes = Bytes::from(document.to_string());
    RawManifest {
        descriptor: descriptor(media_type, &bytes),
        bytes,
    }
}

fn described(media_type: &str, bytes: &[u8]) -> Value {
    written(&descriptor(media_type, bytes))
}

/// Writes a descriptor as manifests have it.
fn written(descriptor: &Descriptor) -> Value {
    let Descriptor {
        media_type,
        digest,
        size,
    } = descriptor;
    json!({ "mediaType": media_type, "digest": digest.to_string(), "size": size })
}

/// The layer that all images have.
pub(super) fn layer() -> Bytes {
    Bytes::from_static(&EMPTY_LAYER)
}

/// A blob of more than one byte.
pub(super) fn pieces(name: &str) -> Bytes {
    Bytes::from(json!({ "pieces": name }).to_string())
}

/// The config of an image that `name` sets apart from all others.
fn config(name: &str, architecture: &str) -> Bytes {
    let os = if architecture == "unknown" {
        "unknown"
    } else {
        "linux"
    };
    let config = json!({
        "architecture": architecture,
        "os": os,
        "config": { "Labels": { "dev.pusher.probe": name } },
        "rootfs": { "type": "layers", "diff_ids": [EMPTY_LAYER_ID] },
    });
    Bytes::from(config.to_string())
}

/// Makes an image with Docker's media types or those of OCI.
pub(super) fn image(name: &str, is_docker: bool) -> Specimen {
    let (of_manifest, of_config, of_layer) = if is_docker {
        (
            media_type::DOCKER_MANIFEST,
            media_type::DOCKER_CONFIG,
            "application/vnd.docker.image.rootfs.diff.tar.gzip",
        )
    } else {
        (
            media_type::OCI_MANIFEST,
            media_type::OCI_CONFIG,
            "application/vnd.oci.image.layer.v1.tar+gzip",
        )
    };
    let config = config(name, "amd64");
    let document = json!({
        "schemaVersion": 2,
        "mediaType": of_manifest,
        "config": described(of_config, &config),
        "layers": [described(of_layer, &EMPTY_LAYER)],
    });
    Specimen {
        manifest: manifest(of_manifest, &document),
        blobs: vec![layer(), config],
    }
}

/// Makes an attestation of `subject`, with an image's config or an empty one.
pub(super) fn attestation(name: &str, subject: &Descriptor, is_empty: bool) -> Specimen {
    let statement = json!({ "_type": "https://in-toto.io/Statement/v0.1", "name": name });
    let statement = Bytes::from(statement.to_string());
    let (of_config, config) = if is_empty {
        (EMPTY_CONFIG, Bytes::from_static(b"{}"))
    } else {
        (media_type::OCI_CONFIG, config(name, "unknown"))
    };
    let mut document = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_MANIFEST,
        "config": described(of_config, &config),
        "layers": [described(IN_TOTO, &statement)],
    });
    if is_empty {
        document["artifactType"] = "application/vnd.docker.attestation.manifest.v1+json".into();
        document["subject"] = written(subject);
    }
    Specimen {
        manifest: manifest(media_type::OCI_MANIFEST, &document),
        blobs: vec![statement, config],
    }
}

/// Makes a Helm chart, or an artifact with an empty config.
pub(super) fn artifact(name: &str, is_chart: bool) -> Specimen {
    let about = Bytes::from(json!({ "name": name, "version": "0.0.0" }).to_string());
    let (config, of_config, of_layer) = if is_chart {
        (about, CHART_CONFIG, CHART_LAYER)
    } else {
        let of_layer = "application/vnd.oci.image.layer.v1.tar+gzip";
        (Bytes::from_static(b"{}"), EMPTY_CONFIG, of_layer)
    };
    let mut document = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_MANIFEST,
        "config": described(of_config, &config),
        "layers": [described(of_layer, &EMPTY_LAYER)],
        "annotations": { "dev.pusher.probe": name },
    });
    if !is_chart {
        document["artifactType"] = "application/vnd.dev.pusher.probe".into();
    }
    Specimen {
        manifest: manifest(media_type::OCI_MANIFEST, &document),
        blobs: vec![layer(), config],
    }
}

/// Makes an index, of OCI or Docker's.
pub(super) fn index(name: &str, is_docker: bool, children: &[Listed<'_>]) -> RawManifest {
    let listed = |child: &Listed<'_>| {
        let unknown = json!({ "architecture": "unknown", "os": "unknown" });
        let (descriptor, platform) = match child {
            Listed::Image(descriptor) => (
                descriptor,
                json!({ "architecture": "amd64", "os": "linux" }),
            ),
            Listed::Unknown(descriptor) | Listed::Attests(descriptor, _) => (descriptor, unknown),
        };
        let mut entry = written(descriptor);
        entry["platform"] = platform;
        if let Listed::Attests(_, subject) = child {
            entry["annotations"] = json!({
                "vnd.docker.reference.digest": subject.to_string(),
                "vnd.docker.reference.type": "attestation-manifest",
            });
        }
        entry
    };
    let of_index = if is_docker {
        media_type::DOCKER_LIST
    } else {
        media_type::OCI_INDEX
    };
    let mut document = json!({
        "schemaVersion": 2,
        "mediaType": of_index,
        "manifests": children.iter().map(listed).collect::<Vec<_>>(),
    });
    if !is_docker {
        document["annotations"] = json!({ "dev.pusher.probe": name });
    }
    manifest(of_index, &document)
}
