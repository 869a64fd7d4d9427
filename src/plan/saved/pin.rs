//! Before anything is asked: whether a saved plan fits the files at all.

use std::collections::{HashMap, HashSet};

use super::super::desired::{Desired, Entry, Referrers, TargetName};
use super::{FileDigest, Mismatch, Planned, Rules, SavedPlan, SavedTarget};

/// What a saved plan wants of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// What the files declare, each source at the digest that was planned.
    pub desired: Desired,
    /// What else the plan has, under its name in the plan: it may follow an image. Whether it does
    /// shows when the source is asked.
    pub followers: HashMap<String, TargetName>,
}

/// Returns what the plan wants of the files, or everything that keeps it from being the one for
/// them.
pub fn pin(
    saved: &SavedPlan,
    desired: &Desired,
    files: &[FileDigest],
) -> Result<Pinned, Vec<Mismatch>> {
    let mut found = vec![];
    if saved.rules != Rules::CURRENT {
        found.push(Mismatch::Rules {
            planned: saved.rules,
            current: Rules::CURRENT,
        });
    }
    let target = SavedTarget::from(&desired.target);
    if saved.target != target {
        found.push(Mismatch::Target {
            planned: in_words(&saved.target),
            current: in_words(&target),
        });
    }
    compare_files(&saved.files, files, &mut found);
    // Other files have other images: to name each would hide the reason.
    if !found.is_empty() {
        return Err(found);
    }
    let mut pinned = desired.clone();
    let mut known = HashSet::new();
    for entry in &mut pinned.entries {
        let name = entry.target.to_string();
        match saved.changes.get(&name) {
            None => found.push(Mismatch::LacksTarget(name.clone())),
            Some(Planned::Blocked) => {}
            Some(Planned::Wanted(wanted)) => {
                let locked = desired.locked(entry);
                let settled =
                    locked.map(|locked| (&locked.expected.digest, &wanted.expected.digest));
                let source = locked.map(|locked| &locked.source_digest);
                let source = source.or_else(|| entry.source.digest());
                let source = source.map(|source| (source, &wanted.source));
                let differs = [source, settled].into_iter().flatten();
                let differs = differs
                    .into_iter()
                    .find(|(pinned, planned)| pinned != planned);
                if let Some((pinned, planned)) = differs {
                    found.push(Mismatch::OtherSource {
                        target: name.clone(),
                        planned: planned.clone(),
                        declared: pinned.clone(),
                    });
                } else if locked.is_none() {
                    // What the lock settles is taken from there: its source is asked for nothing
                    // that is in place.
                    entry.source = entry.source.at(wanted.source.clone());
                    if let Some(lock) = &mut pinned.lock {
                        lock.images.remove(&entry.target);
                    }
                }
            }
        }
        known.insert(name);
    }
    let mut followers = HashMap::new();
    for name in saved.changes.keys().filter(|name| !known.contains(*name)) {
        match follower(name, &desired.entries) {
            Some(follower) => drop(followers.insert(name.clone(), follower)),
            None => found.push(Mismatch::UnknownTarget(name.clone())),
        }
    }
    if found.is_empty() {
        Ok(Pinned {
            desired: pinned,
            followers,
        })
    } else {
        Err(found)
    }
}

/// Reads `name` as that of a signature or the like, if it can be one: it stands in the repository of
/// an image that is followed.
fn follower(name: &str, entries: &[Entry]) -> Option<TargetName> {
    let name: TargetName = name.parse().ok()?;
    let leads = |entry: &Entry| {
        entry.policy.referrers != Referrers::None && entry.target.repository == name.repository
    };
    entries.iter().any(leads).then_some(name)
}

fn compare_files(planned: &[FileDigest], current: &[FileDigest], found: &mut Vec<Mismatch>) {
    let of = |files: &[FileDigest], path: &str| {
        let file = files.iter().find(|file| file.path == path);
        file.map(|file| file.digest.clone())
    };
    for file in current {
        match of(planned, &file.path) {
            Some(digest) if digest == file.digest => {}
            Some(_) => found.push(Mismatch::FileChanged(file.path.clone())),
            None => found.push(Mismatch::FileAdded(file.path.clone())),
        }
    }
    let gone = planned
        .iter()
        .filter(|file| of(current, &file.path).is_none());
    found.extend(gone.map(|file| Mismatch::FileGone(file.path.clone())));
}

fn in_words(target: &SavedTarget) -> String {
    let SavedTarget {
        registry,
        namespace,
        profile,
    } = target;
    let namespace = namespace.as_ref().map(|name| format!("/{name}"));
    format!("`{registry}{}` ({profile})", namespace.unwrap_or_default())
}
