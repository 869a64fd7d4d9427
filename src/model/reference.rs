//! References: which registry, which repository in it, which tag or digest.
//!
//! The grammar and Docker Hub's defaults (`nginx` is `docker.io/library/nginx:latest`) are those of
//! the distribution project.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::digest::{Digest, DigestError};
use super::grammar::{self, check_path};
use super::grammar_error::GrammarError;
use super::language::Text;

/// The registry that an image name without a host belongs to.
pub const DOCKER_HUB: &str = "docker.io";

/// Other names that it goes by.
const DOCKER_HUB_HOSTS: [&str; 2] = ["index.docker.io", "registry-1.docker.io"];

/// A repository in a registry: `docker.io/library/nginx`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository {
    /// The registry's host, with its port where one is written.
    pub registry: String,
    /// The repository's name in that registry.
    pub name: String,
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.name)
    }
}

/// An image in a registry, fully written out: a repository with a tag, a digest, or both.
///
/// Where there are both, the digest decides what is read; the tag is only a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference {
    /// Shared, as the tag is: a run keeps the same references in many places.
    repository: Arc<Repository>,
    tag: Option<Arc<str>>,
    digest: Option<Digest>,
}

impl Reference {
    /// Makes a reference to a tag.
    pub fn tagged(repository: Repository, tag: impl Into<Arc<str>>) -> Self {
        Self {
            repository: Arc::new(repository),
            tag: Some(tag.into()),
            digest: None,
        }
    }

    /// Makes a reference to a digest.
    pub fn digested(repository: Repository, digest: Digest) -> Self {
        Self {
            repository: Arc::new(repository),
            tag: None,
            digest: Some(digest),
        }
    }

    /// Returns the same image by digest alone.
    #[must_use]
    pub fn at(&self, digest: Digest) -> Self {
        Self {
            repository: Arc::clone(&self.repository),
            tag: None,
            digest: Some(digest),
        }
    }

    /// Returns the registry's host.
    pub fn registry(&self) -> &str {
        &self.repository.registry
    }

    /// Returns the repository.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Returns the tag, if one is written or implied.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Returns the digest, if one is written.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Returns what stands last in `/v2/<name>/manifests/<reference>`: the digest, else the tag.
    pub fn manifest_reference(&self) -> String {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.to_string(),
            (None, Some(tag)) => tag.to_string(),
            (None, None) => "latest".to_owned(),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// Why a text is not a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferenceError {
    /// The digest after `@` is not one.
    Digest(DigestError),
    /// A repository name has upper-case letters.
    UpperCase(String),
    /// The text does not follow the grammar.
    Grammar {
        /// The text.
        text: String,
        /// What the grammar says against it.
        why: Text,
    },
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(why) => why.fmt(f),
            Self::UpperCase(name) => write_tr!(
                f,
                "repository name `{name}` has upper-case letters; registries allow lower case only",
                "镜像仓库的名字 `{name}` 里有大写字母；仓库只允许小写"
            ),
            Self::Grammar { text, why } => write_tr!(
                f,
                "`{text}` is not an image reference: {why}",
                "`{text}` 不是镜像：{why}"
            ),
        }
    }
}

impl std::error::Error for ReferenceError {}

impl From<DigestError> for ReferenceError {
    fn from(why: DigestError) -> Self {
        Self::Digest(why)
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if let Some((_, digest)) = text.split_once('@') {
            let _: Digest = digest.parse()?;
        }
        // The specification's `\w` is ASCII; that of the library's regular expressions is not.
        if let Some(odd) = text.chars().find(|c| !c.is_ascii()) {
            let why = text!(
                "only ASCII letters can stand in it, and `{odd}` is none",
                "只能用 ASCII 字符，`{odd}` 不是"
            );
            return Err(ReferenceError::Grammar {
                text: text.to_owned(),
                why,
            });
        }
        let written = grammar::parse(text).map_err(|why| refused(text, &why))?;
        let registry = match written.host.map(str::to_ascii_lowercase) {
            None => DOCKER_HUB.to_owned(),
            Some(host) if DOCKER_HUB_HOSTS.contains(&host.as_str()) => DOCKER_HUB.to_owned(),
            Some(host) => host,
        };
        let name = match written.path {
            official if registry == DOCKER_HUB && !official.contains('/') => {
                let name = format!("library/{official}");
                // With what was left out it may be too long.
                check_path(&name).map_err(|why| refused(text, &why.into()))?;
                name
            }
            name => name.to_owned(),
        };
        let digest: Option<Digest> = written.digest.map(str::parse).transpose()?;
        let tag = match written.tag {
            None if digest.is_none() => Some("latest"),
            tag => tag,
        };
        Ok(Self {
            repository: Arc::new(Repository { registry, name }),
            tag: tag.map(Arc::from),
            digest,
        })
    }
}

