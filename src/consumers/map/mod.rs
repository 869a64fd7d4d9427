//! Which image is where in a mirror, and the look-up by names as they are upstream.

use std::collections::{HashMap, HashSet};

use crate::model::{Descriptor, Digest, PlatformPattern, Platforms, Reference, Repository};
use crate::plan::{DeclaredAt, Desired, Entry, Family, LockedImage, Target, TargetName};

use super::host::{HostChoice, NoVpcHost, in_vpc};

/// The images of a mirror, each with its name upstream and its name in the mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorMap {
    /// The mirror, under the host from which it is pulled.
    pub target: Target,
    /// The mirror, under its public host; under that of the files where only one is known.
    pub public: Target,
    /// The mirror, under the host that answers inside private networks, where one is known.
    pub vpc: Option<Target>,
    /// The images, in the order of the files; no two have the same name in the mirror.
    pub images: Vec<Mapping>,
    /// The repositories of which rules choose the tags, where the lock does not tell which.
    pub unsettled: Vec<Unsettled>,
    by_repository: HashMap<Repository, Vec<usize>>,
}

/// An image: its name upstream, its name in the mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Where it comes from.
    pub source: Reference,
    /// Which platforms of it are in the mirror.
    pub platforms: Platforms,
    /// Its name below the mirror's namespace.
    pub name: TargetName,
    /// Its name in the mirror, by tag.
    pub target: Reference,
    /// What it is locked to; none where the lock does not settle it.
    pub locked: Option<LockedImage>,
    /// Where it was declared.
    pub origin: DeclaredAt,
}

/// A repository of which rules choose the tags, and nobody has locked which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// The repository upstream.
    pub source: Repository,
    /// Where each tag goes, with `*` in its place.
    pub name: TargetName,
    /// Where it was declared.
    pub origin: DeclaredAt,
}

impl MirrorMap {
    /// Makes the map of what is declared, with what the lock says of it, pulled from a host that is chosen.
    ///
    /// # Errors
    ///
    /// The registry has no such host, as far as is known.
    pub fn of(desired: &Desired, host: &HostChoice) -> Result<Self, NoVpcHost> {
        let target = host.of(&desired.target)?;
        let mapping = |entry| Mapping::of(entry, desired, &target);
        let images: Vec<_> = desired.entries.iter().map(mapping).collect();
        let unsettled = desired.families.iter().filter(|one| one.is_unsettled());
        Ok(Self {
            public: desired.target.in_public(),
            vpc: in_vpc(&desired.target),
            unsettled: unsettled.map(Unsettled::from).collect(),
            target,
            by_repository: by_repository(&images),
            images,
        })
    }

    /// Returns how many repositories upstream there are.
    pub fn repositories(&self) -> usize {
        let settled = self.by_repository.len();
        let is_new = |any: &&Unsettled| !self.by_repository.contains_key(&any.source);
        let others = self.unsettled.iter().filter(is_new);
        let others: HashSet<_> = others.map(|any| &any.source).collect();
        settled + others.len()
    }

    /// Leaves only the images that are declared for a platform.
    #[must_use]
    pub fn for_platform(self, platform: &PlatformPattern) -> Self {
        let Self {
            target,
            public,
            vpc,
            mut images,
            unsettled,
            by_repository: _,
        } = self;
        images.retain(|image| image.is_for(platform));
        Self {
            by_repository: by_repository(&images),
            target,
            public,
            vpc,
            images,
            unsettled,
        }
    }

    /// Returns the images of a repository upstream, in the order of the files.
    pub fn of_repository(&self, repository: &Repository) -> impl Iterator<Item = &Mapping> {
        let numbers = self.by_repository.get(repository).into_iter().flatten();
        numbers.map(|number| &self.images[*number])
    }

    /// Returns the images that a name upstream stands for, in the order of the files: more than one where they are
    /// for several platforms, or go to several places.
    ///
    /// A digest decides where there is one, whatever tag stands beside it; it is the source's, or that of what was made
    /// of it. Else the tag decides: an image that is declared by its digest alone has none.
    pub fn named(&self, wanted: &Reference) -> impl Iterator<Item = &Mapping> {
        let is_meant = |image: &&Mapping| match wanted.digest() {
            Some(digest) => image.has_digest(digest),
            None => image.source.tag() == wanted.tag(),
        };
        self.of_repository(wanted.repository()).filter(is_meant)
    }
}

fn by_repository(images: &[Mapping]) -> HashMap<Repository, Vec<usize>> {
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for (number, image) in images.iter().enumerate() {
        let repository = image.source.repository().clone();
        found.entry(repository).or_default().push(number);
    }
    found
}

impl Mapping {
    fn of(entry: &Entry, desired: &Desired, target: &Target) -> Self {
        Self {
            source: entry.source.clone(),
            platforms: entry.platforms.clone(),
            name: entry.target.clone(),
            target: target.reference(&entry.target),
            locked: desired.locked(entry).cloned(),
            origin: entry.origin.clone(),
        }
    }

    /// Returns what the source points to: what is locked, else what the files say.
    pub fn source_digest(&self) -> Option<&Digest> {
        let locked = self.locked.as_ref().map(|locked| &locked.source_digest);
        locked.or(self.source.digest())
    }

    /// Returns what the mirror must hold, where that is locked.
    pub fn held(&self) -> Option<&Descriptor> {
        self.locked.as_ref().map(|locked| &locked.expected)
    }

    /// Returns its name in the mirror by digest, where that is locked.
    pub fn pinned(&self) -> Option<Reference> {
        self.held().map(|held| self.target.at(held.digest.clone()))
    }

    /// Tells whether the mirror has it under the digest that it has at the source; none where it is not locked.
    pub fn keeps_digest(&self) -> Option<bool> {
        let locked = self.locked.as_ref()?;
        Some(locked.expected.digest == locked.source_digest)
    }

    /// Tells whether the mirror holds an index that the source does not; none where it is not locked.
    pub fn is_rewritten(&self) -> Option<bool> {
        self.locked.as_ref().map(LockedImage::is_rewritten)
    }

    /// Tells whether a digest is that of its source, or of what was made of it.
    pub fn has_digest(&self, digest: &Digest) -> bool {
        let held = self.held().map(|held| &held.digest);
        self.source_digest() == Some(digest) || held == Some(digest)
    }

    /// Tells whether it is declared for everything that a pattern stands for.
    pub fn is_for(&self, platform: &PlatformPattern) -> bool {
        match &self.platforms {
            Platforms::All => true,
            Platforms::Only(patterns) => patterns.iter().any(|one| one.covers(platform)),
        }
    }
}

impl From<&Family> for Unsettled {
    fn from(family: &Family) -> Self {
        Self {
            source: family.repository().clone(),
            name: family.name().clone(),
            origin: family.any.origin.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
