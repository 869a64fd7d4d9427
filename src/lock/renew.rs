//! From one lock to the next, and whether a lock fits the files.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use indexmap::IndexMap;

use crate::model::{Digest, Verified};
use crate::plan::{
    BlockReason, Choice, Cooldown, Desired, Entry, Lock, LockState, LockedFamily, LockedImage,
    Notes, Observation, ResolutionRule, SourceDigest, SourceImage, TargetName, Verdict, Young,
};

/// What became of one image of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewal {
    /// It was not locked before, and the target must hold this now.
    Added(Digest),
    /// It is locked to something else than before.
    Moved {
        /// What the target had to hold.
        before: Digest,
        /// What it must hold now; the same, where only what it comes from changed.
        after: Digest,
    },
    /// It is as it was.
    Kept,
    /// It left the files, and may still be in the target.
    Retired,
    /// It had left the files, and now is gone from the target: nothing is left to remember.
    Gone,
    /// What its source points to is not old enough; what was locked before stays.
    HeldBack(Young),
    /// It could not be resolved; what was locked before stays.
    Blocked(BlockReason),
}

impl Renewal {
    fn from(before: Option<&LockedImage>, after: &LockedImage) -> Self {
        let digest = |image: &LockedImage| image.expected.digest.clone();
        match before {
            None => Self::Added(digest(after)),
            Some(before) if before == after => Self::Kept,
            Some(before) => Self::Moved {
                before: digest(before),
                after: digest(after),
            },
        }
    }
}

/// The next lock, and what became of each image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewed {
    /// The lock to write.
    pub lock: Lock,
    /// What became of each image: those that are declared in the order of the files, then the
    /// others by name.
    pub images: Vec<(TargetName, Renewal)>,
}

impl Renewed {
    /// Counts the images by what became of them.
    pub fn counts(&self) -> RenewalCounts {
        let mut counts = RenewalCounts::default();
        for (_, renewal) in &self.images {
            let count = match renewal {
                Renewal::Added(_) => &mut counts.added,
                Renewal::Moved { .. } => &mut counts.moved,
                Renewal::Kept => &mut counts.kept,
                Renewal::Retired => &mut counts.retired,
                Renewal::Gone => &mut counts.gone,
                Renewal::HeldBack(_) => &mut counts.held_back,
                Renewal::Blocked(_) => &mut counts.blocked,
            };
            *count += 1;
        }
        counts
    }
}

/// How many images each [`Renewal`] became of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RenewalCounts {
    /// Those that were not locked before.
    pub added: usize,
    /// Those that are locked to something else.
    pub moved: usize,
    /// Those that are as they were.
    pub kept: usize,
    /// Those that left the files.
    pub retired: usize,
    /// Those that are gone from the target as well.
    pub gone: usize,
    /// Those whose source points to something that is not old enough.
    pub held_back: usize,
    /// Those that could not be resolved.
    pub blocked: usize,
}

/// In what a lock and the files differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// The lock does not settle a declared image.
    Unlocked(LockState),
    /// A locked image is no longer declared.
    NotDeclared,
    /// A locked image must be signed, and the lock does not say that it is.
    Unverified,
}

/// Says what in a lock does not fit the files.
pub fn check(desired: &Desired, lock: &Lock) -> Vec<(TargetName, Unfit)> {
    let profile = &desired.target.profile;
    let cooldown = Cooldown::of(desired);
    // What waits for its time is noted, and no `pusher lock` would change that.
    let waits = |entry| {
        let young = cooldown.waiting(entry);
        young.is_some_and(|young| !young.left().is_zero())
    };
    let unlocked = desired.entries.iter().filter_map(|entry| {
        let state = lock.state(entry, profile);
        let unfit = match lock.get(entry, profile) {
            Ok(locked) if lock.lacks_signature(entry, locked) => Unfit::Unverified,
            _ if state == LockState::Locked || waits(entry) => return None,
            _ => Unfit::Unlocked(state),
        };
        Some((entry.target.clone(), unfit))
    });
    let families = desired.families.iter().filter_map(|family| {
        let state = LockState::of(&lock.tags(family));
        (state != LockState::Locked).then(|| (family.name().clone(), Unfit::Unlocked(state)))
    });
    let declared = desired.targets();
    let left = lock.images.keys().filter(|name| !declared.contains(name));
    families
        .chain(unlocked)
        .chain(left.map(|name| (name.clone(), Unfit::NotDeclared)))
        .collect()
}

/// Returns what is locked, or was, and is not declared.
pub fn undeclared(desired: &Desired, lock: &Lock) -> Vec<(TargetName, LockedImage)> {
    let declared = desired.targets();
    let recorded = lock.retired.iter().chain(&lock.images);
    let mut left: Vec<_> = recorded
        .filter(|(name, _)| !declared.contains(name))
        .map(|(name, image)| (name.clone(), image.clone()))
        .collect();
    left.sort_by(|(one, _), (other, _)| one.cmp(other));
    left
}

