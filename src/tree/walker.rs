//! The one walker: every manifest of an image is read by it, once, and within the limits.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};

use crate::model::{
    DESCRIPTOR_LIMIT, Descriptor, Digest, Excess, Failure, Fault, INDEX_LEVELS, MANIFEST_LIMIT,
    Manifest, Part, RawManifest, Reference, TREE_SIZE_LIMIT, media_type,
};
use crate::registry::ReadRegistry;

use super::memory::{Held, ManifestMemory};

/// How many manifests of one image are asked for together.
const READS_AT_ONCE: usize = 32;
/// Some tools write a wrong size beside a digest; below this one nothing depends on it.
const SIZES_MATTER: u64 = 16 * 1024;

/// Reads the manifests of one image, in whatever order they are asked for.
///
/// It keeps what it has read, so that nothing is read twice and all of it counts against the limits.
pub struct Walker<'a, R> {
    registry: &'a R,
    source: &'a Reference,
    memory: &'a ManifestMemory,
    held: Held,
    read: HashMap<Digest, RawManifest>,
    /// How many bytes were read.
    bytes: u64,
    /// How many descriptors the manifests have that were walked.
    named: usize,
}

/// A manifest, and what is known about it.
pub(super) struct Step {
    pub(super) raw: RawManifest,
    pub(super) manifest: Manifest,
}

impl<'a, R: ReadRegistry> Walker<'a, R> {
    /// Begins with nothing read of the image at `source`: its registry and repository count, its tag
    /// does not.
    pub fn new(registry: &'a R, source: &'a Reference, memory: &'a ManifestMemory) -> Self {
        Self {
            registry,
            source,
            memory,
            held: Held::default(),
            read: HashMap::new(),
            bytes: 0,
            named: 0,
        }
    }

    /// Adds manifests that need not be read.
    pub(super) fn knows(&mut self, made: &[RawManifest]) {
        for made in made {
            self.read
                .insert(made.descriptor.digest.clone(), made.clone());
        }
    }

    /// Gives up what was read, but for the room that it takes.
    pub(super) fn into_held(self) -> Held {
        self.held
    }

    /// Returns these manifests in their order; an absent one is the source's fault.
    pub async fn manifests(&mut self, wanted: &[Descriptor]) -> Result<Vec<RawManifest>, Failure> {
        self.read_all(wanted).await?;
        let (read, source) = (&self.read, self.source);
        let found = wanted.iter().map(|descriptor| {
            let found = read.get(&descriptor.digest);
            found.map_or_else(
                || Err(missing(source, descriptor)),
                |found| Ok(described(found, descriptor)),
            )
        });
        found.collect()
    }

    /// Returns a config, which counts like a manifest.
    pub async fn configs(&mut self, wanted: &[Descriptor]) -> Result<Vec<Bytes>, Failure> {
        self.make_room(wanted.iter().map(|config| config.size))
            .await?;
        let (registry, source) = (self.registry, self.source);
        let read = wanted.iter().map(async |config| {
            let blob = registry.get_blob(source.repository(), config).await?;
            blob.ok_or_else(|| {
                let part = Part::Config(config.digest.clone());
                Failure::of_image(source, Fault::Lacks(part))
            })
        });
        let read = futures_util::stream::iter(read).buffered(READS_AT_ONCE);
        read.try_collect().await
    }

    /// Returns all that `root` consists of: itself, what it names, and so on, each once, whatever is
    /// named how often. What is named first comes first.
    pub(super) async fn walk(&mut self, root: &Descriptor) -> Result<Vec<Step>, Failure> {
        let mut steps = vec![];
        let mut seen = Seen::of(root);
        for level in 0.. {
            let wanted = std::mem::take(&mut seen.level);
            if wanted.is_empty() {
                break;
            }
            for raw in self.manifests(&wanted).await? {
                let manifest = self.parse(&raw)?;
                if let Manifest::Index(index) = &manifest {
                    let children = index.children.iter().map(|child| &child.descriptor);
                    seen.add(level, children).map_err(|why| self.exceeds(why))?;
                }
                steps.push(Step { raw, manifest });
            }
        }
        Ok(steps)
    }

    /// Returns the digests of all that `root` consists of, its own first. Only indexes are read; an
    /// inner one that is not there names nothing.
    pub async fn digests(&mut self, root: &Descriptor) -> Result<Vec<Digest>, Failure> {
        let mut digests = vec![];
        let mut seen = Seen::of(root);
        for level in 0.. {
            let wanted = std::mem::take(&mut seen.level);
            if wanted.is_empty() {
                break;
            }
            digests.extend(wanted.iter().map(|found| found.digest.clone()));
            let is_index = |found: &&Descriptor| media_type::is_index(&found.media_type);
            let indexes: Vec<_> = wanted.iter().filter(is_index).cloned().collect();
            self.read_all(&indexes).await?;
            for index in &indexes {
                let Some(raw) = self.read.get(&index.digest) else {
                    if index == root {
                        return Err(self.lacks(root));
                    }
                    continue;
                };
                if let Manifest::Index(index) = self.parse(&described(raw, index))? {
                    let children = index.children.iter().map(|child| &child.descriptor);
                    seen.add(level, children).map_err(|why| self.exceeds(why))?;
                }
            }
        }
        Ok(digests)
    }

