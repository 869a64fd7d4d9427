//! What several unit tests make up.

use crate::model::{Descriptor, Digest, Platforms, Profile, media_type};

use super::change::ImageCopy;
use super::entry::{DeclaredAt, Entry, Policy};
use super::expected::Expected;
use super::immutable::Immutable;
use super::lock::LockedImage;
use super::observed::{RefusedReferrers, SourceImage};
use super::target::Target;

pub(super) fn descriptor(content: &str) -> Descriptor {
    Descriptor {
        media_type: media_type::OCI_MANIFEST.to_owned(),
        digest: Digest::sha256(content.as_bytes()),
        size: 1,
    }
}

pub(super) fn source_image(content: &str) -> SourceImage {
    SourceImage {
        descriptor: descriptor(content),
        expected: Ok(Expected::unchanged(descriptor(content))),
        contents: None,
        verdict: None,
    }
}

pub(super) fn copy(content: &str) -> ImageCopy {
    ImageCopy {
        source: descriptor(content),
        expected: Expected::unchanged(descriptor(content)),
        contents: None,
        verified: None,
        referrers_stay: false,
        referrers_refused: RefusedReferrers::default(),
        formerly: None,
        unseen: None,
    }
}

pub(super) fn locked(content: &str) -> LockedImage {
    LockedImage {
        source: "org/app:1".parse().unwrap(),
        source_digest: descriptor(content).digest,
        platforms: Platforms::All,
        expected: descriptor(content),
        rule: String::new(),
    }
}

pub(super) fn target(kind: &str) -> Target {
    Target {
        label: None,
        registry: "registry.example".to_owned(),
        namespace: Some("team".to_owned()),
        profile: Profile::named(kind).unwrap(),
    }
}

pub(super) fn origin(line: usize) -> DeclaredAt {
    let file = "images.txt".into();
    DeclaredAt { file, line }
}

pub(super) fn entry(source: &str, target: &str) -> Entry {
    Entry {
        source: source.parse().unwrap(),
        platforms: Platforms::linux_amd64(),
        platforms_declared: false,
        target: target.parse().unwrap(),
        origin: origin(1),
        policy: Policy::default(),
        immutable: Immutable::default(),
        min_age: std::time::Duration::ZERO,
        verify: None,
    }
}
