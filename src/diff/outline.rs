//! The images of a tag, one a platform, as far as its manifests tell.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::model::{Child, Descriptor, Digest, ImageManifest, Manifest, Platform, RawManifest};

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
    pub layers: Vec<Descriptor>,
    /// What is annotated: on its manifest, else where an index names it, else on the index.
    pub annotations: IndexMap<String, String>,
}

impl Outline {
    /// Reads the outline of `root` from itself and from the manifests below it.
    ///
    /// What is not among them, or no manifest, is left out.
    pub fn of(root: &RawManifest, below: &HashMap<&Digest, &RawManifest>) -> Self {
        let mut outline = Self {
            root: root.descriptor.clone(),
            nodes: vec![],
        };
        outline.add(root, None, &IndexMap::new(), below);
        outline
    }

    fn add(
        &mut self,
        raw: &RawManifest,
        child: Option<&Child>,
        outer: &IndexMap<String, String>,
        below: &HashMap<&Digest, &RawManifest>,
    ) {
        match Manifest::parse(raw) {
            Err(_) => {}
            Ok(Manifest::Image(image)) => self.nodes.push(Node::of(raw, image, child, outer)),
            Ok(Manifest::Index(index)) => {
                let mut annotations = outer.clone();
                annotations.extend(index.annotations);
                for child in index
                    .children
                    .iter()
                    .filter(|child| child.attests().is_none())
                {
                    // A digest cannot name what holds it: this ends.
                    if let Some(raw) = below.get(&child.descriptor.digest) {
                        self.add(raw, Some(child), &annotations, below);
                    }
                }
            }
        }
    }

    /// Returns the images that `other` does not have, or that do not say what they run on: those
    /// whose configs have to be read.
    pub fn unlike<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a Node> {
        let has = |digest: &Digest| other.nodes.iter().any(|node| node.digest == *digest);
        self.nodes
            .iter()
            .filter(move |node| node.platform.is_none() || !has(&node.digest))
    }
}

impl Node {
    fn of(
        raw: &RawManifest,
        image: ImageManifest,
        child: Option<&Child>,
        outer: &IndexMap<String, String>,
    ) -> Self {
        let mut annotations = outer.clone();
        annotations.extend(
            child
                .map(|child| child.annotations.clone())
                .unwrap_or_default(),
        );
        annotations.extend(image.annotations);
        let layers = image.layers.into_iter().map(|layer| layer.descriptor);
        Self {
            digest: raw.descriptor.digest.clone(),
            platform: child.and_then(|child| child.platform.clone()),
            config: image.config,
            layers: layers.collect(),
            annotations,
        }
    }
}