    /// Reads what was not read yet and is there.
    async fn read_all(&mut self, wanted: &[Descriptor]) -> Result<(), Failure> {
        let mut seen = HashSet::new();
        let is_new = |one: &&Descriptor| {
            !self.read.contains_key(&one.digest) && seen.insert(one.digest.clone())
        };
        let wanted: Vec<_> = wanted.iter().filter(is_new).collect();
        if self.read.len() + wanted.len() > MANIFEST_LIMIT {
            return Err(self.exceeds(Excess::Manifests));
        }
        self.make_room(wanted.iter().map(|one| one.size)).await?;
        let (registry, source) = (self.registry, self.source);
        let read = wanted.into_iter().map(async |one| {
            let found = registry
                .get_manifest(&source.at(one.digest.clone()))
                .await?;
            let found = found.map(|found| (one.size, found));
            found.map(|found| sized(source, found)).transpose()
        });
        let mut read = futures_util::stream::iter(read).buffered(READS_AT_ONCE);
        while let Some(found) = read.try_next().await? {
            let Some((surplus, found)) = found else {
                continue;
            };
            self.bytes = self.bytes.saturating_add(surplus);
            if self.bytes > TREE_SIZE_LIMIT {
                return Err(self.exceeds(Excess::Bytes));
            }
            self.memory.take(&mut self.held, surplus).await;
            self.read.insert(found.descriptor.digest.clone(), found);
        }
        Ok(())
    }

    /// Waits until there is room for what has these sizes.
    async fn make_room(&mut self, sizes: impl Iterator<Item = u64>) -> Result<(), Failure> {
        let bytes = sizes.fold(0_u64, u64::saturating_add);
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > TREE_SIZE_LIMIT {
            return Err(self.exceeds(Excess::Bytes));
        }
        self.memory.take(&mut self.held, bytes).await;
        Ok(())
    }

    fn parse(&mut self, raw: &RawManifest) -> Result<Manifest, Failure> {
        let manifest = Manifest::parse(raw).map_err(|error| {
            let digest = raw.descriptor.digest.clone();
            Failure::of_image(self.source, Fault::Manifest { digest, error })
        })?;
        self.named += match &manifest {
            Manifest::Image(image) => image.layers.len() + 1,
            Manifest::Index(index) => index.children.len(),
        };
        if self.named > DESCRIPTOR_LIMIT {
            return Err(self.exceeds(Excess::Descriptors));
        }
        Ok(manifest)
    }

    /// Says that the source has no such manifest.
    pub(super) fn lacks(&self, manifest: &Descriptor) -> Failure {
        missing(self.source, manifest)
    }

    pub(super) fn exceeds(&self, excess: Excess) -> Failure {
        Failure::of_image(self.source, Fault::TooMuch(excess))
    }
}

/// What was come across on a walk, so that nothing is walked twice.
struct Seen {
    digests: HashSet<Digest>,
    /// What was come across and not looked at yet.
    level: Vec<Descriptor>,
}

impl Seen {
    fn of(root: &Descriptor) -> Self {
        Self {
            digests: HashSet::from([root.digest.clone()]),
            level: vec![root.clone()],
        }
    }

    /// Adds what an index names that stands so many indexes deep.
    fn add<'d>(
        &mut self,
        level: usize,
        children: impl Iterator<Item = &'d Descriptor>,
    ) -> Result<(), Excess> {
        if level >= INDEX_LEVELS {
            return Err(Excess::Levels);
        }
        for child in children {
            if self.digests.insert(child.digest.clone()) {
                self.level.push(child.clone());
            }
        }
        if self.digests.len() > MANIFEST_LIMIT {
            return Err(Excess::Manifests);
        }
        Ok(())
    }
}

/// Takes a manifest for what `descriptor` says: registries' headers differ on what is inside an index.
fn described(found: &RawManifest, descriptor: &Descriptor) -> RawManifest {
    let mut found = found.clone();
    found
        .descriptor
        .media_type
        .clone_from(&descriptor.media_type);
    found
}

/// Returns by how much a manifest is larger than announced; refuses one for which no room was made.
fn sized(
    source: &Reference,
    (announced, found): (u64, RawManifest),
) -> Result<(u64, RawManifest), Failure> {
    let Descriptor { digest, size, .. } = &found.descriptor;
    if *size > announced.max(SIZES_MATTER) {
        let fault = Fault::OtherSize {
            digest: digest.clone(),
            size: *size,
            announced,
        };
        return Err(Failure::of_image(source, fault));
    }
    Ok((size.saturating_sub(announced), found))
}

/// Says that a source lacks a manifest that its own index names.
fn missing(source: &Reference, manifest: &Descriptor) -> Failure {
    let Descriptor {
        digest, media_type, ..
    } = manifest;
    let digest = digest.clone();
    let is_manifest = media_type::is_manifest(media_type) || media_type::is_index(media_type);
    let part = if is_manifest {
        Part::Manifest(digest)
    } else {
        let media_type = media_type.clone();
        Part::NoManifest { digest, media_type }
    };
    Failure::of_image(source, Fault::Lacks(part))
}
