//! What is asked, and what the answer is.

use indexmap::IndexSet;

use crate::model::{
    Descriptor, Digest, Excess, ManifestError, Platform, PlatformPattern, Platforms, Profile,
    ProfileKind, RawManifest,
};
use crate::plan::entry::{Entry, Policy};

/// What the target must hold for one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The manifest or index that the tag must point to.
    pub descriptor: Descriptor,
    /// Where its bytes come from.
    pub content: Content,
    /// What was left out of the source's index, and why.
    pub selection: Selection,
}

impl Expected {
    /// Expects `descriptor` as the source holds it.
    pub fn unchanged(descriptor: Descriptor) -> Self {
        Self {
            descriptor,
            content: Content::Source,
            selection: Selection::default(),
        }
    }
}

/// Where the bytes of an expected manifest come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The source holds them under the same digest.
    Source,
    /// They were made here: indexes with fewer children, the innermost first, the root last.
    Rewritten(Vec<RawManifest>),
}

/// What was kept of an index and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// How many children for a platform were kept.
    pub platforms_kept: usize,
    /// What was left out although the platforms did not exclude it.
    pub left_out: Vec<LeftOut>,
    /// The platforms that were asked for, are not there, and may be skipped.
    pub skipped: Vec<PlatformPattern>,
}

/// A child that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The child.
    pub digest: Digest,
    /// Whether it is an attestation; else it is another artifact.
    pub attestation: bool,
    /// The config's media type that the profile refuses; none for an attestation that the entry
    /// asked to drop, or whose image was left out.
    pub refused_config: Option<String>,
}

/// Why an image that is there cannot be mirrored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotMirror {
    /// The manifest is of no kind that can be copied.
    #[error("the source cannot be copied: {0}")]
    Manifest(#[from] ManifestError),
    /// The source lacks platforms that were asked for.
    #[error("the source has no {}; it has {}", listed(missing), listed(available))]
    PlatformsMissing {
        /// What it lacks.
        missing: Vec<PlatformPattern>,
        /// What it has.
        available: Vec<Platform>,
    },
    /// The profile refuses the manifest because of its config.
    #[error("{profile} refuses manifests whose config is `{config}`: only container images")]
    ConfigRefused {
        /// The kind of target.
        profile: ProfileKind,
        /// The config's media type.
        config: String,
    },
    /// Nothing would be left.
    #[error(
        "nothing of the source's index is left without what {profile} refuses and the entry drops"
    )]
    NothingLeft {
        /// The kind of target.
        profile: ProfileKind,
    },
    /// It is larger than anything that is read.
    #[error("the source cannot be copied: {0}")]
    Excess(#[from] Excess),
}

fn listed<T: std::fmt::Display>(things: &[T]) -> String {
    if things.is_empty() {
        return "no platform at all".to_owned();
    }
    let names: IndexSet<String> = things.iter().map(ToString::to_string).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// What is asked of a source: everything beside the source itself that decides what is expected.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Which platforms.
    pub platforms: &'a Platforms,
    /// Whether someone wrote them down.
    pub platforms_declared: bool,
    /// The entry's choices.
    pub policy: Policy,
    /// What the target accepts.
    pub profile: &'a Profile,
}

impl<'a> Ask<'a> {
    /// Returns what `entry` asks for at a target of this profile.
    pub fn of(entry: &'a Entry, profile: &'a Profile) -> Self {
        Self {
            platforms: &entry.platforms,
            platforms_declared: entry.platforms_declared,
            policy: entry.policy,
            profile,
        }
    }
}
