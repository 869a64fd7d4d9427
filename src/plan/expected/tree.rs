//! An index and the indexes inside it, with what the platforms make of each child.

use std::collections::HashMap;

use crate::model::{
    Child, DESCRIPTOR_LIMIT, Descriptor, Digest, Excess, INDEX_LEVELS, Index, Manifest,
    ManifestError, Platform, PlatformPattern, Platforms, RawManifest, media_type,
};

use super::reader::Reader;
use super::refused::not_a_manifest;
use super::types::CannotMirror;

/// The indexes that have something to do with what is wanted.
#[derive(Default)]
pub(super) struct Tree {
    /// Each index after those inside it, the root last; one that stands in several places once.
    pub(super) nodes: Vec<Node>,
    /// Every platform there is, wanted or not.
    pub(super) available: Vec<Platform>,
}

/// An index and what becomes of its children.
pub(super) struct Node {
    pub(super) raw: RawManifest,
    pub(super) index: Index,
    /// One for each child.
    pub(super) fates: Vec<Fate>,
    /// Whether all of it is wanted, so that only the profile or the policy can leave something out.
    pub(super) everything: bool,
}

impl Node {
    pub(super) fn children(&self) -> impl Iterator<Item = (&Child, &Fate)> {
        self.index.children.iter().zip(&self.fates)
    }
}

/// What becomes of a child.
#[derive(Debug)]
pub(super) enum Fate {
    /// The platforms exclude it.
    Excluded,
    /// It is wanted: an image, for this platform where one is named.
    Image(Option<Platform>),
    /// It is wanted, and is an artifact or of a kind that is not known.
    Other,
    /// It is an index, to be found at this place of the tree, and may be for one platform itself.
    Inner {
        place: usize,
        platform: Option<Platform>,
    },
    /// It goes where the child goes that it attests.
    Attestation,
    /// It is wanted, and the profile refuses it for this config.
    Refused(String),
}

impl Tree {
    /// Sorts the children by platform; incomplete while `reader` waits for something.
    pub(super) fn of(
        root: &Descriptor,
        platforms: &Platforms,
        reader: &mut Reader<'_>,
    ) -> Result<Self, CannotMirror> {
        let mut walk = Walk {
            platforms,
            reader,
            places: HashMap::new(),
            named: 0,
            tree: Self::default(),
        };
        walk.index(root, *platforms == Platforms::All, 1)?;
        Ok(walk.tree)
    }

    /// Returns the images that are wanted and not refused.
    pub(super) fn images(&self) -> impl Iterator<Item = &Descriptor> {
        let children = self.nodes.iter().flat_map(Node::children);
        children
            .filter(|(_, fate)| matches!(fate, Fate::Image(_)))
            .map(|(child, _)| &child.descriptor)
    }

    /// Returns the patterns of `platforms` that no image fits which is wanted and not refused.
    pub(super) fn missing(&self, platforms: &Platforms) -> Vec<PlatformPattern> {
        let Platforms::Only(patterns) = platforms else {
            return vec![];
        };
        let mut found = vec![];
        let mut holds_images: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let mut holds = false;
            for fate in &node.fates {
                let platform = match fate {
                    Fate::Image(platform) => platform,
                    Fate::Inner { place, platform } if holds_images[*place] => platform,
                    _ => continue,
                };
                holds = true;
                found.extend(platform);
            }
            holds_images.push(holds);
        }
        let fits_one = |pattern: &&PlatformPattern| found.iter().any(|found| pattern.fits(found));
        patterns
            .iter()
            .filter(|pattern| !fits_one(pattern))
            .cloned()
            .collect()
    }

    /// Returns the first config for which the profile refuses something that is wanted.
    pub(super) fn first_refused(&self) -> Option<&str> {
        let mut fates = self.nodes.iter().flat_map(|node| &node.fates);
        fates.find_map(|fate| match fate {
            Fate::Refused(config) => Some(config.as_str()),
            _ => None,
        })
    }
}

struct Walk<'a, 'k> {
    platforms: &'a Platforms,
    reader: &'a mut Reader<'k>,
    /// Where in the tree an index is. Without it, few manifests that name each other often would
    /// be walked more often than anybody can wait for.
    places: HashMap<(Digest, bool), usize>,
    /// How many children the indexes have together.
    named: usize,
    tree: Tree,
}

