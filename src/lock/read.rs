//! A lock file, read strictly: what is not understood is refused, never skipped.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::{Descriptor, LineStarts, media_type};
use crate::plan::LockedImage;

use super::blocks::Found;
use super::contents::LockContents;
use super::error::LockError;
use super::format::{Document, Head, Target};
use super::merged::take_apart;
use super::owner::Owner;
use super::{UNOWNED_VERSION, VERSION};

/// What helps against most.
const TAKE_ANOTHER: &str = "take the last good version of it, then run `pusher lock`";

/// Reads a lock file.
pub fn read(text: &str) -> Result<LockContents, LockError> {
    if let Some(line) = conflict(text) {
        return Err(LockError {
            line,
            message: "a merge conflict stands here".to_owned(),
            hint: "keep both sides' blocks and delete the marker lines, then run `pusher lock`",
        });
    }
    let apart = take_apart(text)?;
    let lines = LineStarts::of(&apart.text);
    let at = |span: &Range<usize>| apart.line(lines.line_at(&apart.text, span.start).0);
    let error_at = |span: &Range<usize>, message: String| LockError {
        line: at(span),
        message,
        hint: TAKE_ANOTHER,
    };
    let failed = |error: toml::de::Error| {
        error_at(
            &error.span().unwrap_or_default(),
            error.message().trim().to_owned(),
        )
    };
    let Head { version } = toml::from_str(&apart.text).map_err(failed)?;
    let number = *version.get_ref();
    if ![UNOWNED_VERSION, VERSION].map(i64::from).contains(&number) {
        return Err(LockError {
            line: at(&version.span()),
            message: format!(
                "this `pusher` reads versions {UNOWNED_VERSION} and {VERSION} of the lock, this is \
                 version {number}"
            ),
            hint: "use the version of `pusher` that wrote it",
        });
    }
    let Document {
        file,
        target,
        image,
        retired,
        ..
    } = toml::from_str(&apart.text).map_err(failed)?;
    let owner = match (number == i64::from(VERSION), file, target) {
        (true, Some(file), Some(target)) => Some(Owner { file, target }),
        (false, None, None) => None,
        _ => {
            let message = format!(
                "version {VERSION} says whose it is by `file` and `target`, version \
                 {UNOWNED_VERSION} by neither"
            );
            return Err(error_at(&version.span(), message));
        }
    };
    let mut found = Found::default();
    for (blocks, is_retired) in [(image, false), (retired, true)] {
        for block in blocks {
            let media_type = block.media_type.get_ref();
            if !media_type::is_manifest(media_type) && !media_type::is_index(media_type) {
                let message = format!("`{media_type}` is no manifest's media type");
                return Err(error_at(&block.media_type.span(), message));
            }
            let Target(name) = block.target;
            let line = at(&block.digest.span());
            let image = LockedImage {
                source: block.source,
                source_digest: block.source_digest,
                platforms: block.platforms.0,
                expected: Descriptor {
                    media_type: block.media_type.into_inner(),
                    digest: block.digest.into_inner(),
                    size: block.size,
                },
                rule: block.rule,
            };
            found.block(name, line, image, is_retired);
        }
    }
    let is_apart = apart.has_changed();
    for (target, line) in apart.incomplete {
        let Target(name) = Target::try_from(target).map_err(|error| LockError {
            line,
            message: error.to_string(),
            hint: TAKE_ANOTHER,
        })?;
        found.part(name, line);
    }
    let mut file = found.settle(owner);
    file.repeats |= is_apart;
    Ok(file)
}

/// Returns the lines in which a lock file records its targets, by their names.
pub fn target_lines(text: &str) -> HashMap<&str, usize> {
    let mut found = HashMap::new();
    for (line, number) in text.lines().zip(1..) {
        let name = line.trim().strip_prefix("target = \"");
        if let Some(name) = name.and_then(|name| name.strip_suffix('"')) {
            found.entry(name).or_insert(number);
        }
    }
    found
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
