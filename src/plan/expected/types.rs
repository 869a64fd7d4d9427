//! What is asked, and what the answer is.

use std::fmt;

use indexmap::IndexSet;

use crate::model::{
    Descriptor, Digest, Excess, ManifestError, Platform, PlatformPattern, Platforms, Profile,
    ProfileName, RawManifest, listed,
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
    /// Why.
    pub why: WhyLeftOut,
}

impl LeftOut {
    /// Returns the media type of its config, where that is why.
    pub fn refused_config(&self) -> Option<&str> {
        match &self.why {
            WhyLeftOut::ConfigRefused(config) => Some(config),
            WhyLeftOut::AttestationRefused | WhyLeftOut::NotWanted => None,
        }
    }
}

/// Why a child was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyLeftOut {
    /// The entry asked to drop attestations, or the image that this one attests was left out.
    NotWanted,
    /// The profile refuses its config, which is of this media type.
    ConfigRefused(String),
    /// The profile refuses attestations.
    AttestationRefused,
}

/// Why an image that is there cannot be mirrored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CannotMirror {
    /// The manifest is of no kind that can be copied.
    Manifest(ManifestError),
    /// The source lacks platforms that were asked for.
    PlatformsMissing {
        /// What it lacks.
        missing: Vec<PlatformPattern>,
        /// What it has.
        available: Vec<Platform>,
    },
    /// The profile refuses the manifest because of its config.
    ConfigRefused {
        /// The kind of target.
        profile: ProfileName,
        /// The config's media type.
        config: String,
    },
    /// The entry keeps attestations, and the profile refuses them.
    AttestationsRefused {
        /// The kind of target.
        profile: ProfileName,
    },
    /// Nothing would be left.
    NothingLeft {
        /// The kind of target.
        profile: ProfileName,
    },
    /// It is larger than anything that is read.
    Excess(Excess),
}

impl fmt::Display for CannotMirror {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest(why) => {
                write_tr!(
                    f,
                    "the source cannot be copied: {why}",
                    "没法拷这个源：{why}"
                )
            }
            Self::Excess(why) => {
                write_tr!(
                    f,
                    "the source cannot be copied: {why}",
                    "没法拷这个源：{why}"
                )
            }
            Self::PlatformsMissing { missing, available } => {
                let missing = named(missing);
                match &*named(available) {
                    "" => write_tr!(
                        f,
                        "the source has no {missing}; it has no platform at all",
                        "源没有 {missing}；它一个平台都没有"
                    ),
                    available => write_tr!(
                        f,
                        "the source has no {missing}; it has {available}",
                        "源没有 {missing}；它有 {available}"
                    ),
                }
            }
            Self::ConfigRefused { profile, config } => write_tr!(
                f,
                "{profile} refuses manifests whose config is `{config}`: only container images",
                "{profile} 只收容器镜像，不收配置是 `{config}` 的清单"
            ),
            Self::AttestationsRefused { profile } => write_tr!(
                f,
                "{profile} refuses attestations, and the entry asks to keep them",
                "{profile} 不收 attestation，而声明里要保留"
            ),
            Self::NothingLeft { profile } => write_tr!(
                f,
                "nothing of the source's index is left without what {profile} refuses and the entry drops",
                "去掉 {profile} 不收的和声明里不要的，源的索引就什么都不剩了"
            ),
        }
    }
}

impl std::error::Error for CannotMirror {}

/// Returns the names of platforms, each once.
fn named<T: fmt::Display>(platforms: &[T]) -> String {
    let names: IndexSet<String> = platforms.iter().map(ToString::to_string).collect();
    listed(names)
}

impl From<ManifestError> for CannotMirror {
    fn from(why: ManifestError) -> Self {
        Self::Manifest(why)
    }
}

impl From<Excess> for CannotMirror {
    fn from(why: Excess) -> Self {
        Self::Excess(why)
    }
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