fn refused(text: &str, why: &GrammarError) -> ReferenceError {
    let name = text.split('@').next().unwrap_or(text);
    let path = name.split_once('/').map_or(name, |(_, path)| path);
    let path = path.rsplit_once(':').map_or(path, |(path, _)| path);
    if path.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return ReferenceError::UpperCase(path.to_owned());
    }
    ReferenceError::Grammar {
        text: text.to_owned(),
        why: Text::of(|| why.to_string()),
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

impl TryFrom<String> for Reference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Self, ReferenceError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Language;
    use super::*;

    fn written_out(text: &str) -> String {
        text.parse::<Reference>().unwrap().to_string()
    }

    #[test]
    fn what_is_left_out_counts_for_the_length() {
        let name = |length| "a".repeat(length);
        assert!(name(247).parse::<Reference>().is_ok());
        assert!(
            format!("ghcr.io/{}", name(255))
                .parse::<Reference>()
                .is_ok()
        );
        for text in [name(248), format!("docker.io/{}", name(248))] {
            let error = text.parse::<Reference>().unwrap_err().to_string();
            assert!(error.contains("has 256 characters"), "{error}");
        }
    }

    #[test]
    fn writes_out_what_docker_leaves_out() {
        let digest = format!("sha256:{}", "0".repeat(64));
        for (text, whole) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("nginx:1.27", "docker.io/library/nginx:1.27"),
            ("docker.io/nginx:1.27", "docker.io/library/nginx:1.27"),
            ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
            (
                "registry-1.docker.io/nginx",
                "docker.io/library/nginx:latest",
            ),
            ("xhofe/alist", "docker.io/xhofe/alist:latest"),
            ("localhost/a", "localhost/a:latest"),
            ("127.0.0.1:5000/a/b:c", "127.0.0.1:5000/a/b:c"),
            ("[::1]:5000/a:1", "[::1]:5000/a:1"),
            ("GHCR.io/a/b", "ghcr.io/a/b:latest"),
        ] {
            assert_eq!(written_out(text), whole, "{text}");
            assert_eq!(written_out(whole), whole, "{whole} does not round-trip");
        }
        let pinned = written_out(&format!("nginx@{digest}"));
        assert_eq!(pinned, format!("docker.io/library/nginx@{digest}"));
        let both: Reference = format!("nginx:1@{digest}").parse().unwrap();
        assert_eq!((both.tag(), both.manifest_reference()), (Some("1"), digest));
    }

    #[test]
    fn says_why_a_text_is_refused() {
        let error = |text: &str| text.parse::<Reference>().unwrap_err().to_string();
        assert!(
            error("Org/App").contains("upper-case"),
            "{}",
            error("Org/App")
        );
        assert!(error("ghcr.io/Org/app:V1").contains("`Org/app`"));
        assert!(error("nginx@sha256:12").contains("64"));
        for text in [
            "",
            "a b",
            "nginx:",
            ":1",
            "nginx：1",
            "nginx:最新",
            "http://nginx",
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
        for (text, told) in [
            (
                "Org/App",
                "镜像仓库的名字 `App` 里有大写字母；仓库只允许小写",
            ),
            ("nginx:", "`nginx:` 不是镜像：`:` 后面没有标签"),
            (
                "a//b",
                "`a//b` 不是镜像：镜像仓库的名字不对：`/` 的一边是空的",
            ),
            (
                "nginx：1",
                "`nginx：1` 不是镜像：只能用 ASCII 字符，`：` 不是",
            ),
            (
                "nginx@sha256:12",
                "sha256 摘要有 64 个小写十六进制数字，这个有 2 个",
            ),
        ] {
            // What was found out in one language is told in the other.
            let error = text.parse::<Reference>().unwrap_err();
            assert_eq!(Language::Chinese.speak(|| error.to_string()), told);
        }
    }
}
