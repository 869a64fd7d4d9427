//! The images, and how they come into a registry.

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use pusher::model::{Descriptor, RawManifest, Reference, Repository};
use pusher::registry::{ReadRegistry as _, Upload, UploadBody, WriteRegistry as _};
use pusher::sandbox::images::{Artifact, Image};

use crate::Result;
use crate::registry::Registry;

/// Where the images are at the source, and where they go at the target.
pub(crate) const SOURCE_NAMESPACE: &str = "source";
pub(crate) const TARGET_NAMESPACE: &str = "target";

const PLATFORM: &str = "linux/amd64";
const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const LAYER: usize = 64 * 1024;
/// How a gzip file begins.
const GZIP: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// Every image has one of so many base layers.
const BASES: usize = 6;
const REQUESTS_AT_ONCE: usize = 16;

/// An image and its name below a namespace.
pub(crate) struct Named {
    pub(crate) repository: String,
    pub(crate) tag: String,
    pub(crate) artifact: Artifact,
    /// Which of the sources has it.
    pub(crate) host: usize,
}

impl Named {
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.repository, self.tag)
    }
}

/// Returns so many tags, two a repository; each image has four layers of 64 KiB, the first of which
/// it shares with others.
pub(crate) fn tags(count: usize) -> Vec<Named> {
    let image = |position: usize| {
        let own = (BASES + 3 * position) as u64;
        let image = Image::new(PLATFORM)
            .raw_layer(LAYER_TYPE, layer(LAYER, (position % BASES) as u64))
            .raw_layer(LAYER_TYPE, layer(LAYER, own))
            .raw_layer(LAYER_TYPE, layer(LAYER, own + 1))
            .raw_layer(LAYER_TYPE, layer(LAYER, own + 2));
        Named {
            repository: format!("app-{:03}", position / 2),
            tag: format!("{}", position % 2),
            artifact: image.build(),
            host: 0,
        }
    };
    (0..count).map(image).collect()
}

/// Returns an image with one layer of `unit` bytes and eight of an eighth of that.
pub(crate) fn large(unit: usize) -> Named {
    let image = (1..=8).fold(
        Image::new(PLATFORM).raw_layer(LAYER_TYPE, layer(unit, 0)),
        |image, seed| image.raw_layer(LAYER_TYPE, layer(unit / 8, seed)),
    );
    Named {
        repository: "large".to_owned(),
        tag: "1".to_owned(),
        artifact: image.build(),
        host: 0,
    }
}

/// Returns so many images of one layer of `size` bytes each.
pub(crate) fn layers(count: usize, size: usize) -> Vec<Named> {
    let image = |position: usize| Named {
        repository: format!("layer-{position:03}"),
        tag: "1".to_owned(),
        artifact: Image::new(PLATFORM)
            .raw_layer(LAYER_TYPE, layer(size, position as u64))
            .build(),
        host: 0,
    };
    (0..count).map(image).collect()
}

/// Adds up the sizes of the blobs.
pub(crate) fn bytes(images: &[Named]) -> u64 {
    let blobs = images.iter().flat_map(|image| &image.artifact.blobs);
    blobs.map(|blob| blob.content.size()).sum()
}

/// Returns bytes that do not compress and look like a gzip file: some tools compress what does not.
fn layer(size: usize, seed: u64) -> Vec<u8> {
    let mut state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut bytes = vec![0; size];
    for word in bytes.chunks_mut(8) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        word.copy_from_slice(&state.to_le_bytes()[..word.len()]);
    }
    bytes[..GZIP.len()].copy_from_slice(&GZIP);
    bytes
}

/// Pushes images below a namespace.
pub(crate) async fn push(images: &[Named], registry: &Registry, namespace: &str) -> Result<()> {
    let client = registry.client();
    let mut seen = HashSet::new();
    let mut blobs = Vec::new();
    for image in images {
        let repository = repository(registry, namespace, image);
        for blob in &image.artifact.blobs {
            if seen.insert((image.repository.as_str(), &blob.digest)) {
                blobs.push((repository.clone(), blob));
            }
        }
    }
    let client = &client;
    let push_blob = async |(repository, blob): (Repository, &pusher::sandbox::images::Blob)| {
        if let Upload::Session(mut session) = client.start_upload(&repository, None).await? {
            let size = blob.content.size();
            let body = UploadBody::stream(blob.content.stream(0..size));
            client
                .finish_upload(&mut session, &blob.digest, size, body)
                .await?;
        }
        Result::Ok(())
    };
    stream::iter(blobs)
        .map(push_blob)
        .buffer_unordered(REQUESTS_AT_ONCE)
        .try_collect::<()>()
        .await?;
    let push_manifest = async |image: &Named| {
        let reference = reference(registry, namespace, image);
        client
            .put_manifest(&reference, &raw(&image.artifact))
            .await?;
        Result::Ok(())
    };
    stream::iter(images)
        .map(push_manifest)
        .buffer_unordered(REQUESTS_AT_ONCE)
        .try_collect()
        .await
}

/// Fails unless the registry holds every image under its tag.
pub(crate) async fn check(images: &[Named], registry: &Registry, namespace: &str) -> Result<()> {
    let client = registry.client();
    for image in images {
        let reference = reference(registry, namespace, image);
        let found = client.head_manifest(&reference).await?;
        let found = found.map(|descriptor| descriptor.digest);
        if found.as_ref() != Some(&image.artifact.digest) {
            let digest = &image.artifact.digest;
            return Err(format!("{reference} is {found:?} and should be {digest}").into());
        }
    }
    Ok(())
}

fn repository(registry: &Registry, namespace: &str, image: &Named) -> Repository {
    Repository {
        registry: registry.address.to_string(),
        name: format!("{namespace}/{}", image.repository),
    }
}

fn reference(registry: &Registry, namespace: &str, image: &Named) -> Reference {
    Reference::tagged(repository(registry, namespace, image), image.tag.clone())
}

fn raw(artifact: &Artifact) -> RawManifest {
    RawManifest {
        descriptor: Descriptor {
            media_type: artifact.media_type.clone(),
            digest: artifact.digest.clone(),
            size: artifact.bytes.len() as u64,
        },
        bytes: artifact.bytes.clone(),
    }
}
