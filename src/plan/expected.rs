//! The digest that a target must have, computed before anything is written.
//!
//! 1. A single manifest is copied byte for byte: its digest is expected.
//! 2. So is an index of which everything is wanted and accepted.
//! 3. One platform asked for: that child's manifest, byte for byte.
//! 4. Anything else: an index with fewer children, written by the rule in [`super::rewrite`].

use bytes::Bytes;
use indexmap::{IndexMap, IndexSet};

use crate::model::{
    Descriptor, Digest, Manifest, ManifestError, Platform, PlatformPattern, Platforms, RawManifest,
    config_platform, media_type,
};

use super::desired::{Entry, Policy};
use super::profile::{Profile, ProfileKind};
use super::select;

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
    /// The config's media type that the profile refuses; none where the entry asked to drop it.
    pub refused_config: Option<String>,
}

/// Why an image that is there cannot be mirrored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
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
    #[error("nothing of the source's index is left once what {profile} refuses is taken out")]
    NothingLeft {
        /// The kind of target.
        profile: ProfileKind,
    },
    /// Indexes inside indexes, too deep.
    #[error("the source's index holds indexes more than {0} levels deep")]
    TooDeep(usize),
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

/// What was read from a source so far.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Manifests by digest.
    pub manifests: IndexMap<Digest, RawManifest>,
    /// Configs by digest.
    pub configs: IndexMap<Digest, Bytes>,
}

/// Something that must be read before the expected digest is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Need {
    /// A manifest.
    Manifest(Descriptor),
    /// A config.
    Config(Descriptor),
}

/// The state of the question what a target must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// These must be read first; never empty.
    Needs(Vec<Need>),
    /// The answer.
    Known(Result<Expected, Refusal>),
}

/// Says what the target must hold for the source `source`, or what must be read to know it.
///
/// Asks for as little as decides: nothing at all for what is copied as it is.
pub fn expect(source: &Descriptor, ask: &Ask<'_>, known: &Known) -> Resolution {
    let mut reader = Reader {
        known,
        needs: IndexSet::new(),
    };
    let answer = if media_type::is_manifest(&source.media_type) {
        expect_single(source, ask, &mut reader)
    } else if media_type::is_index(&source.media_type) {
        select::expect_index(source, ask, &mut reader)
    } else if media_type::is_schema_1(&source.media_type) {
        Err(ManifestError::Schema1.into())
    } else {
        Err(ManifestError::UnknownMediaType(source.media_type.clone()).into())
    };
    if reader.needs.is_empty() {
        Resolution::Known(answer)
    } else {
        Resolution::Needs(reader.needs.into_iter().collect())
    }
}

fn expect_single(
    source: &Descriptor,
    ask: &Ask<'_>,
    reader: &mut Reader<'_>,
) -> Result<Expected, Refusal> {
    let expected = Expected::unchanged(source.clone());
    let asked = match ask.platforms {
        Platforms::Only(patterns) if ask.platforms_declared => patterns.as_slice(),
        // Without a word about platforms `docker pull` takes a single manifest whatever it runs on.
        _ => &[],
    };
    if asked.is_empty() && !ask.profile.image_configs_only {
        return Ok(expected);
    }
    let Some(manifest) = reader.manifest(source)? else {
        return Ok(expected);
    };
    let Manifest::Image(image) = manifest else {
        return Ok(expected);
    };
    if !media_type::is_image_config(&image.config.media_type) {
        return match refused_config(&image.config, ask.profile) {
            Some(config) => Err(Refusal::ConfigRefused {
                profile: ask.profile.kind,
                config: config.to_owned(),
            }),
            None => Ok(expected),
        };
    }
    if asked.is_empty() {
        return Ok(expected);
    }
    let Some(platform) = reader.config_platform(&image.config) else {
        return Ok(expected);
    };
    if asked.iter().any(|pattern| pattern.fits(&platform)) {
        Ok(expected)
    } else {
        Err(Refusal::PlatformsMissing {
            missing: asked.to_vec(),
            available: vec![platform],
        })
    }
}

/// Returns the config's media type if `profile` refuses manifests that have it.
pub(super) fn refused_config<'c>(config: &'c Descriptor, profile: &Profile) -> Option<&'c str> {
    let refused = profile.image_configs_only && !media_type::is_image_config(&config.media_type);
    refused.then_some(config.media_type.as_str())
}

/// Looks things up in what is known and notes what is not.
pub(super) struct Reader<'a> {
    known: &'a Known,
    needs: IndexSet<Need>,
}

impl<'a> Reader<'a> {
    pub(super) fn raw(&mut self, descriptor: &Descriptor) -> Option<&'a RawManifest> {
        let found = self.known.manifests.get(&descriptor.digest);
        if found.is_none() {
            self.needs.insert(Need::Manifest(descriptor.clone()));
        }
        found
    }

    pub(super) fn manifest(
        &mut self,
        descriptor: &Descriptor,
    ) -> Result<Option<Manifest>, ManifestError> {
        self.raw(descriptor).map(Manifest::parse).transpose()
    }

    /// Returns the platform in a config; none if it has none or is not read yet.
    pub(super) fn config_platform(&mut self, config: &Descriptor) -> Option<Platform> {
        let found = self.known.configs.get(&config.digest);
        if found.is_none() {
            self.needs.insert(Need::Config(config.clone()));
        }
        found.and_then(|bytes| config_platform(bytes))
    }
}
