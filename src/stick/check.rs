//! Whether sticks carry all that plans copy, found out before anything is written: each blob is there, has its size and,
//! where that is asked for, its digest; what is left out is where the stick says that the target has it.

use std::collections::{HashMap, HashSet};
use std::io::Read as _;

use futures_util::StreamExt as _;

use crate::model::{
    Descriptor, Digest, Failure, Fault, Hasher, Manifest, RawManifest, Reference, Repository, Text,
};
use crate::plan::{Content, Plan};
use crate::registry::ReadRegistry;

use super::fault::{other_bytes, reason};
use super::given::Given;
use super::section::blocking;
use super::section::{Section, name_of};

/// How many blobs are looked at together.
const AT_ONCE: usize = 4;
/// How many bytes are read at once.
const CHUNK: usize = 1024 * 1024;

/// Something that a plan copies and that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// The image that needs it.
    pub image: Reference,
    /// What it is, and what is wrong with it.
    pub what: Text,
    /// Whether the target was said to have it.
    pub was_held: bool,
}

/// A blob that is needed, and for what.
struct Needed {
    blob: Descriptor,
    image: Reference,
    target: Repository,
}

impl Given {
    /// Finds out what of these plans cannot be had.
    pub async fn lacks_of<R: ReadRegistry>(&self, plans: &[&Plan], target: &R) -> Vec<Lack> {
        let mut lacks = vec![];
        let mut needed = vec![];
        let mut seen = HashSet::new();
        for plan in plans {
            for change in &plan.changes {
                let Some(copy) = change.action.copy() else {
                    continue;
                };
                let image = plan.target.reference(&change.target);
                let made: HashMap<_, _> = match &copy.expected.content {
                    Content::Rewritten(made) => made
                        .iter()
                        .map(|one| (&one.descriptor.digest, one))
                        .collect(),
                    Content::Source => HashMap::new(),
                };
                let source = change.source.repository();
                match self.blobs(source, &copy.expected.descriptor, &made).await {
                    Err(why) => lacks.push(Lack::of(&image, &why)),
                    Ok(blobs) => {
                        for blob in blobs {
                            let target = plan.target.repository(&change.target);
                            if seen.insert((blob.digest.clone(), target.clone())) {
                                let image = image.clone();
                                needed.push(Needed {
                                    blob,
                                    image,
                                    target,
                                });
                            }
                        }
                    }
                }
            }
        }
        lacks.extend(self.look(needed, target).await);
        lacks
    }

    /// Returns the blobs of an image, whose manifests are read; those of foreign layers only where they are here.
    async fn blobs(
        &self,
        source: &Repository,
        root: &Descriptor,
        made: &HashMap<&Digest, &RawManifest>,
    ) -> Result<Vec<Descriptor>, Failure> {
        let mut blobs = vec![];
        let mut seen = HashSet::new();
        let mut waiting = vec![root.clone()];
        while let Some(named) = waiting.pop() {
            if !seen.insert(named.digest.clone()) {
                continue;
            }
            let reference = Reference::digested(source.clone(), named.digest.clone());
            let mut raw = match made.get(&named.digest) {
                Some(made) => (*made).clone(),
                None => match self.manifest(&reference).await? {
                    Some(raw) => raw,
                    None => continue,
                },
            };
            raw.descriptor.media_type.clone_from(&named.media_type);
            let parsed = Manifest::parse(&raw).map_err(|error| {
                let digest = named.digest.clone();
                Failure::of_image(&reference, Fault::Manifest { digest, error })
            })?;
            match parsed {
                Manifest::Index(index) => {
                    waiting.extend(index.children.into_iter().map(|child| child.descriptor));
                }
                Manifest::Image(image) => {
                    blobs.push(image.config);
                    let layers = image.layers.into_iter();
                    let layers = layers.filter(|layer| {
                        !layer.is_foreign() || self.carries(&layer.descriptor.digest)
                    });
                    blobs.extend(layers.map(|layer| layer.descriptor));
                }
            }
        }
        Ok(blobs)
    }

