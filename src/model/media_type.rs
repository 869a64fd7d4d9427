//! Media types of manifests and configs, in their OCI and Docker spellings.

use oci_distribution::manifest;

/// OCI image manifest.
pub const OCI_MANIFEST: &str = manifest::OCI_IMAGE_MEDIA_TYPE;
/// OCI image index.
pub const OCI_INDEX: &str = manifest::OCI_IMAGE_INDEX_MEDIA_TYPE;
/// OCI image config.
pub const OCI_CONFIG: &str = manifest::IMAGE_CONFIG_MEDIA_TYPE;
/// The empty JSON object that stands for "no config" (OCI 1.1).
pub const OCI_EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// Docker image manifest, version 2, schema 2.
pub const DOCKER_MANIFEST: &str = manifest::IMAGE_MANIFEST_MEDIA_TYPE;
/// Docker manifest list.
pub const DOCKER_LIST: &str = manifest::IMAGE_MANIFEST_LIST_MEDIA_TYPE;
/// Docker image config.
pub const DOCKER_CONFIG: &str = manifest::IMAGE_DOCKER_CONFIG_MEDIA_TYPE;
/// Docker manifest, schema 1, in its signed and its unsigned form.
pub const DOCKER_SCHEMA_1: [&str; 2] = [
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.docker.distribution.manifest.v1+json",
];

/// What `pusher` accepts when it asks for a manifest, as an `Accept` header's value.
///
/// Schema 1 is named so that a registry says that it has only that, instead of converting.
pub const ACCEPT_MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.v1+prettyjws;q=0.1";

/// Tells whether `media_type` is an index or a manifest list.
pub fn is_index(media_type: &str) -> bool {
    matches!(media_type, OCI_INDEX | DOCKER_LIST)
}

/// Tells whether `media_type` is a manifest with a config and layers.
pub fn is_manifest(media_type: &str) -> bool {
    matches!(media_type, OCI_MANIFEST | DOCKER_MANIFEST)
}

/// Tells whether `media_type` is the config of a runnable image.
pub fn is_image_config(media_type: &str) -> bool {
    matches!(media_type, OCI_CONFIG | DOCKER_CONFIG)
}

/// Tells whether a manifest of one type with a config of the other is a container image: each format has
/// its own pair of them, and registries that take images alone refuse a mixture.
pub fn is_image(manifest: &str, config: &str) -> bool {
    matches!(
        (manifest, config),
        (OCI_MANIFEST, OCI_CONFIG) | (DOCKER_MANIFEST, DOCKER_CONFIG)
    )
}

/// Tells whether `media_type` is a Docker schema 1 manifest.
pub fn is_schema_1(media_type: &str) -> bool {
    DOCKER_SCHEMA_1.contains(&media_type)
}
