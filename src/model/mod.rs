//! The words of the field, each parsed once into a checked type, and what is known of kinds of registries.
//! Pure.

#[macro_use]
pub mod language;

pub mod bytes;
pub mod digest;
pub mod failure;
pub mod glob;
pub mod grammar;
pub mod grammar_error;
pub mod host_fault;
mod instant;
pub mod limits;
pub mod lines;
pub mod login_origin;
pub mod login_way;
pub mod manifest;
pub mod media_type;
pub mod mirror;
pub mod outage;
pub mod platform;
pub mod profile;
pub mod proxy;
pub mod reference;
pub mod request;
pub mod secret;
pub mod signing;
pub mod source_pattern;
pub mod text;
pub mod visit;

pub use bytes::Bytes;
pub use digest::{Algorithm, Digest, DigestError, Hasher};
pub use failure::{
    Asked, Attempt, Cause, ErrorAnswer, Facts, Failure, Fault, Meaning, Need, NoAnswer, Part,
    SignInFault, SignInRefusal, SignInService, StickFault, Throttled,
};
pub use glob::Glob;
pub use grammar::{check_path, check_tag, is_host};
pub use grammar_error::{PathError, TagError};
pub use host_fault::HostFault;
pub use instant::rfc3339;
pub use language::{Language, Phrase, Text, listed};
pub use limits::{
    DESCRIPTOR_LIMIT, Excess, INDEX_LEVELS, MANIFEST_LIMIT, MANIFEST_SIZE_LIMIT, TREE_SIZE_LIMIT,
};
pub use lines::LineStarts;
pub use login_origin::{CloudIdentity, LoginOrigin};
pub use login_way::LoginWay;
pub use manifest::{
    Child, Descriptor, ImageManifest, Index, Layer, Manifest, ManifestError, RawManifest,
    config_platform,
};
pub use mirror::{MirrorFault, MirrorNotice, MirrorPlace};
/// The error codes of the specification.
pub use oci_distribution::errors::OciErrorCode as ErrorCode;
pub use outage::{Outage, OutageStage};
pub use platform::{Platform, PlatformError, PlatformPattern, Platforms};
pub use profile::{
    HostPattern, IndexType, Profile, ProfileFacts, ProfileFile, ProfileLogin, ProfileName,
};
pub use proxy::{ProxyChoice, ProxyError, check_proxy};
pub use reference::{DOCKER_HUB, Reference, ReferenceError, Repository};
pub use request::{Operation, RequestKind};
pub use secret::Secret;
pub use signing::{
    Flaw, GITHUB_ISSUER, SignedBy, SignerRule, Signers, SigningKey, TrustedRoot, Verified,
    VerifiedError,
};
pub use source_pattern::SourcePattern;
pub use text::{cut, is_hidden};
pub use visit::{Asks, Visit, Way};
