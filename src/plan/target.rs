//! Where the images go, and what they are called there.

use std::fmt;
use std::str::FromStr;

use crate::model::{Digest, Profile, Reference, Repository};

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
        write_place(f, &self.registry, self.namespace.as_deref())
    }
}

/// Writes a registry, and the namespace in it if there is one.
pub(super) fn write_place(
    f: &mut fmt::Formatter<'_>,
    registry: &str,
    namespace: Option<&str>,
) -> fmt::Result {
    f.write_str(registry)?;
    namespace.map_or(Ok(()), |namespace| write!(f, "/{namespace}"))
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetNameError(pub String);

impl fmt::Display for TargetNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        write_tr!(
            f,
            "`{text}` is not a target: write `repository:tag`",
            "`{text}` 不是目标：写成 `repository:tag`"
        )
    }
}

impl std::error::Error for TargetNameError {}

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