/// What a lock is renewed by.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// What the sources hold.
    pub resolved: &'a IndexMap<TargetName, Observation<SourceImage>>,
    /// Which names the target was seen without.
    pub gone: &'a BTreeSet<TargetName>,
    /// Which images are to move.
    pub moved: &'a BTreeSet<TargetName>,
    /// Why these move before what they move to is old enough, if they do.
    pub reason: Option<&'a str>,
}

/// Makes the next lock of what was found; entries that were not stay as they are locked, and those too whose
/// digest is not old enough, unless that is overridden.
///
/// What the target was seen without is forgotten once it is not declared.
pub fn renew(desired: &Desired, found: &Found<'_>) -> Renewed {
    let Found {
        resolved,
        gone,
        moved,
        reason,
    } = *found;
    let old = desired.lock.clone().unwrap_or_default();
    let mut lock = Lock::default();
    let mut images = vec![];
    let mut refused = desired.refused_names();
    let cooldown = Cooldown::of(desired);
    for entry in &desired.entries {
        let name = &entry.target;
        // A name that comes back is as good as one that never left.
        let before = old.images.get(name).or_else(|| old.retired.get(name));
        let answer = match (refused.remove(name), resolved.get(name)) {
            (Some(refused), _) => Some(Err(BlockReason::NameRefused(refused.into()))),
            (None, Some(observation)) => Some(settle(desired, entry, observation)),
            (None, None) => None,
        };
        let (after, renewal) = match (answer, before) {
            (Some(Ok(after)), before) => {
                let seen = cooldown.to_be_noted(entry, &after.source_digest);
                let of = after.at(name);
                match held_back(entry, before, &after, &cooldown) {
                    Some(mut young) if reason.is_none() || !moved.contains(name) => {
                        let seen = *young.seen.get_or_insert(desired.now);
                        lock.seen.insert(of, seen);
                        (before.cloned(), Renewal::HeldBack(young))
                    }
                    young => {
                        lock.seen.extend(seen.map(|seen| (of.clone(), seen)));
                        let reason = reason.filter(|_| young.is_some());
                        lock.overrides
                            .extend(reason.map(|reason| (of, reason.to_owned())));
                        let renewal = Renewal::from(before, &after);
                        (Some(after), renewal)
                    }
                }
            }
            (Some(Err(reason)), before) => (before.cloned(), Renewal::Blocked(reason)),
            (None, Some(before)) => (Some(before.clone()), Renewal::Kept),
            (None, None) => (None, Renewal::Blocked(BlockReason::NotObserved)),
        };
        if let Some(after) = after {
            lock.images.insert(name.clone(), after);
        }
        images.push((name.clone(), renewal));
    }
    families(desired, &old, &mut lock, &mut images);
    for (name, image) in undeclared(desired, &old) {
        let renewal = if gone.contains(&name) {
            Renewal::Gone
        } else {
            let was_retired = old.retired.contains_key(&name);
            lock.retired.insert(name.clone(), image);
            if was_retired {
                Renewal::Kept
            } else {
                Renewal::Retired
            }
        };
        images.push((name, renewal));
    }
    carry_notes(desired, &old, found, &mut lock);
    lock.verified = verified(desired, &old, &lock, resolved);
    Renewed { lock, images }
}

/// Says why what an image would be locked to is too young; what it is locked to already is not.
fn held_back(
    entry: &Entry,
    before: Option<&LockedImage>,
    after: &LockedImage,
    cooldown: &Cooldown<'_>,
) -> Option<Young> {
    let is_locked = before.is_some_and(|before| before.source_digest == after.source_digest);
    (!is_locked).then(|| cooldown.holds_back(entry, &after.source_digest))?
}

/// Returns the images of which the source was asked what its tag points to, not for what is locked.
fn asked_for_tag<'d>(
    desired: &'d Desired,
    moved: &BTreeSet<TargetName>,
) -> HashSet<&'d TargetName> {
    let entries = desired.entries.iter();
    let is_kept = |entry: &Entry| desired.kept(entry, moved.contains(&entry.target)).is_some();
    let asked = entries.filter(|entry| !is_kept(entry));
    asked.map(|entry| &entry.target).collect()
}

