//! What an answer depends on and what is remembered of it, so that it need not be found again.
//!
//! To find the expected digest of a filtered image costs manifest GETs, which Docker Hub counts.
//! The answer depends on nothing but the bytes behind the source's digest and on the [`Ask`], so it
//! can be kept for ever, as one line of text. Where it is kept is no matter of this module.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Descriptor, Digest, PlatformPattern, Platforms, media_type};

use super::expected::{Ask, Content, Expected, LeftOut, Selection};
use super::rule::Rule;

/// Everything that an answer depends on, written out: equal keys have equal answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResolutionKey(String);

impl ResolutionKey {
    /// Returns the key of the answer to `ask` about `source`.
    pub fn of(source: &Descriptor, ask: &Ask<'_>) -> Self {
        Self::by(Rule::of(ask), source, ask.platforms)
    }

    fn by(rule: Rule, source: &Descriptor, platforms: &Platforms) -> Self {
        let platforms = match platforms {
            Platforms::All => "all".to_owned(),
            Platforms::Only(patterns) => {
                let mut written: Vec<_> = patterns.iter().map(ToString::to_string).collect();
                written.sort();
                written.join(",")
            }
        };
        let Descriptor {
            media_type,
            digest,
            size: _,
        } = source;
        Self(format!("{digest} {media_type}; {platforms}; rule {rule}"))
    }
}

impl fmt::Display for ResolutionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is remembered of an [`Expected`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The manifest or index that the tag must point to.
    pub descriptor: Descriptor,
    /// What was left out of the source's index, and why.
    pub selection: Selection,
    /// Whether the bytes were made here, so that the source does not hold them.
    pub rewritten: bool,
}

impl From<&Expected> for Remembered {
    fn from(expected: &Expected) -> Self {
        Self {
            descriptor: expected.descriptor.clone(),
            selection: expected.selection.clone(),
            rewritten: matches!(expected.content, Content::Rewritten(_)),
        }
    }
}

impl Remembered {
    /// Returns the whole answer, unless bytes that were made here belong to it: where the target
    /// lacks those, [`expect`](super::expect) has to make them again.
    pub fn expected(&self) -> Option<Expected> {
        (!self.rewritten).then(|| Expected {
            descriptor: self.descriptor.clone(),
            content: Content::Source,
            selection: self.selection.clone(),
        })
    }

