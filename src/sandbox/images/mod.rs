//! Images made on the spot: small, valid, and the same bytes every time.
//!
//! [`Image`] and [`Index`] are builders. What they build is an [`Artifact`]: a manifest with the
//! blobs and children it needs, ready to be pushed, and to be compared with what arrived.
//!
//! ```
//! # async fn example() -> std::io::Result<()> {
//! use pusher::sandbox::images::{Image, Index};
//! use pusher::sandbox::{Options, Sandbox};
//!
//! let sandbox = Sandbox::start(Options::default()).await?;
//! let single = Image::new("linux/amd64").layer(b"hello").push(&sandbox, "app", "v1");
//! assert_eq!(sandbox.tag("app", "v1"), Some(single.digest));
//! Index::of(&["linux/amd64", "linux/arm64"]).attested().push(&sandbox, "app", "v2");
//! # Ok(())
//! # }
//! ```

mod artifact;
mod image;
mod index;
mod layer;
mod special;

pub use artifact::{Artifact, Blob};
pub use image::Image;
pub use index::{Attestation, Index};
pub use special::{helm_chart, referrer, schema_1, signature, signature_tag};

use oci_distribution::manifest;

use crate::model::media_type;

/// Which family of media types is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// The OCI image specification's.
    #[default]
    Oci,
    /// Docker's image manifest version 2, schema 2.
    Docker,
}

impl Format {
    fn manifest(self) -> &'static str {
        match self {
            Self::Oci => media_type::OCI_MANIFEST,
            Self::Docker => media_type::DOCKER_MANIFEST,
        }
    }

    fn index(self) -> &'static str {
        match self {
            Self::Oci => media_type::OCI_INDEX,
            Self::Docker => media_type::DOCKER_LIST,
        }
    }

    fn config(self) -> &'static str {
        match self {
            Self::Oci => media_type::OCI_CONFIG,
            Self::Docker => media_type::DOCKER_CONFIG,
        }
    }

    fn layer(self) -> &'static str {
        match self {
            Self::Oci => manifest::IMAGE_LAYER_GZIP_MEDIA_TYPE,
            Self::Docker => manifest::IMAGE_DOCKER_LAYER_GZIP_MEDIA_TYPE,
        }
    }

    fn foreign_layer(self) -> &'static str {
        match self {
            Self::Oci => manifest::IMAGE_LAYER_NONDISTRIBUTABLE_GZIP_MEDIA_TYPE,
            Self::Docker => "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        }
    }
}