/// Takes over what was noted of the digests that are still locked, and of those that sources may point to still.
fn carry_notes(desired: &Desired, old: &Lock, found: &Found<'_>, lock: &mut Lock) {
    let Found {
        resolved, moved, ..
    } = *found;
    let digest_in = |lock: &Lock, name: &TargetName| {
        let image = lock.images.get(name);
        image.map(|image| image.expected.digest.clone())
    };
    // What is locked to another digest was not seen with that.
    let is_same = |name: &&TargetName| digest_in(old, name) == digest_in(lock, name);
    lock.in_target = old.in_target.iter().filter(is_same).cloned().collect();
    // What is retired tells how old it is as well: else it would be as good as held since ever.
    let is_locked = |of: &SourceDigest, lock: &Lock| {
        let mut recorded = [&lock.images, &lock.retired].into_iter();
        let image = recorded.find_map(|images| images.get(&of.target));
        image.is_some_and(|image| image.source_digest == of.digest)
    };
    let declared = desired.targets();
    let asked_for_tag = asked_for_tag(desired, moved);
    let is_current = |of: &SourceDigest| match resolved.get(&of.target) {
        Some(Observation::Present(image)) if asked_for_tag.contains(&of.target) => {
            image.descriptor.digest == of.digest
        }
        _ => true,
    };
    for (of, seen) in &old.seen {
        let waits = declared.contains(&of.target) && is_current(of);
        if is_locked(of, lock) || waits {
            lock.seen.entry(of.clone()).or_insert(*seen);
        }
    }
    for (of, reason) in &old.overrides {
        if is_locked(of, lock) {
            lock.overrides
                .entry(of.clone())
                .or_insert_with(|| reason.clone());
        }
    }
}

/// Returns by whom what is locked is signed, as far as a rule asks for that.
fn verified(
    desired: &Desired,
    old: &Lock,
    lock: &Lock,
    resolved: &IndexMap<TargetName, Observation<SourceImage>>,
) -> Notes<Verified> {
    let note = |entry: &Entry| {
        let digest = &lock.images.get(&entry.target)?.source_digest;
        let found = match resolved.get(&entry.target) {
            Some(Observation::Present(image)) if image.descriptor.digest == *digest => {
                image.verdict.as_ref()
            }
            _ => None,
        };
        let verified = match found {
            Some(Verdict::Verified(verified)) => verified,
            _ => old.verified(entry, digest)?,
        };
        let of = SourceDigest {
            target: entry.target.clone(),
            digest: digest.clone(),
        };
        Some((of, verified.clone()))
    };
    let mut notes: Notes<Verified> = desired.entries.iter().filter_map(note).collect();
    // Of tags that nobody could list, what was locked stays as it was.
    let declared: HashSet<_> = desired.entries.iter().map(|entry| &entry.target).collect();
    for (of, verified) in &old.verified {
        let image = lock.images.get(&of.target);
        let is_locked = image.is_some_and(|image| image.source_digest == of.digest);
        if is_locked && !declared.contains(&of.target) {
            notes.insert(of.clone(), verified.clone());
        }
    }
    notes
}

/// Records which tags the rules of each family chose. Where they could not, what was locked before stays: nobody knows
/// which of it is still wanted.
fn families(
    desired: &Desired,
    old: &Lock,
    lock: &mut Lock,
    images: &mut Vec<(TargetName, Renewal)>,
) {
    for family in &desired.families {
        let name = family.name();
        let reason = match &family.choice {
            Choice::Taken(tags) => {
                let chosen = LockedFamily {
                    source: family.repository().clone(),
                    rules: family.rules(),
                    tags: tags.clone(),
                };
                lock.families.insert(name.clone(), chosen);
                continue;
            }
            Choice::Open => BlockReason::NotObserved,
            Choice::Failed(why) => BlockReason::from(&**why),
        };
        images.push((name.clone(), Renewal::Blocked(reason)));
        let before = old.families.get_key_value(name);
        lock.families
            .extend(before.map(|(name, tags)| (name.clone(), tags.clone())));
        let kept = |recorded: &BTreeMap<TargetName, LockedImage>| -> Vec<_> {
            let own = recorded.iter().filter(|(name, _)| family.may_name(name));
            own.map(|(name, image)| (name.clone(), image.clone()))
                .collect()
        };
        for (name, image) in kept(&old.images) {
            lock.images.entry(name).or_insert(image);
        }
        let retired = kept(&old.retired).into_iter();
        let images = &lock.images;
        let retired: Vec<_> = retired
            .filter(|(name, _)| !images.contains_key(name))
            .collect();
        lock.retired.extend(retired);
    }
}

fn settle(
    desired: &Desired,
    entry: &Entry,
    observation: &Observation<SourceImage>,
) -> Result<LockedImage, BlockReason> {
    let image = match observation {
        Observation::Absent(absence) => return Err(BlockReason::SourceAbsent(*absence)),
        Observation::Unreadable(why) => return Err(BlockReason::SourceUnreadable(why.clone())),
        Observation::Present(image) => image,
    };
    let expected = image.expected.clone().map_err(BlockReason::CannotMirror)?;
    match &image.verdict {
        Some(Verdict::Unverified(found)) => return Err(BlockReason::Unverified(found.clone())),
        Some(Verdict::Unreadable(why)) => {
            return Err(BlockReason::ReferrersUnreadable(why.clone()));
        }
        Some(Verdict::Verified(_)) | None => {}
    }
    Ok(LockedImage {
        source: entry.source.clone(),
        source_digest: image.descriptor.digest.clone(),
        platforms: entry.platforms.clone(),
        expected: expected.descriptor,
        rule: ResolutionRule::of_entry(entry, &desired.target.profile).to_string(),
    })
}
