//! Before anything is asked: whether a saved plan fits the files at all.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::time::Duration;

use crate::model::{Digest, Reference};
use crate::plan::cooldown::Cooldown;
use crate::plan::desired::Desired;
use crate::plan::entry::{Entry, Referrers};
use crate::plan::lock::LockedImage;
use crate::plan::referrers::is_referrer_name;
use crate::plan::target::TargetName;

use super::{
    FileDigest, Mismatch, RuleVersions, SavedChange, SavedDeletion, SavedPlan, SavedTarget, Wanted,
};

/// What the files and the lock say, which a saved plan can only choose from.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    /// What the target should hold.
    pub desired: &'a Desired,
    /// The files that were read.
    pub files: &'a [FileDigest],
    /// Whether what is no longer declared has to be deleted.
    pub prune: bool,
    /// What may be deleted: what the lock records and the files no longer declare.
    pub undeclared: &'a [(TargetName, LockedImage)],
}

/// What a saved plan wants of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// What the files declare, each source at the digest that was planned.
    pub desired: Desired,
    /// The sources as the files declare them.
    pub sources: HashMap<TargetName, Reference>,
    /// What else the plan wants in the target, under its name in the plan: it may follow an image.
    /// Whether it does shows when the source is asked.
    pub followers: HashMap<String, TargetName>,
}

/// Returns what the plan wants of the files, or everything that keeps it from being the one for
/// them.
pub fn pin(saved: &SavedPlan, declared: Declared<'_>) -> Result<Pinned, Vec<Mismatch>> {
    // Other files have other images: to name each would hide the reason.
    compare(saved, declared)?;
    let mut found = vec![];
    let mut desired = declared.desired.clone();
    let mut sources = HashMap::new();
    let mut known = HashSet::new();
    let cooldown = Cooldown::of(declared.desired);
    for entry in &mut desired.entries {
        let name = entry.target.to_string();
        match saved.changes.get(&name) {
            None => found.push(Mismatch::LacksTarget(name.clone())),
            Some(SavedChange::Blocked) => {}
            Some(SavedChange::Delete(_)) => found.push(Mismatch::DeletesDeclared(name.clone())),
            Some(SavedChange::Wanted(wanted)) => {
                let locked = declared.desired.locked(entry);
                found.extend(other_source(entry, locked, wanted));
                // What the lock settles is taken from there: its source is asked for nothing that
                // is in place.
                if locked.is_none() {
                    // Here alone it is known what was locked of it before.
                    if cooldown.holds_back(entry, &wanted.source).is_none() {
                        entry.min_age = Duration::ZERO;
                    }
                    let at_digest = entry.source.at(wanted.source.clone());
                    let declared = mem::replace(&mut entry.source, at_digest);
                    let policy = &mut desired.policy;
                    policy
                        .declared
                        .insert(entry.target.clone(), declared.clone());
                    sources.insert(entry.target.clone(), declared);
                    if let Some(lock) = &mut desired.lock {
                        lock.images.remove(&entry.target);
                    }
                }
            }
        }
        known.insert(name);
    }
    let families = desired
        .families
        .iter()
        .filter(|family| family.is_unsettled());
    known.extend(families.map(|family| family.name().to_string()));
    let undeclared = declared.undeclared.iter();
    let undeclared: HashMap<_, _> = undeclared
        .map(|(name, locked)| (name.to_string(), locked))
        .collect();
    let leading = leading(&declared.desired.entries);
    let mut followers = HashMap::new();
    for (name, planned) in &saved.changes {
        if known.contains(name) {
            continue;
        }
        let recorded = undeclared.get(name).copied();
        match planned {
            SavedChange::Delete(deletion) => found.extend(other_deletion(name, recorded, deletion)),
            SavedChange::Blocked if recorded.is_some() => {}
            SavedChange::Blocked | SavedChange::Wanted(_) => match follower(name, &leading) {
                Some(follower) => drop(followers.insert(name.clone(), follower)),
                None => found.push(Mismatch::UnknownTarget(name.clone())),
            },
        }
    }
    if found.is_empty() {
        Ok(Pinned {
            desired,
            sources,
            followers,
        })
    } else {
        Err(found)
    }
}

