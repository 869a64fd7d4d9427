//! Mirrors of a registry: other places that have what it holds, and what is told of them.

use std::fmt;

use super::{Digest, Fault, Repository};

/// Another place that has what a registry holds: a host, and the path there under which its repositories are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MirrorPlace {
    /// The host, as references name it.
    pub host: String,
    /// The path in front of each repository's name, if there is one.
    pub prefix: Option<String>,
}

impl MirrorPlace {
    /// Returns where the mirror has a repository of this name.
    pub fn repository(&self, name: &str) -> Repository {
        let name = match &self.prefix {
            Some(prefix) => format!("{prefix}/{name}"),
            None => name.to_owned(),
        };
        Repository {
            registry: self.host.clone(),
            name,
        }
    }
}

impl fmt::Display for MirrorPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        match &self.prefix {
            Some(prefix) => write!(f, "/{prefix}"),
            None => Ok(()),
        }
    }
}

/// What is told of a mirror that is not asked any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorNotice {
    /// Which one.
    pub mirror: MirrorPlace,
    /// Why.
    pub why: MirrorFault,
}

/// Why a mirror is not asked any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorFault {
    /// It sent something else than what it was asked for.
    Lied {
        /// The repository of the registry that it stands in for.
        repository: Repository,
        /// What it was asked for.
        wanted: Digest,
        /// What came.
        got: Fault,
    },
    /// It failed too often.
    Away {
        /// How, the last time.
        fault: Fault,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_has_repositories_under_its_path() {
        for (prefix, shown, name) in [
            (
                Some("docker.io"),
                "m.example.com/docker.io",
                "docker.io/library/nginx",
            ),
            (None, "m.example.com", "library/nginx"),
        ] {
            let place = MirrorPlace {
                host: "m.example.com".to_owned(),
                prefix: prefix.map(str::to_owned),
            };
            assert_eq!(place.to_string(), shown);
            let there = place.repository("library/nginx");
            assert_eq!((&*there.registry, &*there.name), ("m.example.com", name));
        }
    }
}
