//! Before anything is asked: whether a saved plan fits the files at all.

use std::collections::HashSet;

use super::super::desired::{Desired, Entry, Referrers};
use super::{FileDigest, Mismatch, Planned, Rules, SavedPlan, SavedTarget};

/// Returns the desired set with each source at the digest that was planned, or everything that
/// keeps the plan from being the one for these files.
pub fn pin(
    saved: &SavedPlan,
    desired: &Desired,
    files: &[FileDigest],
) -> Result<Desired, Vec<Mismatch>> {
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
    let unknown = saved.changes.keys().filter(|name| {
        !known.contains(*name) && !desired.entries.iter().any(|entry| may_follow(entry, name))
    });
    found.extend(unknown.cloned().map(Mismatch::UnknownTarget));
    if found.is_empty() {
        Ok(pinned)
    } else {
        Err(found)
    }
}

/// Tells whether `name` can be that of a signature or the like of this image: it stands in the same
/// repository. Whether it is one shows when the source is asked.
fn may_follow(entry: &Entry, name: &str) -> bool {
    let rest = name.strip_prefix(&entry.target.repository);
    entry.policy.referrers != Referrers::None
        && rest.is_some_and(|rest| rest.starts_with([':', '@']))
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
