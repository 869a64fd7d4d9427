//! What is declared of one image.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{Platforms, Reference};

pub use super::declared_at::DeclaredAt;
use super::immutable::Immutable;
use super::target::TargetName;
use super::verify::VerifyRule;

/// One image: where it comes from, which platforms of it, where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the image comes from.
    pub source: Reference,
    /// Which platforms of it are wanted.
    pub platforms: Platforms,
    /// Whether someone wrote the platforms down, rather than leaving them to the built-in default.
    pub platforms_declared: bool,
    /// Where it goes.
    pub target: TargetName,
    /// Where it was declared.
    pub origin: DeclaredAt,
    /// What to do in the cases that are a matter of taste.
    pub policy: Policy,
    /// Which tags never move.
    pub immutable: Immutable,
    /// How long a digest is waited for before it is taken, from when the lock first saw the source point to it.
    pub min_age: Duration,
    /// By whom it must be signed; none where no rule names it.
    pub verify: Option<Arc<VerifyRule>>,
}

impl Entry {
    /// Returns the name in the target, and whose it is.
    pub(super) fn holder(&self) -> (TargetName, Holder) {
        let Self {
            source,
            target,
            origin,
            ..
        } = self;
        (
            target.clone(),
            Holder {
                source: source.clone(),
                origin: origin.clone(),
            },
        )
    }
}

/// Whose a name in the target is.
#[derive(Debug, Clone)]
pub(super) struct Holder {
    /// Where the image comes from.
    pub(super) source: Reference,
    /// Where it was declared.
    pub(super) origin: DeclaredAt,
}

/// The choices that an entry can make.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    /// What to do when the source lacks a platform that was asked for.
    pub missing_platforms: MissingPlatforms,
    /// What to do with the attestations that stand in an index.
    pub attestations: Attestations,
    /// Which referrers follow the image.
    pub referrers: Referrers,
    /// What to do with layers that registries are not expected to hold.
    pub foreign_layers: ForeignLayers,
}

/// What to do when the source lacks a platform that was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum MissingPlatforms {
    /// Block the image.
    #[default]
    Block,
    /// Go on with the platforms there are.
    Skip,
}

/// What to do with the attestations that stand in an index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Attestations {
    /// Keep those that the target accepts.
    #[default]
    Auto,
    /// Keep them all; block the image where the target refuses one.
    Keep,
    /// Leave them all out.
    Drop,
}

/// Which referrers follow the image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Referrers {
    /// None.
    #[default]
    None,
    /// Signatures.
    Signatures,
    /// All: signatures, attestations, SBOMs and whatever else names the image as its subject.
    All,
}

/// What to do with layers that registries are not expected to hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ForeignLayers {
    /// Leave them at their URLs.
    #[default]
    Leave,
    /// Copy them like any other layer.
    Copy,
}
