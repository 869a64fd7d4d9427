//! A lock file, read strictly: what is not understood is refused, never skipped.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::model::{Descriptor, Digest, PlatformPattern, Platforms, Reference, media_type};
use crate::plan::desired::TargetNameError;
use crate::plan::{Lock, LockedImage, TargetName};

use super::VERSION;

/// Why a text is not a lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
    /// What to do about it.
    pub hint: &'static str,
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for LockError {}

/// What helps against most: the file can be made again from what is declared.
const WRITE_ANEW: &str = "take the last good version of it, or delete it and run `pusher lock`: \
                          then nothing is retired any more";

/// Reads a lock file.
pub fn read(text: &str) -> Result<Lock, LockError> {
    if let Some(line) = conflict(text) {
        return Err(LockError {
            line,
            message: "a merge conflict stands here".to_owned(),
            hint: "keep both sides' blocks and delete the marker lines, then run `pusher lock`",
        });
    }
    let failed = |error: toml::de::Error| {
        let span = error.span().unwrap_or_default();
        error_at(text, &span, error.message().trim().to_owned())
    };
    let head: Head = toml::from_str(text).map_err(failed)?;
    if *head.version.get_ref() != i64::from(VERSION) {
        return Err(LockError {
            line: line_at(text, &head.version.span()),
            message: format!(
                "this `pusher` reads version {VERSION} of the lock, this is version {}",
                head.version.get_ref()
            ),
            hint: "use the version of `pusher` that wrote it",
        });
    }
    let File { image, retired, .. } = toml::from_str(text).map_err(failed)?;
    let mut places = BTreeMap::new();
    let mut once = |target: Spanned<Target>| {
        let span = target.span();
        let Target(name) = target.into_inner();
        match places.insert(name.clone(), line_at(text, &span)) {
            None => Ok(name),
            Some(first) => {
                let message = format!("`{name}` stands here again; it is in line {first} already");
                Err(error_at(text, &span, message))
            }
        }
    };
    let mut lock = Lock::default();
    for (blocks, images) in [(image, &mut lock.images), (retired, &mut lock.retired)] {
        for block in blocks {
            let target = once(block.target)?;
            let media_type = block.media_type.get_ref();
            if !media_type::is_manifest(media_type) && !media_type::is_index(media_type) {
                let message = format!("`{media_type}` is no manifest's media type");
                return Err(error_at(text, &block.media_type.span(), message));
            }
            let locked = LockedImage {
                source: block.source,
                source_digest: block.source_digest,
                platforms: block.platforms.0,
                expected: Descriptor {
                    media_type: block.media_type.into_inner(),
                    digest: block.digest,
                    size: block.size,
                },
                rule: block.rule,
            };
            images.insert(target, locked);
        }
    }
    Ok(lock)
}

fn error_at(text: &str, span: &Range<usize>, message: String) -> LockError {
    LockError {
        line: line_at(text, span),
        message,
        hint: WRITE_ANEW,
    }
}

fn line_at(text: &str, span: &Range<usize>) -> usize {
    let before = text.get(..span.start).unwrap_or(text);
    1 + before.matches('\n').count()
}

/// Returns the line in which a lock file records a target.
pub fn line_of(text: &str, target: &TargetName) -> Option<usize> {
    let wanted = format!("target = \"{target}\"");
    let position = text.lines().position(|line| line.trim() == wanted)?;
    Some(position + 1)
}

/// Returns the line of the first marker that git leaves where it cannot merge.
fn conflict(text: &str) -> Option<usize> {
    let is_marker = |line: &str| {
        ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
            .iter()
            .any(|marker| line.starts_with(marker))
    };
    text.lines()
        .position(is_marker)
        .map(|position| position + 1)
}

#[derive(Deserialize)]
struct Head {
    version: Spanned<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// [`Head`] has looked at it.
    #[serde(rename = "version")]
    _version: serde::de::IgnoredAny,
    #[serde(default)]
    image: Vec<Block>,
    #[serde(default)]
    retired: Vec<Block>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Block {
    target: Spanned<Target>,
    source: Reference,
    source_digest: Digest,
    platforms: WrittenPlatforms,
    digest: Digest,
    media_type: Spanned<String>,
    size: u64,
    rule: String,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Target(TargetName);

impl TryFrom<String> for Target {
    type Error = TargetNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let name: TargetName = text.parse()?;
        // What is pushed without a tag follows an image, and is never locked by itself.
        match name.digest() {
            None => Ok(Self(name)),
            Some(_) => Err(TargetNameError(text)),
        }
    }
}

#[derive(Deserialize)]
#[serde(try_from = "AllOrSome")]
struct WrittenPlatforms(Platforms);

#[derive(Deserialize)]
#[serde(untagged)]
enum AllOrSome {
    All(String),
    Some(Vec<String>),
}

impl TryFrom<AllOrSome> for WrittenPlatforms {
    type Error = String;

    fn try_from(written: AllOrSome) -> Result<Self, String> {
        match written {
            AllOrSome::All(word) if word == "all" => Ok(Self(Platforms::All)),
            AllOrSome::All(word) => Err(format!("`{word}` is neither `all` nor a list")),
            AllOrSome::Some(patterns) if patterns.is_empty() => {
                Err("the list of platforms is empty".to_owned())
            }
            AllOrSome::Some(patterns) => {
                let parsed: Result<Vec<PlatformPattern>, _> =
                    patterns.iter().map(|text| text.parse()).collect();
                let parsed = parsed.map_err(|error| error.to_string())?;
                Ok(Self(Platforms::only(parsed)))
            }
        }
    }
}
