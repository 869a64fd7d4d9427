//! The images of a tag, one a platform, as far as its manifests tell.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use oci_distribution::annotations;

use crate::model::{Child, Descriptor, Digest, ImageManifest, Manifest, Platform, RawManifest};

use super::value::cut;

pub(super) const VERSION: &str = annotations::ORG_OPENCONTAINERS_IMAGE_VERSION;
pub(super) const BASE_NAME: &str = annotations::ORG_OPENCONTAINERS_IMAGE_BASE_NAME;
pub(super) const BASE_DIGEST: &str = annotations::ORG_OPENCONTAINERS_IMAGE_BASE_DIGEST;
/// The annotations that are compared.
const COMPARED: [&str; 3] = [VERSION, BASE_NAME, BASE_DIGEST];

/// The images of a tag in their order; attestations are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// What the tag points to.
    pub root: Descriptor,
    /// The images.
    pub nodes: Vec<Node>,
}

/// One image of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The digest of its manifest.
    pub digest: Digest,
    /// What the index says that it runs on.
    pub platform: Option<Platform>,
    /// Its config.
    pub config: Descriptor,
    /// Its layers.
    pub layers: Arc<[Descriptor]>,
    /// What is annotated, of what is compared: on its manifest, else where an index names it, else on
    /// the index.
    pub annotations: IndexMap<String, String>,
}

impl Outline {
    /// Reads the outline of `root` from itself and from the manifests below it.
    ///
    /// What is not among them, or no manifest, is left out; what is named again in the same way is
    /// there once.
    pub fn of(root: &RawManifest, below: &HashMap<&Digest, &RawManifest>) -> Self {
        let mut outlining = Outlining {
            below,
            images: HashMap::new(),
            indexes: HashSet::new(),
            seen: HashSet::new(),
            nodes: vec![],
        };
        outlining.add(root, None, &IndexMap::new());
        Self {
            root: root.descriptor.clone(),
            nodes: outlining.nodes,
        }
    }

    /// Returns the images that `other` does not have, or that do not say what they run on: those
    /// whose configs have to be read.
    pub fn unlike<'a>(&'a self, other: &Self) -> impl Iterator<Item = &'a Node> {
        let others: HashSet<_> = other.nodes.iter().map(|node| node.digest.clone()).collect();
        self.nodes
            .iter()
            .filter(move |node| node.platform.is_none() || !others.contains(&node.digest))
    }
}

struct Outlining<'a> {
    below: &'a HashMap<&'a Digest, &'a RawManifest>,
    /// The images that were read, each once however often it is named.
    images: HashMap<Digest, Node>,
    /// The indexes that were read.
    indexes: HashSet<Digest>,
    seen: HashSet<(Digest, Option<Platform>)>,
    nodes: Vec<Node>,
}

impl Outlining<'_> {
    fn add(&mut self, raw: &RawManifest, child: Option<&Child>, outer: &IndexMap<String, String>) {
        let digest = &raw.descriptor.digest;
        if let Some(image) = self.images.get(digest) {
            let image = image.clone();
            return self.add_image(image, child, outer);
        }
        if self.indexes.contains(digest) {
            return;
        }
        match Manifest::parse(raw) {
            Err(_) => {}
            Ok(Manifest::Image(image)) => {
                let image = Node::of(digest, image);
                self.images.insert(digest.clone(), image.clone());
                self.add_image(image, child, outer);
            }
            Ok(Manifest::Index(index)) => {
                self.indexes.insert(digest.clone());
                let mut annotations = outer.clone();
                annotations.extend(told(index.annotations));
                for child in &index.children {
                    if child.attests().is_none()
                        && let Some(raw) = self.below.get(&child.descriptor.digest)
                    {
                        self.add(raw, Some(child), &annotations);
                    }
                }
            }
        }
    }

    fn add_image(&mut self, image: Node, child: Option<&Child>, outer: &IndexMap<String, String>) {
        let platform = child.and_then(|child| child.platform.clone());
        if !self.seen.insert((image.digest.clone(), platform.clone())) {
            return;
        }
        let mut annotations = outer.clone();
        if let Some(child) = child {
            annotations.extend(told(child.annotations.clone()));
        }
        annotations.extend(image.annotations);
        self.nodes.push(Node {
            platform,
            annotations,
            ..image
        });
    }
}

/// Keeps the annotations that are compared, as far as they are shown: images share those of their
/// indexes, and each has a copy.
fn told(annotations: IndexMap<String, String>) -> impl Iterator<Item = (String, String)> {
    let compared = annotations
        .into_iter()
        .filter(|(key, _)| COMPARED.contains(&key.as_str()));
    compared.map(|(key, text)| (key, cut(&text)))
}

impl Node {
    fn of(digest: &Digest, image: ImageManifest) -> Self {
        let layers = image.layers.into_iter().map(|layer| layer.descriptor);
        Self {
            digest: digest.clone(),
            platform: None,
            config: image.config,
            layers: layers.collect(),
            annotations: told(image.annotations).collect(),
        }
    }
}
