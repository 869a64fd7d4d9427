//! Which images of a layout are whole: every manifest is there, and every blob that one names, by its size.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::{Descriptor, Digest, INDEX_LEVELS, Manifest, RawManifest, Text};

use super::fault::{StickError, other_bytes};
use super::layout::{Held, manifest};
use super::section::name_of;
use super::store::Store;

/// Looks through images of a layout, each part once.
pub(super) struct Look<'a> {
    store: &'a Store,
    held: &'a BTreeMap<Digest, Held>,
    /// The manifests that are whole.
    pub(super) whole: HashSet<Digest>,
    /// The blobs whose bytes are not as many as they should be.
    pub(super) wrong: HashSet<Digest>,
    /// The blobs that are not there since the target has them.
    pub(super) left_out: BTreeSet<Digest>,
    sizes: HashMap<Digest, Option<u64>>,
}

impl<'a> Look<'a> {
    pub(super) fn at(store: &'a Store, held: &'a BTreeMap<Digest, Held>) -> Self {
        Self {
            store,
            held,
            whole: HashSet::new(),
            wrong: HashSet::new(),
            left_out: BTreeSet::new(),
            sizes: HashMap::new(),
        }
    }

    /// Looks through all of an image, so that each fault is known.
    ///
    /// # Errors
    ///
    /// Something of it is not there, or is another.
    pub(super) fn image(&mut self, root: &Descriptor) -> Result<(), StickError> {
        self.manifest(root, 0)
    }

    fn manifest(&mut self, named: &Descriptor, level: usize) -> Result<(), StickError> {
        if self.whole.contains(&named.digest) {
            return Ok(());
        }
        let raw = self.read(&named.digest)?;
        let raw = RawManifest {
            descriptor: Descriptor {
                media_type: named.media_type.clone(),
                ..raw.descriptor
            },
            bytes: raw.bytes,
        };
        match Manifest::parse(&raw) {
            Err(why) => return Err(broken(&named.digest, Text::of(|| why.to_string()))),
            Ok(Manifest::Index(index)) => {
                if level >= INDEX_LEVELS {
                    let why = text!("too many indexes stand one in another", "索引嵌套得太深");
                    return Err(broken(&named.digest, why));
                }
                let children = index.children.iter();
                let looks = children.map(|child| self.manifest(&child.descriptor, level + 1));
                first_fault(looks)?;
            }
            Ok(Manifest::Image(image)) => {
                let layers = image.layers.iter();
                let layers = layers.map(|layer| (&layer.descriptor, !layer.is_foreign()));
                let blobs = [(&image.config, true)].into_iter().chain(layers);
                first_fault(blobs.map(|(blob, is_needed)| self.blob(blob, is_needed)))?;
            }
        }
        self.whole.insert(named.digest.clone());
        Ok(())
    }

    fn read(&mut self, digest: &Digest) -> Result<RawManifest, StickError> {
        let read = self.store.read(digest);
        let bytes = read.map_err(|why| StickError::disk(name_of(digest), why))?;
        let Some(bytes) = bytes else {
            return Err(broken(digest, text!("it is not there", "不在里面")));
        };
        if !digest.matches(&bytes) {
            self.wrong.insert(digest.clone());
            let found = Digest::of(digest.algorithm(), &bytes);
            return Err(broken(digest, other_bytes(&found)));
        }
        manifest(digest, bytes)
            .ok_or_else(|| broken(digest, text!("it is no manifest", "它不是清单")))
    }

    fn blob(&mut self, blob: &Descriptor, is_needed: bool) -> Result<(), StickError> {
        let Descriptor { digest, size, .. } = blob;
        let sizes = &mut self.sizes;
        let found = sizes
            .entry(digest.clone())
            .or_insert_with(|| self.store.size(digest));
        match *found {
            Some(found) if found == *size => Ok(()),
            None if self.held.contains_key(digest) => {
                self.left_out.insert(digest.clone());
                Ok(())
            }
            None if !is_needed => Ok(()),
            None => Err(broken(digest, text!("it is not there", "不在里面"))),
            Some(found) => {
                self.wrong.insert(digest.clone());
                Err(broken(
                    digest,
                    text!(
                        "it has {found} bytes, and should have {size}",
                        "它有 {found} 字节，应该有 {size} 字节"
                    ),
                ))
            }
        }
    }
}

/// Goes through all, and returns the first fault.
fn first_fault(looks: impl Iterator<Item = Result<(), StickError>>) -> Result<(), StickError> {
    looks.fold(Ok(()), Result::and)
}

fn broken(digest: &Digest, why: Text) -> StickError {
    let file = name_of(digest);
    StickError::Broken { file, why }
}