    /// Writes the answer to `key` as one line, without a line end.
    pub fn encode(&self, key: &ResolutionKey) -> String {
        let Selection {
            platforms_kept,
            left_out,
            skipped,
        } = &self.selection;
        let line = Line {
            key: key.0.clone(),
            media_type: self.descriptor.media_type.clone(),
            digest: self.descriptor.digest.clone(),
            size: self.descriptor.size,
            rewritten: self.rewritten,
            kept: *platforms_kept,
            left_out: left_out.iter().map(LeftOutLine::from).collect(),
            skipped: skipped.clone(),
        };
        // Strings, numbers and lists can always be written.
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Reads the answer to `key` from a line; none if it is not that, whatever else it is.
    pub fn decode(key: &ResolutionKey, line: &str) -> Option<Self> {
        let line: Line = serde_json::from_str(line).ok()?;
        let known =
            media_type::is_manifest(&line.media_type) || media_type::is_index(&line.media_type);
        if line.key != key.0 || !known {
            return None;
        }
        Some(Self {
            descriptor: Descriptor {
                media_type: line.media_type,
                digest: line.digest,
                size: line.size,
            },
            selection: Selection {
                platforms_kept: line.kept,
                left_out: line.left_out.into_iter().map(LeftOut::from).collect(),
                skipped: line.skipped,
            },
            rewritten: line.rewritten,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    key: String,
    media_type: String,
    digest: Digest,
    size: u64,
    rewritten: bool,
    kept: usize,
    left_out: Vec<LeftOutLine>,
    skipped: Vec<PlatformPattern>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeftOutLine {
    digest: Digest,
    attestation: bool,
    config: Option<String>,
}

impl From<&LeftOut> for LeftOutLine {
    fn from(left_out: &LeftOut) -> Self {
        Self {
            digest: left_out.digest.clone(),
            attestation: left_out.attestation,
            config: left_out.refused_config.clone(),
        }
    }
}

impl From<LeftOutLine> for LeftOut {
    fn from(line: LeftOutLine) -> Self {
        Self {
            digest: line.digest,
            attestation: line.attestation,
            refused_config: line.config,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Profile, ProfileKind};
    use crate::plan::{Attestations, ForeignLayers, MissingPlatforms, Policy, Referrers};

    fn descriptor(content: &str) -> Descriptor {
        Descriptor {
            media_type: media_type::OCI_INDEX.to_owned(),
            digest: Digest::sha256(content.as_bytes()),
            size: 7,
        }
    }

    fn platforms(listed: &[&str]) -> Platforms {
        Platforms::Only(listed.iter().map(|one| one.parse().unwrap()).collect())
    }

    const BOTH: [&str; 2] = ["linux/amd64", "linux/arm64"];

    fn ask<'a>(platforms: &'a Platforms, profile: &'a Profile) -> Ask<'a> {
        Ask {
            platforms,
            platforms_declared: true,
            policy: Policy::default(),
            profile,
        }
    }

    #[test]
    fn every_part_that_matters_is_in_the_key() {
        let source = descriptor("source");
        let (one, both) = (platforms(&["linux/amd64"]), platforms(&BOTH));
        let profiles = [ProfileKind::AcrPersonal, ProfileKind::AcrEnterprise].map(Profile::of);
        let ask = ask(&both, &profiles[0]);
        let key = ResolutionKey::of(&source, &ask);
        assert_eq!(
            key.to_string(),
            format!(
                "{} application/vnd.oci.image.index.v1+json; linux/amd64,linux/arm64; \
                 rule 1.1, images only",
                source.digest
            )
        );
        let policy = |attestations, missing_platforms| Policy {
            missing_platforms,
            attestations,
            ..ask.policy
        };
        let different = [
            Ask {
                platforms: &one,
                ..ask
            },
            Ask {
                platforms: &Platforms::All,
                ..ask
            },
            Ask {
                platforms_declared: false,
                ..ask
            },
            Ask {
                profile: &profiles[1],
                ..ask
            },
            Ask {
                policy: policy(Attestations::Auto, MissingPlatforms::Skip),
                ..ask
            },
            Ask {
                policy: policy(Attestations::Keep, MissingPlatforms::Block),
                ..ask
            },
            Ask {
                policy: policy(Attestations::Drop, MissingPlatforms::Block),
                ..ask
            },
        ];
        let docker = Descriptor {
            media_type: media_type::DOCKER_LIST.to_owned(),
            ..source.clone()
        };
        let of_versions = |versions| {
            let mut rule = Rule::of(&ask);
            rule.versions = versions;
            ResolutionKey::by(rule, &source, &both)
        };
        let mut keys: Vec<_> = different
            .iter()
            .map(|ask| ResolutionKey::of(&source, ask))
            .collect();
        keys.extend([
            ResolutionKey::of(&descriptor("other"), &ask),
            ResolutionKey::of(&docker, &ask),
            of_versions((2, 1)),
            of_versions((1, 2)),
            key,
        ]);
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), different.len() + 5);
    }

    #[test]
    fn no_other_part_is_in_the_key() {
        let source = descriptor("source");
        let both = platforms(&BOTH);
        let reversed = platforms(&["linux/arm64", "linux/amd64"]);
        let personal = Profile::of(ProfileKind::AcrPersonal);
        let slower = Profile {
            starting_concurrency: 1,
            ..personal.clone()
        };
        let ask = ask(&both, &personal);
        let key = ResolutionKey::of(&source, &ask);
        let policy = Policy {
            referrers: Referrers::All,
            foreign_layers: ForeignLayers::Copy,
            ..ask.policy
        };
        for ask in [
            Ask {
                platforms: &reversed,
                ..ask
            },
            Ask {
                profile: &slower,
                ..ask
            },
            Ask { policy, ..ask },
        ] {
            assert_eq!(ResolutionKey::of(&source, &ask), key);
        }
        let sized = Descriptor { size: 8, ..source };
        let sized = ResolutionKey::of(&sized, &ask);
        assert_eq!(sized, key, "a header may lack the size");
    }

    #[test]
    fn lines_hold_all_and_answer_their_own_key_alone() {
        let key = ResolutionKey("a \"key\"".to_owned());
        let left_out = |config: Option<&str>| LeftOut {
            digest: Digest::sha256(b"left out"),
            attestation: config.is_none(),
            refused_config: config.map(str::to_owned),
        };
        let remembered = Remembered {
            descriptor: descriptor("expected"),
            selection: Selection {
                platforms_kept: 3,
                left_out: vec![left_out(None), left_out(Some("line\nend"))],
                skipped: vec!["linux/*".parse().unwrap(), "linux/arm/v7".parse().unwrap()],
            },
            rewritten: true,
        };
        let line = remembered.encode(&key);
        assert!(!line.contains('\n'));
        assert_eq!(Remembered::decode(&key, &line), Some(remembered.clone()));
        assert_eq!(
            Remembered::decode(&ResolutionKey("another".to_owned()), &line),
            None
        );
        for end in 0..line.len() {
            assert_eq!(Remembered::decode(&key, &line[..end]), None);
        }
        let other_type = line.replace("image.index", "image.thing");
        assert_eq!(Remembered::decode(&key, &other_type), None);
        assert_eq!(remembered.expected(), None);
        let copied = Remembered {
            rewritten: false,
            ..remembered
        };
        let expected = copied.expected().unwrap();
        assert_eq!(Remembered::from(&expected), copied);
    }
}