impl Walk<'_, '_> {
    /// Walks an index and returns its place; none if it is not read yet.
    fn index(
        &mut self,
        descriptor: &Descriptor,
        everything: bool,
        depth: usize,
    ) -> Result<Option<usize>, CannotMirror> {
        if depth > INDEX_LEVELS {
            return Err(Excess::Levels.into());
        }
        let key = (descriptor.digest.clone(), everything);
        if let Some(place) = self.places.get(&key) {
            return Ok(Some(*place));
        }
        let Some(raw) = self.reader.raw(descriptor) else {
            return Ok(None);
        };
        let Manifest::Index(index) = Manifest::parse(&raw)? else {
            return Err(ManifestError::UnknownMediaType(descriptor.media_type.clone()).into());
        };
        self.named += index.children.len();
        if self.named > DESCRIPTOR_LIMIT {
            return Err(Excess::Descriptors.into());
        }
        let mut fates = Vec::with_capacity(index.children.len());
        for child in &index.children {
            fates.push(self.child(child, everything, depth)?);
        }
        let place = self.tree.nodes.len();
        self.tree.nodes.push(Node {
            raw,
            index,
            fates,
            everything,
        });
        self.places.insert(key, place);
        Ok(Some(place))
    }

    fn child(
        &mut self,
        child: &Child,
        everything: bool,
        depth: usize,
    ) -> Result<Fate, CannotMirror> {
        if child.attests().is_some() {
            return Ok(Fate::Attestation);
        }
        let named = child.platform.clone().filter(|named| !named.is_unknown());
        self.tree.available.extend(named.clone());
        let wanted = match &named {
            Some(named) => everything || self.wants(named),
            None => everything,
        };
        if media_type::is_index(&child.descriptor.media_type) {
            if named.is_some() && !wanted {
                return Ok(Fate::Excluded);
            }
            let place = self.index(&child.descriptor, wanted, depth + 1)?;
            return Ok(place.map_or(Fate::Excluded, |place| Fate::Inner {
                place,
                platform: named,
            }));
        }
        let manifest = media_type::is_manifest(&child.descriptor.media_type);
        if everything {
            // Inside an index that is for a platform, so is what does not say otherwise.
            let inherited = *self.platforms != Platforms::All && child.platform.is_none();
            let image = manifest && (named.is_some() || (inherited && !is_artifact(child)));
            return Ok(if image {
                Fate::Image(named)
            } else {
                Fate::Other
            });
        }
        if wanted && !manifest {
            return Err(not_a_manifest(&child.descriptor.media_type));
        }
        if child.platform.is_some() {
            return Ok(if wanted {
                Fate::Image(named)
            } else {
                Fate::Excluded
            });
        }
        self.unnamed(child)
    }

    /// Decides by its config about a child for which the index names no platform.
    fn unnamed(&mut self, child: &Child) -> Result<Fate, CannotMirror> {
        if is_artifact(child) || !media_type::is_manifest(&child.descriptor.media_type) {
            return Ok(Fate::Excluded);
        }
        let Some(image) = self.reader.image(&child.descriptor)? else {
            return Ok(Fate::Excluded);
        };
        let Some(platform) = self.reader.platform_of(&image) else {
            return Ok(Fate::Excluded);
        };
        self.tree.available.push(platform.clone());
        Ok(if self.wants(&platform) {
            Fate::Image(Some(platform))
        } else {
            Fate::Excluded
        })
    }

    fn wants(&self, platform: &Platform) -> bool {
        match self.platforms {
            Platforms::All => true,
            Platforms::Only(patterns) => patterns.iter().any(|pattern| pattern.fits(platform)),
        }
    }
}

/// Tells whether the index calls a child an artifact.
///
/// Where a manifest has no artifact type, its config's media type stands in for it.
pub(super) fn is_artifact(child: &Child) -> bool {
    let artifact_type = child.artifact_type.as_deref();
    artifact_type.is_some_and(|named| !media_type::is_image_config(named))
}
