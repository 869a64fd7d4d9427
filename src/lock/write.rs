//! A lock, written down.

use std::fmt::{self, Write as _};

use crate::model::Platforms;
use crate::plan::{Lock, LockedImage, TargetName};

use super::VERSION;

const HEADER: &str = "\
# Written by `pusher lock`: the digests that the images of the mirror file stand for.
# Keep it under version control; `pusher lock --update` moves it. What is retired is no longer
# declared, and was not seen gone from the target since.
";

/// Writes a lock as TOML; the same lock gives the same text.
pub fn write(lock: &Lock) -> String {
    let mut text = String::new();
    // A string takes all that is written to it.
    let _ = lock_file(lock, &mut text);
    text
}

fn lock_file(lock: &Lock, out: &mut String) -> fmt::Result {
    let Lock { images, retired } = lock;
    writeln!(out, "{HEADER}version = {VERSION}")?;
    for (target, locked) in images {
        block("image", target, locked, out)?;
    }
    for (target, locked) in retired {
        block("retired", target, locked, out)?;
    }
    Ok(())
}

fn block(kind: &str, target: &TargetName, image: &LockedImage, out: &mut String) -> fmt::Result {
    let LockedImage {
        source,
        source_digest,
        platforms,
        expected,
        rule,
    } = image;
    writeln!(out, "\n[[{kind}]]")?;
    string("target", target, out)?;
    string("source", source, out)?;
    string("source-digest", source_digest, out)?;
    match platforms {
        Platforms::All => string("platforms", "all", out)?,
        Platforms::Only(patterns) => {
            let quoted: Vec<_> = patterns.iter().map(quoted).collect();
            writeln!(out, "platforms = [{}]", quoted.join(", "))?;
        }
    }
    string("digest", &expected.digest, out)?;
    string("media-type", &expected.media_type, out)?;
    writeln!(out, "size = {}", expected.size)?;
    string("rule", rule, out)
}

fn string(key: &str, value: impl fmt::Display, out: &mut String) -> fmt::Result {
    writeln!(out, "{key} = {}", quoted(value))
}

/// Writes a basic string: what a registry calls a media type can hold anything.
fn quoted(value: impl fmt::Display) -> String {
    let mut quoted = String::from('"');
    for character in value.to_string().chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => {
                // A string takes all that is written to it.
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
