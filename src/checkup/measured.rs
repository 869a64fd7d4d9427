//! What was measured of a registry by pushing to it, and the profile that follows from it.

use std::fmt::{self, Write as _};

use crate::model::{IndexType, ProfileFacts, Text};

/// What is pushed, or asked for, to find something out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// An image with Docker's media types.
    DockerImage,
    /// An image with those of OCI.
    OciImage,
    /// Docker's manifest list.
    DockerList,
    /// An index of OCI.
    OciIndex,
    /// An index that lists a platform which nobody knows.
    UnknownPlatform,
    /// An index with an attestation whose config is an image's, as `BuildKit` before 0.32 makes them.
    Attestation,
    /// One whose config is empty.
    EmptyAttestation,
    /// An artifact whose config is a Helm chart's.
    Chart,
    /// An artifact with an empty config and an artifact type.
    Artifact,
    /// A name of so many levels below the namespace.
    Levels(usize),
    /// A tag of the greatest length.
    LongTag,
    /// A blob in pieces.
    Pieces,
    /// A blob mounted from another repository.
    Mount,
    /// The list of what refers to a manifest.
    Referrers,
    /// The deletion of a tag alone.
    DeleteTag,
    /// The deletion of a manifest, with its tags.
    DeleteManifest,
}

/// What came of a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The registry takes it, or does it.
    Taken,
    /// It does not, in these words, if it has any for it.
    Refused(String),
    /// That was not to be found out.
    Unknown(Text),
}

/// What was measured of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// Its host.
    pub registry: String,
    /// What came of each sample, in the order in which they were tried.
    pub findings: Vec<(Sample, Finding)>,
}

impl Sample {
    /// Returns what it is called in a profile file.
    fn written(self) -> String {
        match self {
            Self::DockerImage => "an image with Docker's types",
            Self::OciImage => "an image with OCI's types",
            Self::DockerList => "a manifest list of Docker",
            Self::OciIndex => "an index of OCI",
            Self::UnknownPlatform => "an index with an unknown platform",
            Self::Attestation => "an attestation with an image's config",
            Self::EmptyAttestation => "an attestation with an empty config",
            Self::Chart => "a Helm chart",
            Self::Artifact => "an artifact with an empty config",
            Self::Levels(levels) => {
                return format!("a name of {levels} levels below the namespace");
            }
            Self::LongTag => "a tag of 128 characters",
            Self::Pieces => "a blob in pieces",
            Self::Mount => "a blob from another repository",
            Self::Referrers => "the list of referrers",
            Self::DeleteTag => "to delete a tag alone",
            Self::DeleteManifest => "to delete a manifest with its tags",
        }
        .to_owned()
    }
}

impl Measured {
    /// Tells whether a sample was taken; none where that is not known.
    fn takes(&self, sample: Sample) -> Option<bool> {
        let mut findings = self.findings.iter();
        match &findings.find(|(one, _)| *one == sample)?.1 {
            Finding::Taken => Some(true),
            Finding::Refused(_) => Some(false),
            Finding::Unknown(_) => None,
        }
    }

    /// Returns what follows for a profile; what does not is left open.
    pub fn facts(&self) -> ProfileFacts {
        let both = |one, other| match (self.takes(one), self.takes(other)) {
            (Some(one), Some(other)) if one == other => Some(one),
            _ => None,
        };
        ProfileFacts {
            image_configs_only: both(Sample::Chart, Sample::Artifact).map(|taken| !taken),
            index_types: self.index_types(),
            attestations: self.takes(Sample::Attestation),
            name_levels: self.name_levels(),
            mount: self.takes(Sample::Mount),
            delete: match (
                self.takes(Sample::DeleteTag),
                self.takes(Sample::DeleteManifest),
            ) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            referrers_api: self.takes(Sample::Referrers),
            ..ProfileFacts::default()
        }
    }

    fn index_types(&self) -> Option<Vec<IndexType>> {
        let docker = self.takes(Sample::DockerList)?;
        let oci = self.takes(Sample::OciIndex)?;
        let types = [(docker, IndexType::Docker), (oci, IndexType::Oci)];
        let taken = types.into_iter().filter(|(is_taken, _)| *is_taken);
        let taken: Vec<_> = taken.map(|(_, one)| one).collect();
        (!taken.is_empty()).then_some(taken)
    }

    /// Returns how many levels are taken, where the next one is refused.
    fn name_levels(&self) -> Option<usize> {
        self.findings
            .iter()
            .find_map(|(sample, finding)| match (sample, finding) {
                (Sample::Levels(levels), Finding::Refused(_)) => levels.checked_sub(1),
                _ => None,
            })
    }

