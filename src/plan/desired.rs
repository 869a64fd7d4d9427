//! The desired set: what the target should hold. Pure data, no network needed.

use std::fmt;
use std::str::FromStr;

use crate::model::{Digest, Platforms, Profile, Reference, Repository};

use super::lock::{Lock, LockState, LockedImage};

/// Everything that the files declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// Where the images go.
    pub target: Target,
    /// The images, in the order of the files; no two have the same target.
    pub entries: Vec<Entry>,
    /// What the images were resolved to, where someone wrote that down.
    pub lock: Option<Lock>,
}

impl Desired {
    /// Returns what is locked for `entry`, if it still is what the entry asks for.
    pub fn locked(&self, entry: &Entry) -> Option<&LockedImage> {
        self.lock.as_ref()?.get(entry, &self.target.profile).ok()
    }

    /// Tells whether the digest of `entry` is settled.
    pub fn lock_state(&self, entry: &Entry) -> LockState {
        let state = |lock: &Lock| lock.state(entry, &self.target.profile);
        self.lock.as_ref().map_or(LockState::NoLock, state)
    }
}

/// A namespace in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The registry's host.
    pub registry: String,
    /// The namespace below which every image goes, if the registry has namespaces.
    pub namespace: Option<String>,
    /// What the registry accepts.
    pub profile: Profile,
}

impl Target {
    /// Returns the repository that `name` stands for.
    pub fn repository(&self, name: &TargetName) -> Repository {
        let path = match &self.namespace {
            Some(namespace) => format!("{namespace}/{}", name.repository),
            None => name.repository.clone(),
        };
        Repository {
            registry: self.registry.clone(),
            name: path,
        }
    }

    /// Returns the same target under another of its host names.
    #[must_use]
    pub fn at(&self, host: String) -> Self {
        Self {
            registry: host,
            ..self.clone()
        }
    }

    /// Returns the full reference that `name` stands for.
    pub fn reference(&self, name: &TargetName) -> Reference {
        let repository = self.repository(name);
        match name.digest() {
            Some(digest) => Reference::digested(repository, digest),
            None => Reference::tagged(repository, name.tag.clone()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.registry)?;
        self.namespace
            .as_ref()
            .map_or(Ok(()), |namespace| write!(f, "/{namespace}"))
    }
}

/// A name below the target's namespace: `repository:tag`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetName {
    /// The repository, below the namespace.
    pub repository: String,
    /// The tag; a digest for what is pushed without a tag, as referrers are.
    pub tag: String,
}

impl TargetName {
    /// Returns the digest, if the name is one of something without a tag.
    pub fn digest(&self) -> Option<Digest> {
        // No tag has a colon.
        self.tag
            .contains(':')
            .then(|| self.tag.parse().ok())
            .flatten()
    }
}

impl fmt::Display for TargetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.tag.contains(':') { '@' } else { ':' };
        write!(f, "{}{separator}{}", self.repository, self.tag)
    }
}

/// Says that a text is no [`TargetName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a target: write `repository:tag`")]
pub struct TargetNameError(pub String);

impl FromStr for TargetName {
    type Err = TargetNameError;

    fn from_str(text: &str) -> Result<Self, TargetNameError> {
        // The grammar of references, below a host that stands for any.
        let below = format!("host.invalid/{text}").parse::<Reference>().ok();
        let name = below.map(|below| Self {
            repository: below.repository().name.clone(),
            tag: match below.digest() {
                Some(digest) => digest.to_string(),
                None => below.tag().unwrap_or_default().to_owned(),
            },
        });
        // What is implied, such as `latest`, is not written, and of a tag and a digest one would do.
        name.filter(|name| name.to_string() == text)
            .ok_or_else(|| TargetNameError(text.to_owned()))
    }
}

/// One image: where it comes from, which platforms of it, where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the image comes from.
    pub source: Reference,
    /// Which platforms of it are wanted.
    pub platforms: Platforms,
    /// Whether someone wrote the platforms down, rather than leaving them to the built-in default.
    pub platforms_declared: bool,
    /// Where it goes.
    pub target: TargetName,
    /// Where it was declared.
    pub origin: Origin,
    /// What to do in the cases that are a matter of taste.
    pub policy: Policy,
}

/// The line that declared something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The file, as it was named.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The choices that an entry can make.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    /// What to do when the source lacks a platform that was asked for.
    pub missing_platforms: MissingPlatforms,
    /// What to do with the attestations that stand in an index.
    pub attestations: Attestations,
    /// Which referrers follow the image.
    pub referrers: Referrers,
    /// What to do with layers that registries are not expected to hold.
    pub foreign_layers: ForeignLayers,
}

/// What to do when the source lacks a platform that was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum MissingPlatforms {
    /// Block the image.
    #[default]
    Block,
    /// Go on with the platforms there are.
    Skip,
}

/// What to do with the attestations that stand in an index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Attestations {
    /// Keep those that the target accepts.
    #[default]
    Auto,
    /// Keep them all; block the image where the target refuses one.
    Keep,
    /// Leave them all out.
    Drop,
}

/// Which referrers follow the image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Referrers {
    /// None.
    #[default]
    None,
    /// Signatures.
    Signatures,
    /// All: signatures, attestations, SBOMs and whatever else names the image as its subject.
    All,
}

/// What to do with layers that registries are not expected to hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ForeignLayers {
    /// Leave them at their URLs.
    #[default]
    Leave,
    /// Copy them like any other layer.
    Copy,
}
