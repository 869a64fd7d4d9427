//! Reads whole images: every manifest below a root, and the blobs that they name.
//!
//! | file | job |
//! | --- | --- |
//! | `walker` | the one walk, for plan, apply, diff and delete: nothing twice, all within the limits |
//! | `node` | one manifest of an image, and what it names |
//! | `order` | children before the indexes that name them |
//! | `memory` | what the manifests of all images of a run take together |

mod memory;
mod node;
mod order;
mod walker;

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::model::{Descriptor, Digest, Failure, Profile, Reference};
use crate::plan::{Content, Contents, Expected, ForeignLayers, PlatformImage};
use crate::registry::ReadRegistry;

pub use memory::ManifestMemory;
pub use node::{Names, Node};
pub use walker::Walker;

use memory::Held;

/// An image with everything that it is made of, but for the bytes of its blobs.
#[derive(Debug)]
pub struct Tree {
    /// What the tag points to.
    pub root: Node,
    /// Every other manifest once, before those that name it: the order in which registries take them.
    pub below: Vec<Node>,
    _held: Held,
}

impl Tree {
    /// Returns the media type of the first config that a target refuses; what an index says of its
    /// children need not tell.
    pub fn refused_config(&self, profile: &Profile) -> Option<&str> {
        self.nodes().find_map(|node| match &node.names {
            Names::Blobs(blobs) => {
                let config = &blobs.first()?.media_type;
                profile.refuses_config(&node.manifest.descriptor.media_type, config)
            }
            Names::Manifests(_) => None,
        })
    }

    /// Tells whether a target refuses the type of an index in it.
    pub fn has_refused_index(&self, profile: &Profile) -> bool {
        self.nodes().any(|node| {
            let media_type = &node.manifest.descriptor.media_type;
            matches!(node.names, Names::Manifests(_)) && profile.index_instead(media_type).is_some()
        })
    }

    /// Returns every manifest once, before those that name it.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.below.iter().chain([&self.root])
    }

    /// Returns what there is to copy.
    pub fn contents(&self) -> Contents {
        let mut contents = Contents::default();
        let mut blobs = IndexMap::new();
        for node in self.nodes() {
            contents.referrers += usize::from(node.subject.is_some());
            let digest = node.manifest.descriptor.digest.clone();
            match &node.names {
                Names::Manifests(_) => contents.indexes.push(digest),
                Names::Blobs(named) => {
                    contents.images.push(digest);
                    blobs.extend(named.iter().map(|blob| (blob.digest.clone(), blob.size)));
                }
            }
        }
        contents.blobs = blobs.into_iter().collect();
        contents.platforms = self.platforms();
        contents
    }

    /// Returns the image of each platform: what an index gives none, as an attestation, is left out.
    fn platforms(&self) -> Vec<PlatformImage> {
        let named = self.nodes().flat_map(|node| &node.platforms);
        let named: HashMap<_, _> = named.map(|(digest, platform)| (digest, platform)).collect();
        let image = |node: &Node| {
            let Names::Blobs(blobs) = &node.names else {
                return None;
            };
            let manifest = &node.manifest.descriptor.digest;
            let platform = named.get(manifest).copied();
            let is_root = self.root.manifest.descriptor.digest == *manifest;
            (is_root || platform.is_some()).then_some(())?;
            Some(PlatformImage {
                platform: platform.cloned(),
                manifest: manifest.clone(),
                config: blobs.first()?.digest.clone(),
            })
        };
        self.nodes().filter_map(image).collect()
    }
}

/// Reads the image `expected`, whose bytes are at `source` as far as they were not made here.
///
/// Every manifest is read by its digest: what the source's tag points to by now does not matter.
pub async fn read<R: ReadRegistry>(
    mut walker: Walker<'_, R>,
    expected: &Expected,
    foreign_layers: ForeignLayers,
) -> Result<Tree, Failure> {
    if let Content::Rewritten(made) = &expected.content {
        walker.knows(made);
    }
    let steps = walker.walk(&expected.descriptor).await?;
    let nodes = steps.into_iter().map(|step| Node::of(step, foreign_layers));
    let nodes = order::innermost_first(nodes.collect());
    let mut below = nodes.map_err(|why| walker.exceeds(why))?;
    let root = below.pop();
    let root = root.ok_or_else(|| walker.lacks(&expected.descriptor))?;
    Ok(Tree {
        root,
        below,
        _held: walker.into_held(),
    })
}

/// Returns the digests of all manifests that `image` at `source` consists of, its own first.
///
/// Only indexes are read. An inner one that is not there, as registries allow, names nothing.
pub async fn digests<R: ReadRegistry>(
    registry: &R,
    source: &Reference,
    image: &Descriptor,
    memory: &ManifestMemory,
) -> Result<Vec<Digest>, Failure> {
    Walker::new(registry, source, memory).digests(image).await
}
