//! What the history of a lock file tells: when a digest was locked, and until when.
//!
//! Each line of a lock names its image, so that the lines which a commit added and took away tell all.

use std::collections::HashSet;

use crate::model::Digest;
use crate::plan::{Moment, Past, PastEvent, TargetName};

/// What `git log` is asked to print of each commit, before the lines that changed.
pub const LOG_FORMAT: &str = "--format=%x01%H%x02%cI%x02%D";

/// Reads what `git log -p` prints of one lock file in [`LOG_FORMAT`], the newest commit first.
///
/// What cannot be understood is passed over. The first commit of a shallow clone has everything added, and so tells nothing
/// of when that was.
pub fn read_log(log: &str) -> Vec<Past> {
    let mut all = vec![];
    for commit in log.split('\u{1}').skip(1) {
        let mut lines = commit.lines();
        let Some((moment, is_cut)) = lines.next().and_then(head) else {
            continue;
        };
        let (mut added, mut taken) = (vec![], vec![]);
        for line in lines {
            if let Some(noted) = line.strip_prefix('+').and_then(noted) {
                added.push(noted);
            } else if let Some(noted) = line.strip_prefix('-').and_then(noted) {
                taken.push(noted);
            }
        }
        // A block that is elsewhere in the file now has not changed.
        let gone: HashSet<&Noted> = taken.iter().collect();
        let (moved, added): (Vec<_>, Vec<_>) =
            added.into_iter().partition(|one| gone.contains(one));
        let moved: HashSet<Noted> = moved.into_iter().collect();
        taken.retain(|one| !moved.contains(one));
        let past = |event, (_, digest, target): Noted| Past {
            event,
            target,
            digest,
            moment: moment.clone(),
        };
        if !is_cut {
            all.extend(added.into_iter().map(|noted| {
                let event = match noted.0 {
                    Key::Digest => PastEvent::Locked,
                    Key::InTarget => PastEvent::Seen,
                };
                past(event, noted)
            }));
        }
        let unlocked = taken.into_iter().filter(|(key, ..)| *key == Key::Digest);
        all.extend(unlocked.map(|noted| past(PastEvent::Unlocked, noted)));
    }
    all
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Digest,
    InTarget,
}

type Noted = (Key, Digest, TargetName);

/// Reads a commit's first line: when it was, and whether what came before it is missing.
fn head(line: &str) -> Option<(Moment, bool)> {
    let mut parts = line.split('\u{2}');
    let (commit, at, names) = (parts.next()?, parts.next()?, parts.next()?);
    let is_hex = !commit.is_empty() && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let at = chrono::DateTime::parse_from_rfc3339(at).ok()?.to_utc();
    let commit = commit.to_owned();
    let is_cut = names.split(", ").any(|name| name == "grafted");
    is_hex.then_some((Moment { at, commit }, is_cut))
}

/// Reads `digest = "sha256:…" # app:1`.
fn noted(line: &str) -> Option<Noted> {
    let (key, rest) = line.split_once(" = \"")?;
    let key = match key {
        "digest" => Key::Digest,
        "in-target" => Key::InTarget,
        _ => return None,
    };
    let (digest, target) = rest.split_once("\" # ")?;
    Some((key, digest.parse().ok()?, target.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_and_went_is_told_the_newest_first() {
        let digest = |text: &str| Digest::sha256(text.as_bytes());
        let line = |sign: char, key: &str, text: &str, name: &str| {
            format!("{sign}{key} = \"{}\" # {name}\n", digest(text))
        };
        let commit = |number: u8, names: &str, lines: &[String]| {
            let lines = lines.concat();
            format!(
                "\u{1}{number:040x}\u{2}2026-11-{number:02}T08:00:00+08:00\u{2}{names}\n\ndiff --git\n--- a\n+++ b\n{lines}"
            )
        };
        let log = commit(
            9,
            "HEAD -> main",
            &[
                line('-', "digest", "old", "app:1"),
                line('+', "digest", "new", "app:1"),
                line('+', "in-target", "new", "app:1"),
                // Retired: in the file it stands further down.
                line('-', "digest", "same", "web:1"),
                line('+', "digest", "same", "web:1"),
                line('-', "source-digest", "old", "app:1"),
                "+digest = \"sha256:no\" # app:1\n".to_owned(),
            ],
        ) + "\u{1}not a commit\n"
            + &commit(3, "grafted", &[line('+', "digest", "old", "app:1")])
            + &commit(2, "", &[line('-', "digest", "older", "app:1")]);
        let found = read_log(&log);
        let found: Vec<_> = found
            .iter()
            .map(|past| (past.event, past.digest.clone(), past.moment.at.to_rfc3339()))
            .collect();
        let at = |day: u8| format!("2026-11-{day:02}T00:00:00+00:00");
        assert_eq!(
            found,
            [
                (PastEvent::Locked, digest("new"), at(9)),
                (PastEvent::Seen, digest("new"), at(9)),
                (PastEvent::Unlocked, digest("old"), at(9)),
                (PastEvent::Unlocked, digest("older"), at(2)),
            ]
        );
        for odd in [
            "",
            "\u{1}",
            "\u{1}\u{2}\u{2}",
            "\u{1}ab\u{2}yesterday\u{2}\n+digest",
        ] {
            assert_eq!(read_log(odd), [], "{odd:?}");
        }
    }
}