/// Compares what a plan was made for and from.
fn compare(saved: &SavedPlan, declared: Declared<'_>) -> Result<(), Vec<Mismatch>> {
    let mut found = vec![];
    let current = RuleVersions::of(&declared.desired.target.profile);
    if saved.rules != current {
        found.push(Mismatch::RuleVersions {
            planned: saved.rules,
            current,
        });
    }
    let target = SavedTarget::from(&declared.desired.target);
    if saved.target != target {
        found.push(Mismatch::Target {
            planned: in_words(&saved.target),
            current: in_words(&target),
        });
    }
    compare_files(&saved.files, declared.files, &mut found);
    if declared.prune && !saved.prune {
        found.push(Mismatch::WithoutPrune);
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// Says in what the digests of an image differ from those that the lock or the files pin.
fn other_source(entry: &Entry, locked: Option<&LockedImage>, wanted: &Wanted) -> Option<Mismatch> {
    let settled = locked.map(|locked| (&locked.expected.digest, &wanted.expected.digest));
    let source = locked.map(|locked| &locked.source_digest);
    let source = source.or_else(|| entry.source.digest());
    let source = source.map(|source| (source, &wanted.source));
    let mut pinned = [source, settled].into_iter().flatten();
    let (declared, planned) = pinned.find(|(declared, planned)| declared != planned)?;
    Some(Mismatch::OtherSource {
        target: entry.target.to_string(),
        planned: planned.clone(),
        declared: declared.clone(),
    })
}

/// Says why a tag may not be deleted: only what the lock records goes, and only while it is that.
fn other_deletion(
    name: &str,
    recorded: Option<&LockedImage>,
    deletion: &SavedDeletion,
) -> Option<Mismatch> {
    let Some(LockedImage { expected, .. }) = recorded else {
        return Some(Mismatch::DeletesUnrecorded(name.to_owned()));
    };
    (deletion.before != expected.digest).then(|| Mismatch::DeletesOther {
        target: name.to_owned(),
        planned: deletion.before.clone(),
        locked: expected.digest.clone(),
    })
}

/// Reads `name` as that of a signature or the like, if it can be one: by what it is called, and as
/// something is followed in its repository.
fn follower(name: &str, leading: &HashSet<&str>) -> Option<TargetName> {
    let name: TargetName = name.parse().ok().filter(is_referrer_name)?;
    leading.contains(&*name.repository).then_some(name)
}

/// Returns the repositories in which something is followed.
fn leading(entries: &[Entry]) -> HashSet<&str> {
    let leads = |entry: &&Entry| entry.policy.referrers != Referrers::None;
    let leading = entries.iter().filter(leads);
    leading.map(|entry| &*entry.target.repository).collect()
}

fn compare_files(planned: &[FileDigest], current: &[FileDigest], found: &mut Vec<Mismatch>) {
    fn by_path(files: &[FileDigest]) -> HashMap<&str, &Digest> {
        // Of several of one path the first counts.
        let files = files.iter().rev();
        files.map(|file| (&*file.path, &file.digest)).collect()
    }
    let (of_plan, now) = (by_path(planned), by_path(current));
    for file in current {
        match of_plan.get(&*file.path) {
            Some(digest) if **digest == file.digest => {}
            Some(_) => found.push(Mismatch::FileChanged(file.path.clone())),
            None => found.push(Mismatch::FileAdded(file.path.clone())),
        }
    }
    let gone = planned.iter().filter(|file| !now.contains_key(&*file.path));
    found.extend(gone.map(|file| Mismatch::FileGone(file.path.clone())));
}

fn in_words(target: &SavedTarget) -> String {
    format!("`{target}` ({})", target.profile)
}
