//! Where the images go, and what they are called there.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Digest, Profile, Reference, Repository};

use super::aliyun_hosts::AliyunHosts;

/// A namespace in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What it is called where there are several.
    pub label: Option<TargetLabel>,
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

    /// Returns where it is: the registry's host and the namespace.
    pub fn place(&self) -> String {
        place(&self.registry, self.namespace.as_deref())
    }

    /// Returns the same target under another of its host names.
    #[must_use]
    pub fn at(&self, host: String) -> Self {
        Self {
            registry: host,
            ..self.clone()
        }
    }

    /// Returns the same target under the public host name: all hosts of one Aliyun registry are the same.
    #[must_use]
    pub fn in_public(&self) -> Self {
        let hosts = AliyunHosts::of_host(&self.registry);
        self.at(hosts.map_or_else(|| self.registry.clone(), |hosts| hosts.public))
    }

    /// Tells whether some name in `other` is a name in this one as well.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (one, other) = (self.in_public(), other.in_public());
        let levels = |target: &Self| -> Vec<String> {
            let namespace = target.namespace.iter();
            let levels = namespace.flat_map(|namespace| namespace.split('/'));
            levels.map(str::to_owned).collect()
        };
        let (one_levels, other_levels) = (levels(&one), levels(&other));
        let shared = one_levels.len().min(other_levels.len());
        one.registry == other.registry && one_levels[..shared] == other_levels[..shared]
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
        write_target(f, self.label.as_ref(), &self.place())
    }
}

/// Returns a registry, and the namespace in it if there is one.
pub(super) fn place(registry: &str, namespace: Option<&str>) -> String {
    namespace.map_or_else(
        || registry.to_owned(),
        |namespace| format!("{registry}/{namespace}"),
    )
}

/// Writes what a target is called, if it is called something, and where it is.
pub(super) fn write_target(
    f: &mut fmt::Formatter<'_>,
    label: Option<&TargetLabel>,
    place: &str,
) -> fmt::Result {
    match label {
        Some(label) => write_tr!(f, "{label} ({place})", "{label}（{place}）"),
        None => f.write_str(place),
    }
}

/// What one of several targets is called: a name that is short, and can be part of a file's.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct TargetLabel(String);

impl TargetLabel {
    /// How long a name may be, in characters.
    pub const LONGEST: usize = 40;

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TargetLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<TargetLabel> for String {
    fn from(label: TargetLabel) -> Self {
        label.0
    }
}

impl TryFrom<String> for TargetLabel {
    type Error = TargetLabelError;

    fn try_from(text: String) -> Result<Self, TargetLabelError> {
        let is_part = |part: &str| {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            !part.is_empty() && part.chars().all(fits)
        };
        if text.len() <= Self::LONGEST && text.split('-').all(is_part) {
            Ok(Self(text))
        } else {
            Err(TargetLabelError(text))
        }
    }
}

/// Says that a text is no [`TargetLabel`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetLabelError(pub String);

impl fmt::Display for TargetLabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self(text), most) = (self, TargetLabel::LONGEST);
        write_tr!(
            f,
            "`{text}` cannot be the name of a target: it is of lower case letters and digits, with single `-` between \
             them, and has {most} at most",
            "`{text}` 不能作目标的名字：只用小写字母和数字，中间可以有单个 `-`，最多 {most} 个字符"
        )
    }
}

impl std::error::Error for TargetLabelError {}

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
