//! What an answer depends on and what is remembered of it, so that it need not be found again.
//!
//! To find the expected digest of a filtered image costs manifest GETs, which Docker Hub counts.
//! The answer depends on nothing but the bytes behind the source's digest and on the [`Ask`], so it
//! can be kept for ever, as one line of text. Where it is kept is no matter of this module.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Descriptor, Digest, PlatformPattern, Platforms, media_type};

use super::expected::{Ask, Content, Expected, LeftOut, Selection, WhyLeftOut};
use super::rule::ResolutionRule;

/// Everything that an answer depends on, written out: equal keys have equal answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResolutionKey(String);

impl ResolutionKey {
    /// Returns the key of the answer to `ask` about `source`.
    pub fn of(source: &Descriptor, ask: &Ask<'_>) -> Self {
        Self::by(ResolutionRule::of(ask), source, ask.platforms)
    }

    fn by(rule: ResolutionRule, source: &Descriptor, platforms: &Platforms) -> Self {
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
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    refused: bool,
}

impl From<&LeftOut> for LeftOutLine {
    fn from(left_out: &LeftOut) -> Self {
        Self {
            digest: left_out.digest.clone(),
            attestation: left_out.attestation,
            config: left_out.refused_config().map(str::to_owned),
            refused: left_out.why == WhyLeftOut::AttestationRefused,
        }
    }
}

impl From<LeftOutLine> for LeftOut {
    fn from(line: LeftOutLine) -> Self {
        Self {
            digest: line.digest,
            attestation: line.attestation,
            why: match (line.config, line.refused) {
                (Some(config), _) => WhyLeftOut::ConfigRefused(config),
                (None, true) => WhyLeftOut::AttestationRefused,
                (None, false) => WhyLeftOut::NotWanted,
            },
        }
    }
}

#[cfg(test)]
mod tests;
