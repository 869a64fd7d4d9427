//! Reads a whole image: every manifest below a root, and the blobs that they name.

use std::future::Future;
use std::pin::Pin;

use futures_util::future::try_join_all;
use indexmap::IndexMap;

use crate::model::{Descriptor, ImageManifest, Manifest, RawManifest, Reference};
use crate::plan::{Cause, Content, Contents, Expected, ForeignLayers, Unreadable};
use crate::registry::ReadRegistry;

/// An index inside an index inside …: nobody needs more levels than this.
const MAX_DEPTH: usize = 5;

/// An image with everything that it is made of, but for the bytes of its blobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// What the tag points to.
    pub root: RawManifest,
    /// The manifests that have blobs; the root too, if it is one of them.
    pub images: Vec<ImageNode>,
    /// The indexes between the root and the images, innermost first.
    pub inner_indexes: Vec<RawManifest>,
}

/// A manifest that has blobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageNode {
    /// The manifest.
    pub manifest: RawManifest,
    /// Its config and layers, but for those that registries are not expected to hold.
    pub blobs: Vec<Descriptor>,
}

impl Tree {
    /// Returns what there is to copy.
    pub fn contents(&self) -> Contents {
        let blobs = self.images.iter().flat_map(|image| &image.blobs);
        let blobs: IndexMap<_, _> = blobs.map(|b| (b.digest.clone(), b.size)).collect();
        let images = self.images.iter();
        let images: Vec<_> = images
            .map(|i| i.manifest.descriptor.digest.clone())
            .collect();
        let is_index = !images.contains(&self.root.descriptor.digest);
        Contents {
            indexes: self.inner_indexes.len() + usize::from(is_index),
            images,
            blobs: blobs.into_iter().collect(),
        }
    }
}

/// Reads the image `expected`, whose bytes are at `source` as far as they were not made here.
///
/// Every manifest is read by its digest: what the source's tag points to by now does not matter.
pub async fn read<R: ReadRegistry>(
    registry: &R,
    source: &Reference,
    expected: &Expected,
    foreign_layers: ForeignLayers,
) -> Result<Tree, Unreadable> {
    let reader = TreeReader {
        registry,
        source,
        expected,
        foreign_layers,
    };
    let root = reader.manifest(&expected.descriptor).await?;
    let mut parts = Parts::default();
    match reader.parse(&root)? {
        Manifest::Image(image) => parts.images.push(reader.node(root.clone(), image)),
        Manifest::Index(index) => {
            let children = index.children.into_iter().map(|child| child.descriptor);
            parts = reader.descend(children.collect(), 1).await?;
        }
    }
    Ok(Tree {
        root,
        images: parts.images,
        inner_indexes: parts.indexes,
    })
}

/// Reads what the tag of an image points to, and nothing below it.
pub async fn root<R: ReadRegistry>(
    registry: &R,
    source: &Reference,
    expected: &Expected,
) -> Result<RawManifest, Unreadable> {
    let reader = TreeReader {
        registry,
        source,
        expected,
        foreign_layers: ForeignLayers::Copy,
    };
    reader.manifest(&expected.descriptor).await
}

/// What was found below an index: the innermost indexes first.
#[derive(Default)]
struct Parts {
    images: Vec<ImageNode>,
    indexes: Vec<RawManifest>,
}

struct TreeReader<'a, R> {
    registry: &'a R,
    source: &'a Reference,
    expected: &'a Expected,
    foreign_layers: ForeignLayers,
}

type Descent<'a> = Pin<Box<dyn Future<Output = Result<Parts, Unreadable>> + Send + 'a>>;

impl<R: ReadRegistry> TreeReader<'_, R> {
    fn descend(&self, children: Vec<Descriptor>, depth: usize) -> Descent<'_> {
        Box::pin(async move {
            if depth > MAX_DEPTH {
                return Err(self.protocol(&format!("its indexes nest more than {MAX_DEPTH} deep")));
            }
            let below = children.into_iter().map(|child| async move {
                let manifest = self.manifest(&child).await?;
                match self.parse(&manifest)? {
                    Manifest::Image(image) => Ok(Parts {
                        images: vec![self.node(manifest, image)],
                        indexes: vec![],
                    }),
                    Manifest::Index(index) => {
                        let children = index.children.into_iter().map(|child| child.descriptor);
                        let mut parts = self.descend(children.collect(), depth + 1).await?;
                        parts.indexes.push(manifest);
                        Ok::<_, Unreadable>(parts)
                    }
                }
            });
            let mut parts = Parts::default();
            for below in try_join_all(below).await? {
                parts.images.extend(below.images);
                parts.indexes.extend(below.indexes);
            }
            Ok(parts)
        })
    }

    async fn manifest(&self, descriptor: &Descriptor) -> Result<RawManifest, Unreadable> {
        if let Content::Rewritten(made) = &self.expected.content
            && let Some(manifest) = made.iter().find(|made| made.descriptor == *descriptor)
        {
            return Ok(manifest.clone());
        }
        read_manifest(self.registry, self.source, descriptor).await
    }

    fn parse(&self, manifest: &RawManifest) -> Result<Manifest, Unreadable> {
        Manifest::parse(manifest).map_err(|error| {
            self.protocol(&format!(
                "its manifest {}: {error}",
                manifest.descriptor.digest
            ))
        })
    }

    fn node(&self, manifest: RawManifest, image: ImageManifest) -> ImageNode {
        let copied = |layer: &crate::model::Layer| {
            self.foreign_layers == ForeignLayers::Copy || !layer.is_foreign()
        };
        let layers = image
            .layers
            .into_iter()
            .filter(copied)
            .map(|layer| layer.descriptor);
        ImageNode {
            manifest,
            blobs: std::iter::once(image.config).chain(layers).collect(),
        }
    }

    fn protocol(&self, what: &str) -> Unreadable {
        Unreadable {
            cause: Cause::Protocol,
            message: format!("{}: {what}", self.source),
            hint: None,
        }
    }
}

/// Reads a manifest that another one names; its absence is the source's fault.
pub async fn read_manifest<R: ReadRegistry>(
    registry: &R,
    source: &Reference,
    descriptor: &Descriptor,
) -> Result<RawManifest, Unreadable> {
    let found = registry
        .get_manifest(&source.at(descriptor.digest.clone()))
        .await?;
    let mut manifest = found.ok_or_else(|| missing(source, "manifest", descriptor))?;
    // Inside an index its descriptor says what a child is: registries' headers differ on children.
    manifest
        .descriptor
        .media_type
        .clone_from(&descriptor.media_type);
    Ok(manifest)
}

/// Says that a source lacks something that its own manifest names.
pub fn missing(source: &Reference, what: &str, descriptor: &Descriptor) -> Unreadable {
    let message = format!(
        "{source} names {what} {}, which its registry lacks",
        descriptor.digest
    );
    Unreadable {
        cause: Cause::Protocol,
        message,
        hint: None,
    }
}
