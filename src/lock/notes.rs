//! What is noted of the digests that sources point to: a table a kind, a line a digest, so that a merge that keeps both
//! sides' lines has what both of them noted.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use toml::value::Datetime;

use crate::model::{Digest, Verified, VerifiedError, rfc3339};
use crate::plan::{Notes, SourceDigest};

use super::quoted::quoted;

/// When a source was first seen to point to a digest.
pub(super) const SEEN: &str = "seen";
/// Why a digest was taken before it was old enough.
pub(super) const OVERRIDES: &str = "overrides";
/// By whom a digest was found to be signed.
pub(super) const VERIFIED: &str = "verified";
/// The tables, in the order in which they are written.
pub(super) const TABLES: [&str; 3] = [SEEN, OVERRIDES, VERIFIED];

/// A table as TOML has it.
pub(super) type Table<T> = BTreeMap<Key, T>;

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
pub(super) struct Key(SourceDigest);

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parse = || {
            let (target, digest) = text.split_once('@')?;
            Some(SourceDigest {
                target: target.parse().ok()?,
                digest: digest.parse::<Digest>().ok()?,
            })
        };
        parse().map(Self).ok_or_else(|| {
            tr!(
                "`{text}` is not `repository:tag@digest`",
                "`{text}` 不是 `repository:tag@digest`"
            )
        })
    }
}

#[derive(Deserialize)]
#[serde(try_from = "Datetime")]
pub(super) struct Moment(DateTime<Utc>);

impl TryFrom<Datetime> for Moment {
    type Error = String;

    fn try_from(written: Datetime) -> Result<Self, String> {
        let text = written.to_string();
        // Without an offset nobody knows when that was.
        let moment = DateTime::parse_from_rfc3339(&text);
        moment.map(|moment| Self(moment.to_utc())).map_err(|_| {
            tr!(
                "`{text}` is no point in time such as `2026-01-31T08:00:00Z`",
                "`{text}` 不是 `2026-01-31T08:00:00Z` 这样的时间点"
            )
        })
    }
}

/// Returns when each was first seen.
pub(super) fn seen(table: Table<Moment>) -> Notes<DateTime<Utc>> {
    let notes = table.into_iter();
    notes.map(|(Key(of), Moment(seen))| (of, seen)).collect()
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Signer(Verified);

impl TryFrom<String> for Signer {
    type Error = VerifiedError;

    fn try_from(text: String) -> Result<Self, VerifiedError> {
        text.parse().map(Self)
    }
}

/// Returns by whom each is signed.
pub(super) fn verified(table: Table<Signer>) -> Notes<Verified> {
    let notes = table.into_iter();
    notes
        .map(|(Key(of), Signer(verified))| (of, verified))
        .collect()
}

/// Writes by whom each is signed.
pub(super) fn write_verified(notes: &Notes<Verified>, out: &mut String) -> fmt::Result {
    write_table(VERIFIED, notes, |verified| quoted(verified), out)
}

/// Returns what was noted as text.
pub(super) fn texts(table: Table<String>) -> Notes<String> {
    table
        .into_iter()
        .map(|(Key(of), text)| (of, text))
        .collect()
}

/// Writes when each was first seen.
pub(super) fn write_seen(notes: &Notes<DateTime<Utc>>, out: &mut String) -> fmt::Result {
    write_table(SEEN, notes, |seen| rfc3339(*seen), out)
}

/// Writes what was noted as text.
pub(super) fn write_texts(table: &str, notes: &Notes<String>, out: &mut String) -> fmt::Result {
    write_table(table, notes, |text| quoted(text), out)
}

fn write_table<T>(
    table: &str,
    notes: &Notes<T>,
    written: impl Fn(&T) -> String,
    out: &mut String,
) -> fmt::Result {
    if notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n[{table}]")?;
    for (of, note) in notes {
        writeln!(out, "{} = {}", quoted(of), written(note))?;
    }
    Ok(())
}
