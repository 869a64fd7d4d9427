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
            Self::Oci => "application/vnd.oci.image.manifest.v1+json",
            Self::Docker => "application/vnd.docker.distribution.manifest.v2+json",
        }
    }

    fn index(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.index.v1+json",
            Self::Docker => "application/vnd.docker.distribution.manifest.list.v2+json",
        }
    }

    fn config(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.config.v1+json",
            Self::Docker => "application/vnd.docker.container.image.v1+json",
        }
    }

    fn layer(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.layer.v1.tar+gzip",
            Self::Docker => "application/vnd.docker.image.rootfs.diff.tar.gzip",
        }
    }

    fn foreign_layer(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
            Self::Docker => "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        }
    }
}
