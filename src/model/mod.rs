//! The words of the field, each parsed once into a checked type. Pure.

pub mod digest;
pub mod grammar;
pub mod manifest;
pub mod media_type;
pub mod platform;
pub mod reference;
pub mod secret;

pub use digest::{Algorithm, Digest, DigestError, Hasher};
pub use grammar::{PathError, TagError, check_path, check_tag, is_host};
pub use manifest::{
    Child, Descriptor, ImageManifest, Index, Layer, MANIFEST_SIZE_LIMIT, Manifest, ManifestError,
    RawManifest, config_platform,
};
pub use platform::{Platform, PlatformError, PlatformPattern, Platforms};
pub use reference::{DOCKER_HUB, Reference, ReferenceError, Repository};
pub use secret::Secret;
