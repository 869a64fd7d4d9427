//! A lock, written down.

use std::fmt::{self, Write as _};

use crate::model::Platforms;
use crate::plan::{Lock, LockedFamily, LockedImage, TargetName};

use super::notes;
use super::owner::Owner;
use super::quoted::quoted;
use super::{PLAIN_VERSION, UNOWNED_VERSION, VERSION};

const HEADER: &str = "\
# Written by `pusher lock`: the digests that the images of the mirror file stand for.
# Keep it under version control; `pusher lock --update` moves it. What is retired is no longer
# declared, and was not seen gone from the target since.
";
const OWNED: &str = "\
# It is the lock of this file in this target alone: the digest is that of `HOST/NAMESPACE`.
";

/// Writes a lock as TOML; the same lock gives the same text.
pub fn write(lock: &Lock, owner: Option<&Owner>) -> String {
    let mut text = String::new();
    // A string takes all that is written to it.
    let _ = lock_file(lock, owner, &mut text);
    text
}

/// Returns the oldest version of the format that has all that a lock records.
pub(super) fn version(lock: &Lock, owner: Option<&Owner>) -> u32 {
    let Lock {
        images: _,
        retired: _,
        families,
        in_target,
        seen,
        overrides,
        verified,
    } = lock;
    let is_plain = families.is_empty()
        && in_target.is_empty()
        && seen.is_empty()
        && overrides.is_empty()
        && verified.is_empty();
    match owner {
        None => UNOWNED_VERSION,
        Some(_) if is_plain => PLAIN_VERSION,
        Some(_) => VERSION,
    }
}

fn lock_file(lock: &Lock, owner: Option<&Owner>, out: &mut String) -> fmt::Result {
    let Lock {
        images,
        retired,
        families,
        in_target,
        seen,
        overrides,
        verified,
    } = lock;
    out.write_str(HEADER)?;
    let version = version(lock, owner);
    match owner {
        None => writeln!(out, "version = {version}")?,
        Some(Owner { file, target }) => {
            writeln!(out, "{OWNED}version = {version}")?;
            string("file", file, out)?;
            string("target", target, out)?;
        }
    }
    for (target, family) in families {
        selection(target, family, out)?;
    }
    for (target, locked) in images {
        block("image", target, locked, out)?;
        if in_target.contains(target) {
            let digest = quoted(&locked.expected.digest);
            writeln!(out, "in-target = {digest} # {target}")?;
        }
    }
    for (target, locked) in retired {
        block("retired", target, locked, out)?;
    }
    notes::write_seen(seen, out)?;
    notes::write_texts(notes::OVERRIDES, overrides, out)?;
    notes::write_verified(verified, out)
}

/// Writes a tag a line: which came and which went shows as such.
fn selection(target: &TargetName, family: &LockedFamily, out: &mut String) -> fmt::Result {
    let LockedFamily {
        source,
        rules,
        tags,
    } = family;
    writeln!(out, "\n[[selection]]")?;
    string("target", target, out)?;
    string("source", source, out)?;
    lines("rules", rules, out)?;
    lines("tags", tags, out)
}

fn lines(key: &str, values: &[String], out: &mut String) -> fmt::Result {
    writeln!(out, "{key} = [")?;
    for value in values {
        writeln!(out, "  {},", quoted(value))?;
    }
    writeln!(out, "]")
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
    // Each line names its image, so that a merge never takes it for a line of another one.
    let mut line = |key: &str, value: &str| writeln!(out, "{key} = {value} # {target}");
    line("source", &quoted(source))?;
    line("source-digest", &quoted(source_digest))?;
    match platforms {
        Platforms::All => line("platforms", &quoted("all"))?,
        Platforms::Only(patterns) => {
            let quoted: Vec<_> = patterns.iter().map(quoted).collect();
            line("platforms", &format!("[{}]", quoted.join(", ")))?;
        }
    }
    line("digest", &quoted(&expected.digest))?;
    line("media-type", &quoted(&expected.media_type))?;
    line("size", &expected.size.to_string())?;
    line("rule", &quoted(rule))
}

fn string(key: &str, value: impl fmt::Display, out: &mut String) -> fmt::Result {
    writeln!(out, "{key} = {}", quoted(value))
}