    /// Writes the profile file, with what each fact follows from beside it.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        // A string takes all that is written to it.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        let ProfileFacts {
            image_configs_only,
            index_types,
            attestations,
            name_levels,
            mount,
            delete,
            referrers_api,
            ..
        } = self.facts();
        let host = self.registry.split(':').next().unwrap_or_default();
        writeln!(
            out,
            "# Measured by `pusher doctor --probe` at {}.\n\
             #\n\
             # Not measured, and to be added where its documentation tells: `namespace-levels`, `name-length`, `repository-limit`,\n\
             # `starting-concurrency`, `login`.\n\n\
             hosts = [{host:?}]",
            self.registry
        )?;
        let toml = |types: Vec<IndexType>| {
            let words = types.into_iter().map(|one| match one {
                IndexType::Docker => "\"docker\"",
                IndexType::Oci => "\"oci\"",
            });
            format!("[{}]", words.collect::<Vec<_>>().join(", "))
        };
        let is = |fact: Option<bool>| fact.map(|fact| fact.to_string());
        let levels = (2..=MOST_LEVELS).map(Sample::Levels);
        self.fact(
            out,
            "image-configs-only",
            is(image_configs_only),
            [Sample::Chart, Sample::Artifact],
        )?;
        self.fact(
            out,
            "index-types",
            index_types.map(toml),
            [Sample::DockerList, Sample::OciIndex],
        )?;
        self.fact(
            out,
            "attestations",
            is(attestations),
            [Sample::Attestation, Sample::EmptyAttestation],
        )?;
        self.fact(
            out,
            "name-levels",
            name_levels.map(|levels| levels.to_string()),
            levels,
        )?;
        self.fact(out, "mount", is(mount), [Sample::Mount])?;
        self.fact(
            out,
            "delete",
            is(delete),
            [Sample::DeleteTag, Sample::DeleteManifest],
        )?;
        self.fact(out, "referrers-api", is(referrers_api), [Sample::Referrers])?;
        writeln!(out, "\n# What no key of a profile says:")?;
        for sample in [
            Sample::DockerImage,
            Sample::OciImage,
            Sample::UnknownPlatform,
            Sample::Pieces,
            Sample::LongTag,
        ] {
            self.comment(out, sample)?;
        }
        Ok(())
    }

    /// Writes what samples came to, and what follows from that; the key alone where nothing does.
    fn fact(
        &self,
        out: &mut String,
        key: &str,
        value: Option<String>,
        samples: impl IntoIterator<Item = Sample>,
    ) -> fmt::Result {
        writeln!(out)?;
        for sample in samples {
            self.comment(out, sample)?;
        }
        match value {
            Some(value) => writeln!(out, "{key} = {value}"),
            None => writeln!(out, "# `{key}`: nothing follows"),
        }
    }

    fn comment(&self, out: &mut String, sample: Sample) -> fmt::Result {
        let mut findings = self.findings.iter();
        let Some((_, finding)) = findings.find(|(one, _)| *one == sample) else {
            return Ok(());
        };
        let (word, why) = match finding {
            Finding::Taken => ("yes", String::new()),
            Finding::Refused(why) if why.is_empty() => ("no", String::new()),
            Finding::Refused(why) => ("no", format!(": {why}")),
            Finding::Unknown(why) => ("not known", format!(": {}", why.english())),
        };
        // Whatever a registry says, it stays in its line.
        let why: String = why.chars().filter(|c| !c.is_control()).collect();
        writeln!(out, "# {}: {word}{why}", sample.written())
    }
}

/// How many levels of a name are tried.
pub const MOST_LEVELS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(findings: &[(Sample, Finding)]) -> Measured {
        Measured {
            registry: "registry.example.com:5000".to_owned(),
            findings: findings.to_vec(),
        }
    }

    #[test]
    fn only_what_is_known_for_sure_follows() {
        let no = || Finding::Refused("400 MANIFEST_INVALID".to_owned());
        let unknown = || Finding::Unknown(Text::verbatim("no answer"));
        let facts = |findings: &[_]| measured(findings).facts();
        assert_eq!(facts(&[]), ProfileFacts::default());
        let one = facts(&[(Sample::Chart, Finding::Taken), (Sample::Artifact, no())]);
        assert_eq!(one.image_configs_only, None);
        let one = facts(&[(Sample::Chart, no()), (Sample::Artifact, no())]);
        assert_eq!(one.image_configs_only, Some(true));
        let one = facts(&[
            (Sample::DockerList, Finding::Taken),
            (Sample::OciIndex, unknown()),
        ]);
        assert_eq!(one.index_types, None);
        let one = facts(&[(Sample::DockerList, no()), (Sample::OciIndex, no())]);
        assert_eq!(one.index_types, None);
        let one = facts(&[
            (Sample::DockerList, Finding::Taken),
            (Sample::OciIndex, no()),
        ]);
        assert_eq!(one.index_types, Some(vec![IndexType::Docker]));
        let one = facts(&[
            (Sample::Levels(2), Finding::Taken),
            (Sample::Levels(3), no()),
        ]);
        assert_eq!(one.name_levels, Some(2));
        let one = facts(&[
            (Sample::DeleteTag, no()),
            (Sample::DeleteManifest, Finding::Taken),
        ]);
        assert_eq!(one.delete, Some(true));
        let one = facts(&[
            (Sample::DeleteTag, no()),
            (Sample::DeleteManifest, unknown()),
        ]);
        assert_eq!(one.delete, None);
    }

    #[test]
    fn what_a_registry_says_stays_a_comment() {
        let said = Finding::Refused("403 DENIED: a\nname-levels = 1".to_owned());
        let text =
            measured(&[(Sample::Mount, said), (Sample::Levels(2), Finding::Taken)]).to_toml();
        assert!(
            text.contains("hosts = [\"registry.example.com\"]"),
            "{text}"
        );
        assert!(text.contains("mount = false"), "{text}");
        assert!(
            text.lines().all(|line| !line.starts_with("name-levels")),
            "{text}"
        );
    }
}
