//! One manifest of an image, and what it names.

use crate::model::{Descriptor, Digest, ImageManifest, Layer, Manifest, Platform, RawManifest};
use crate::plan::ForeignLayers;

use super::walker::Step;

/// A manifest of an image.
#[derive(Debug)]
pub struct Node {
    /// The manifest.
    pub manifest: RawManifest,
    /// The manifest that it says something about.
    pub subject: Option<Digest>,
    /// What it names.
    pub names: Names,
    /// The platforms of what it names, where it is an index that says them.
    pub platforms: Vec<(Digest, Platform)>,
}

/// What a manifest names.
#[derive(Debug)]
pub enum Names {
    /// Its config and layers, but for those that registries are not expected to hold.
    Blobs(Vec<Descriptor>),
    /// Other manifests.
    Manifests(Vec<Digest>),
}

impl Node {
    pub(super) fn of(step: Step, foreign_layers: ForeignLayers) -> Self {
        let (subject, names, platforms) = match step.manifest {
            Manifest::Image(image) => {
                let ImageManifest {
                    config,
                    layers,
                    subject,
                    ..
                } = image;
                let copied =
                    |layer: &Layer| foreign_layers == ForeignLayers::Copy || !layer.is_foreign();
                let layers = layers.into_iter().filter(copied);
                let layers = layers.map(|layer| layer.descriptor);
                let blobs = std::iter::once(config).chain(layers).collect();
                (subject, Names::Blobs(blobs), vec![])
            }
            Manifest::Index(index) => {
                let platforms = index.children.iter().filter_map(|child| {
                    let platform = child.platform.clone().filter(|one| !one.is_unknown())?;
                    Some((child.descriptor.digest.clone(), platform))
                });
                let platforms = platforms.collect();
                let children = index.children.into_iter();
                let children = children.map(|child| child.descriptor.digest);
                let names = Names::Manifests(children.collect());
                (index.subject, names, platforms)
            }
        };
        Self {
            manifest: step.raw,
            subject: subject.map(|subject| subject.digest),
            names,
            platforms,
        }
    }
}
