//! Layers: gzipped tars with one file, so that other tools can unpack them.

use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use serde_json::{Map, Value};

use super::Format;
use super::artifact::Blob;
use crate::model::Digest;
use crate::sandbox::Content;

/// A layer of an image.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub(super) blob: Blob,
    /// The digest of the uncompressed tar.
    pub(super) diff_id: Digest,
    pub(super) kind: Kind,
    pub(super) annotations: Map<String, Value>,
}

/// Where a layer is kept, and as what.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// In the registry, with the usual media type.
    Usual,
    /// In the registry, with this media type.
    Typed(String),
    /// At this URL.
    Foreign(String),
}

impl Layer {
    /// Returns a layer with one file that holds `text`.
    pub(super) fn file(text: &[u8]) -> Self {
        // Writing to memory does not fail; if it did, the layer would be an empty one.
        let tar = tar(text).unwrap_or_default();
        let blob = Blob::new(gzip(&tar).unwrap_or_default());
        Self {
            diff_id: Digest::sha256(&tar),
            ..Self::of(blob, Kind::Usual)
        }
    }

    /// Returns a layer whose bytes are taken as they are.
    pub(super) fn raw(content: impl Into<Content>, kind: Kind) -> Self {
        Self::of(Blob::new(content), kind)
    }

    /// Returns the layer as another compressor writes it: other bytes that unpack to the same. What is
    /// no gzip stays as it is.
    pub(super) fn compressed_anew(self) -> Self {
        let mut bytes = self.blob.content.bytes().unwrap_or_default().to_vec();
        // Magic number, method, flags, and then the time of compressing.
        let [0x1f, 0x8b, _, _, time, ..] = &mut bytes[..] else {
            return self;
        };
        *time = time.wrapping_add(1);
        Self {
            blob: Blob::new(bytes),
            ..self
        }
    }

    pub(super) fn descriptor(&self, format: Format) -> Value {
        let media_type = match &self.kind {
            Kind::Usual => format.layer(),
            Kind::Typed(media_type) => media_type,
            Kind::Foreign(_) => format.foreign_layer(),
        };
        let mut descriptor = self.blob.descriptor(media_type);
        if let Kind::Foreign(url) = &self.kind {
            descriptor["urls"] = vec![url.as_str()].into();
        }
        if !self.annotations.is_empty() {
            descriptor["annotations"] = self.annotations.clone().into();
        }
        descriptor
    }

    fn of(blob: Blob, kind: Kind) -> Self {
        Self {
            diff_id: blob.digest.clone(),
            blob,
            kind,
            annotations: Map::new(),
        }
    }
}

fn tar(text: &[u8]) -> io::Result<Vec<u8>> {
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, "content", text)?;
    archive.into_inner()
}

/// Wraps without compressing, so that the bytes do not depend on a compressor's version.
fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::none());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_layer_unpacks() {
        let layer = Layer::file(b"hello");
        let anew = layer.clone().compressed_anew();
        assert_ne!(anew.blob.digest, layer.blob.digest);
        assert_eq!(anew.blob.content.size(), layer.blob.content.size());
        for layer in [layer, anew] {
            unpacks_to(&layer, "hello");
        }
    }

    fn unpacks_to(layer: &Layer, wanted: &str) {
        let bytes = layer.blob.content.bytes().unwrap();
        let mut tar = Vec::new();
        flate2::read::GzDecoder::new(&*bytes)
            .read_to_end(&mut tar)
            .unwrap();
        assert_eq!(Digest::sha256(&tar), layer.diff_id);
        let mut text = String::new();
        let mut archive = tar::Archive::new(&*tar);
        archive
            .entries()
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, wanted);
    }
}