    async fn look<R: ReadRegistry>(&self, needed: Vec<Needed>, target: &R) -> Vec<Lack> {
        let mut by_blob: HashMap<Digest, Vec<Needed>> = HashMap::new();
        let mut order = vec![];
        for one in needed {
            let digest = one.blob.digest.clone();
            let users = by_blob.entry(digest.clone()).or_default();
            if users.is_empty() {
                order.push(digest);
            }
            users.push(one);
        }
        let users = order
            .into_iter()
            .filter_map(|digest| by_blob.remove(&digest));
        let looks = users.map(|users| self.look_at(users, target));
        let found: Vec<_> = futures_util::stream::iter(looks.collect::<Vec<_>>())
            .buffered(AT_ONCE)
            .collect()
            .await;
        found.into_iter().flatten().collect()
    }

    /// Looks at one blob, for all that need it.
    async fn look_at<R: ReadRegistry>(&self, users: Vec<Needed>, target: &R) -> Vec<Lack> {
        let Some(first) = users.first() else {
            return vec![];
        };
        let blob = &first.blob;
        let Some(what) = self.fault_of(blob).await else {
            return vec![];
        };
        let held = self.held(&blob.digest);
        let was_held = held.is_some();
        let mut holders = held.unwrap_or_default();
        while let Some(name) = holders.first() {
            let repository = Repository {
                registry: first.target.registry.clone(),
                name: name.clone(),
            };
            if target.has_blob(&repository, &blob.digest).await {
                break;
            }
            holders.remove(0);
        }
        let is_held = !holders.is_empty();
        if was_held {
            self.set_holders(&blob.digest, holders);
        }
        if is_held {
            return vec![];
        }
        let mut lacks = vec![];
        for user in &users {
            // What the target has already nobody needs to carry there.
            if !target.has_blob(&user.target, &blob.digest).await {
                lacks.push(Lack {
                    image: user.image.clone(),
                    what: what.clone(),
                    was_held,
                });
            }
        }
        lacks
    }

    /// Says what is wrong with a blob; nothing where a stick carries it as it should be.
    async fn fault_of(&self, blob: &Descriptor) -> Option<Text> {
        let digest = &blob.digest;
        let mut worst = None;
        for (place, (store, shown)) in self.stores().enumerate() {
            let (store, wanted) = (store.clone(), digest.clone());
            let file = format!("{shown}/{}", name_of(digest));
            let size = blob.size;
            let checked = blocking(move || match store.open(&wanted, 0)? {
                None => Ok(None),
                Some(Section { size: found, .. }) if found != size => Ok(Some(Err(text!(
                    "it has {found} bytes, and should have {size}",
                    "它有 {found} 字节，应该有 {size} 字节"
                )))),
                Some(Section { mut reader, .. }) => {
                    let mut hasher = Hasher::new(wanted.algorithm());
                    let mut chunk = vec![0; CHUNK];
                    loop {
                        let length = reader.read(&mut chunk)?;
                        if length == 0 {
                            break;
                        }
                        hasher.update(&chunk[..length]);
                    }
                    let found = hasher.finish();
                    let is_same = found == wanted;
                    Ok(Some(if is_same {
                        Ok(())
                    } else {
                        Err(other_bytes(&found))
                    }))
                }
            });
            let why = match checked.await {
                Ok(None) => continue,
                Ok(Some(Ok(()))) => {
                    self.set_carrier(digest, Some(place));
                    return None;
                }
                Ok(Some(Err(why))) => why,
                Err(why) => reason(&why),
            };
            worst = Some(text!("`{file}`: {why}", "`{file}`：{why}"));
        }
        self.set_carrier(digest, None);
        Some(worst.unwrap_or_else(|| {
            let file = name_of(digest);
            text!("`{file}` is not there", "没有 `{file}`")
        }))
    }
}

impl Lack {
    fn of(image: &Reference, why: &Failure) -> Self {
        Self {
            image: image.clone(),
            what: Text::of(|| why.to_string()),
            was_held: false,
        }
    }
}
