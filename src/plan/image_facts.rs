//! What is told of an image that a registry holds: its platforms, its size, when it was built.
//!
//! A digest means the same for ever, so that this is found out once, and kept as a line of the cache.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{Descriptor, Digest};

/// The first images of computers were built after this; what claims to be older says nothing, as builds that are to
/// be the same each time do.
const BELIEVED_SINCE: i64 = 946_684_800;

/// What is told of an image that a registry holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageFacts {
    /// The bytes of its blobs, each once.
    pub bytes: u64,
    /// Its platforms, in the order of its manifests.
    pub platforms: Vec<PlatformSize>,
    /// When it says that it was built.
    pub built: Option<DateTime<Utc>>,
}

/// A platform of an image, and what there is to pull for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformSize {
    /// The platform, as it is written.
    #[serde(rename = "p")]
    pub platform: String,
    /// The bytes of its blobs.
    #[serde(rename = "b")]
    pub bytes: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    of: Digest,
    bytes: u64,
    platforms: Vec<PlatformSize>,
    built: Option<i64>,
}

impl ImageFacts {
    /// Returns the text by which they are kept, of which the last part is the version of this form.
    pub fn key(image: &Descriptor) -> String {
        format!("{} {}; facts 1", image.digest, image.media_type)
    }

    /// Returns a time at which an image says that it was built, if that can be.
    pub fn believed(built: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (built.timestamp() >= BELIEVED_SINCE && built <= now).then_some(built)
    }

    /// Writes them as one line, without a line end.
    pub fn encode(&self, of: &Digest) -> String {
        let line = Line {
            of: of.clone(),
            bytes: self.bytes,
            platforms: self.platforms.clone(),
            built: self.built.map(|built| built.timestamp()),
        };
        // Strings, numbers and lists can always be written.
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Reads them from a line; none if it is not that, whatever else it is.
    pub fn decode(of: &Digest, line: &str) -> Option<Self> {
        let line: Line = serde_json::from_str(line).ok()?;
        (line.of == *of).then_some(())?;
        Some(Self {
            bytes: line.bytes,
            platforms: line.platforms,
            built: match line.built {
                Some(built) => Some(DateTime::from_timestamp(built, 0)?),
                None => None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_as_they_were_written_and_as_those_of_no_other_image() {
        let (one, other) = (Digest::sha256(b"one"), Digest::sha256(b"other"));
        let facts = ImageFacts {
            bytes: 3,
            platforms: vec![PlatformSize {
                platform: "linux/arm64/v8".to_owned(),
                bytes: 3,
            }],
            built: DateTime::from_timestamp(1_700_000_000, 0),
        };
        let line = facts.encode(&one);
        assert_eq!(ImageFacts::decode(&one, &line), Some(facts));
        assert_eq!(ImageFacts::decode(&other, &line), None);
        assert_eq!(ImageFacts::decode(&one, "{}"), None);
    }

    #[test]
    fn what_no_image_can_say_is_not_believed() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let now = at(1_800_000_000);
        let believed = |seconds| ImageFacts::believed(at(seconds), now).is_some();
        assert!(believed(1_700_000_000) && believed(1_800_000_000));
        assert!(!believed(0) && !believed(315_532_801) && !believed(1_800_000_001));
    }
}
