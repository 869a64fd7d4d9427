//! The digest that a target must have, computed before anything is written.
//!
//! 1. A single manifest is copied byte for byte: its digest is expected.
//! 2. So is an index of which everything is wanted and accepted.
//! 3. One platform asked for: that child's manifest, byte for byte.
//! 4. Anything else: an index with fewer children, written by the rule in [`super::rewrite`].

use bytes::Bytes;
use indexmap::{IndexMap, IndexSet};

use crate::model::{
    Descriptor, Digest, Excess, ImageManifest, Manifest, ManifestError, Platform, PlatformPattern,
    Platforms, Profile, ProfileKind, RawManifest, config_platform, media_type,
};

use super::desired::{Entry, MissingPlatforms, Policy};
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
    /// The config's media type that the profile refuses; none for an attestation that the entry
    /// asked to drop, or whose image was left out.
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
    let mut reader = Reader::new(known);
    let answer = if media_type::is_index(&source.media_type) {
        select::expect_index(source, ask, &mut reader)
    } else if media_type::is_manifest(&source.media_type) {
        expect_single(source, ask, &mut reader)
    } else {
        Err(not_a_manifest(&source.media_type))
    };
    if reader.is_waiting() {
        Resolution::Needs(reader.into_needs())
    } else {
        Resolution::Known(answer)
    }
}

/// Says why something of this media type, neither a manifest nor an index, cannot be mirrored.
pub(super) fn not_a_manifest(media_type: &str) -> Refusal {
    if media_type::is_schema_1(media_type) {
        ManifestError::Schema1.into()
    } else {
        ManifestError::UnknownMediaType(media_type.to_owned()).into()
    }
}

fn expect_single(
    source: &Descriptor,
    ask: &Ask<'_>,
    reader: &mut Reader<'_>,
) -> Result<Expected, Refusal> {
    let unchanged = Expected::unchanged(source.clone());
    let asked = match ask.platforms {
        Platforms::Only(patterns) if ask.platforms_declared => patterns.as_slice(),
        // Without a word about platforms `docker pull` takes a single manifest whatever it runs on.
        _ => &[],
    };
    if asked.is_empty() && !ask.profile.image_configs_only {
        return Ok(unchanged);
    }
    let Some(image) = reader.image(source)? else {
        return Ok(unchanged);
    };
    if let Some(config) = ask
        .profile
        .refuses_config(&source.media_type, &image.config.media_type)
    {
        return Err(Refusal::ConfigRefused {
            profile: ask.profile.kind,
            config: config.to_owned(),
        });
    }
    if asked.is_empty() {
        return Ok(unchanged);
    }
    // An artifact runs on nothing, so no platform is missing from it.
    let Some(platform) = reader.platform_of(&image) else {
        return Ok(unchanged);
    };
    let (found, missing): (Vec<_>, Vec<_>) = asked
        .iter()
        .cloned()
        .partition(|pattern| pattern.fits(&platform));
    let skip = ask.policy.missing_platforms == MissingPlatforms::Skip && !found.is_empty();
    if !missing.is_empty() && !skip {
        return Err(Refusal::PlatformsMissing {
            missing,
            available: vec![platform],
        });
    }
    let selection = Selection {
        platforms_kept: 1,
        left_out: vec![],
        skipped: missing,
    };
    Ok(Expected {
        selection,
        ..unchanged
    })
}

/// Looks things up in what is known and notes what is not.
pub(super) struct Reader<'a> {
    known: &'a Known,
    manifests: IndexMap<Digest, Descriptor>,
    configs: IndexMap<Digest, Descriptor>,
}

impl<'a> Reader<'a> {
    fn new(known: &'a Known) -> Self {
        Self {
            known,
            manifests: IndexMap::new(),
            configs: IndexMap::new(),
        }
    }

    /// Tells whether something was looked up that is not known yet, so that no answer counts.
    pub(super) fn is_waiting(&self) -> bool {
        !self.manifests.is_empty() || !self.configs.is_empty()
    }

    fn into_needs(self) -> Vec<Need> {
        let manifests = self.manifests.into_values().map(Need::Manifest);
        manifests
            .chain(self.configs.into_values().map(Need::Config))
            .collect()
    }

    /// Returns a manifest's bytes as what `descriptor` says they are, whatever a header said: the
    /// media type decides how they are read, and it must be the one that the target will see.
    pub(super) fn raw(&mut self, descriptor: &Descriptor) -> Option<RawManifest> {
        let found = self.known.manifests.get(&descriptor.digest);
        if found.is_none() {
            self.manifests
                .entry(descriptor.digest.clone())
                .or_insert_with(|| descriptor.clone());
        }
        found.map(|raw| RawManifest {
            descriptor: descriptor.clone(),
            bytes: raw.bytes.clone(),
        })
    }

    /// Returns a manifest that is no index; none if it is not read yet.
    pub(super) fn image(
        &mut self,
        descriptor: &Descriptor,
    ) -> Result<Option<ImageManifest>, ManifestError> {
        let Some(raw) = self.raw(descriptor) else {
            return Ok(None);
        };
        match Manifest::parse(&raw)? {
            Manifest::Image(image) => Ok(Some(image)),
            Manifest::Index(_) => Err(ManifestError::UnknownMediaType(
                descriptor.media_type.clone(),
            )),
        }
    }

    /// Returns the platform that an image's config names; none if it names none, if it is no
    /// image's, or if it is not read yet.
    pub(super) fn platform_of(&mut self, image: &ImageManifest) -> Option<Platform> {
        let config = &image.config;
        if !media_type::is_image_config(&config.media_type) {
            return None;
        }
        let found = self.known.configs.get(&config.digest);
        if found.is_none() {
            self.configs
                .entry(config.digest.clone())
                .or_insert_with(|| config.clone());
        }
        found.and_then(|bytes| config_platform(bytes))
    }
}
