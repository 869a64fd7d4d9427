//! What is told of an image.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::model::{Descriptor, Digest, Platforms, Text};
use crate::plan::{
    Action, BlockReason, Change, Cooldown, Desired, Difference, Drift, Entry, ImageCopy,
    ImageFacts, Row, TargetName, Young,
};
use crate::render::{sanitize, words};

use super::place::place;
use super::state::State;
use super::told::{of_difference, of_reason, of_warning};

/// What is known of images by what their tags in the target point to.
pub type Known = HashMap<Digest, ImageFacts>;

/// What is told of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// The name in the target.
    pub target: TargetName,
    /// Where it comes from.
    pub source: String,
    /// Which file and line declare it.
    pub origin: String,
    /// What it is, what is in the way first.
    pub states: Vec<State>,
    /// What the target's tag points to, where that is known.
    pub digest: Option<Digest>,
    /// What it should point to, where that is known and something else.
    pub expected: Option<Digest>,
    /// How large it is.
    pub bytes: Option<u64>,
    /// Its platforms, each with its size where that is known; those that are wanted, where the image was not read.
    pub platforms: Vec<(String, Option<u64>)>,
    /// When it says that it was built.
    pub built: Option<DateTime<Utc>>,
    /// When the lock first saw its source point to what is locked.
    pub seen: Option<DateTime<Utc>>,
    /// What waits until it is old enough, and until when.
    pub held: Option<(Digest, Option<DateTime<Utc>>)>,
    /// Why it was taken before it was old enough, where it was.
    pub overridden: Option<String>,
    /// By whom it is signed, as the lock says.
    pub signed: Option<Text>,
    /// The target was read, and has no such tag.
    pub absent: bool,
    /// What is to be said about it.
    pub told: Vec<Text>,
}

/// Returns what is told of the images of a target: those that are declared, and what is left of others.
pub fn images(drift: &Drift<'_>, desired: &Desired, known: &Known) -> Vec<Image> {
    let cooldown = Cooldown::of(desired);
    let mut differences: HashMap<&TargetName, Vec<&Difference>> = HashMap::new();
    for difference in &drift.found {
        let of = differences.entry(&difference.change.target).or_default();
        of.push(difference);
    }
    let each = changes(drift, desired).into_iter();
    let each = each.map(|(change, entry)| {
        let found = differences.remove(&change.target).unwrap_or_default();
        image(change, &found, entry, desired, &cooldown, known)
    });
    each.collect()
}

/// Returns what the tags of these images point to in the target, as far as that is known.
pub fn held<'a>(
    drift: &'a Drift<'_>,
    desired: &'a Desired,
) -> Vec<(&'a TargetName, &'a Descriptor)> {
    let changes = changes(drift, desired).into_iter();
    let held = changes.filter_map(|(change, _)| Some((&change.target, change.action.before()?)));
    held.collect()
}

/// Returns the change of each image, and what declares it, if something does.
fn changes<'a>(drift: &'a Drift<'_>, desired: &'a Desired) -> Vec<(&'a Change, Option<&'a Entry>)> {
    let rows = desired.rows().map(|row| (&row.entry().target, row));
    let rows: HashMap<&TargetName, Row<'_>> = rows.collect();
    let planned = drift.plan.changes.iter();
    let (declared, followers): (Vec<_>, Vec<_>) =
        planned.partition(|change| rows.contains_key(&change.target));
    // What follows an image, as a signature does, is none by itself.
    let followers: HashSet<_> = followers.iter().map(|change| &change.target).collect();
    let found = drift.found.iter().map(|difference| &difference.change);
    let others = found.filter(|change| !followers.contains(&change.target));
    let mut told: HashSet<&TargetName> = HashSet::new();
    let each = declared.into_iter().chain(others);
    let each = each.filter(|change| told.insert(&change.target));
    let each = each.map(|change| match rows.get(&change.target) {
        Some(Row::Image(entry)) => (change, Some(*entry)),
        _ => (change, None),
    });
    each.collect()
}

fn image(
    change: &Change,
    found: &[&Difference],
    entry: Option<&Entry>,
    desired: &Desired,
    cooldown: &Cooldown<'_>,
    known: &Known,
) -> Image {
    let locked = desired.lock.as_ref();
    let locked = locked.and_then(|lock| {
        let images = lock.images.get(&change.target);
        images.or_else(|| lock.retired.get(&change.target))
    });
    let digest = change.action.before().map(|found| found.digest.clone());
    let copy = change.action.copy();
    let copied = copy.map(|copy| &copy.expected.descriptor.digest);
    let expected = copied.or(locked.map(|locked| &locked.expected.digest));
    let expected = expected.filter(|expected| digest.as_ref() != Some(*expected));
    let facts = digest.as_ref().and_then(|digest| known.get(digest));
    let source_digest = locked.map(|locked| &locked.source_digest);
    let young = young(change);
    let signed = entry.zip(source_digest);
    let signed = signed.and_then(|(entry, digest)| desired.verified(entry, digest));
    Image {
        target: change.target.clone(),
        source: sanitize::excerpt(&change.source.to_string()),
        origin: place(&change.origin),
        states: states(change, found, locked.is_some(), expected.is_some(), young),
        absent: is_absent(&change.action),
        expected: expected.cloned(),
        bytes: facts
            .map(|facts| facts.bytes)
            .or_else(|| copy.and_then(ImageCopy::blob_bytes)),
        platforms: platforms(change, facts),
        built: facts.and_then(|facts| facts.built),
        seen: source_digest.and_then(|digest| cooldown.first_seen(digest)),
        held: young.map(|young| (young.digest.clone(), young.until())),
        overridden: change.age.overridden.as_deref().map(sanitize::excerpt),
        signed: signed
            .map(|by| Text::of(|| words::signatures::signed_by(by)).map(sanitize::excerpt)),
        told: told(change, found),
        digest,
    }
}

/// Returns what waits until it is old enough.
fn young(change: &Change) -> Option<&Young> {
    let waiting = change.age.held_back.as_deref();
    let waiting = waiting.filter(|young| !young.left().is_zero());
    match &change.action {
        Action::Blocked {
            reason: BlockReason::TooYoung(young),
            ..
        } => Some(young),
        _ => waiting,
    }
}

/// Tells what an image is: what the plan and the drift say, and that it is in place where the target holds what it should,
/// whatever else there is.
fn states(
    change: &Change,
    found: &[&Difference],
    is_locked: bool,
    is_other: bool,
    young: Option<&Young>,
) -> Vec<State> {
    let mut states: Vec<_> = found.iter().map(|one| State::from(one.kind)).collect();
    match &change.action {
        Action::NoOp { .. } if !states.contains(&State::NotDeclared) => {
            states.push(State::InPlace);
        }
        Action::Blocked {
            before: Some(_),
            reason,
        } if reason.is_unknown() && !is_other => states.push(State::InPlace),
        Action::Blocked {
            reason: BlockReason::TooYoung(_),
            before,
        } => {
            states.retain(|state| *state != State::Blocked);
            states.extend(before.is_none().then_some(State::Missing));
        }
        // Whether there is anything to copy is not known.
        Action::Blocked {
            before: None,
            reason: BlockReason::SourceUnreadable(_),
        } => states = vec![State::Unknown],
        // What was never there is not gone.
        Action::Blocked {
            before: None,
            reason: BlockReason::SourceAbsent(_),
        } if !is_locked => states = vec![State::Blocked],
        Action::Create { .. } if states.is_empty() => states.push(State::Missing),
        Action::Update { .. } if states.is_empty() => states.push(State::Differs),
        Action::Blocked { reason, .. } if states.is_empty() => {
            states.push(if reason.is_unknown() {
                State::Unknown
            } else {
                State::Blocked
            });
        }
        _ => {}
    }
    states.extend(young.map(|_| State::Held));
    states.sort_unstable();
    states.dedup();
    states
}

/// Tells whether the target said that it has no such tag.
fn is_absent(action: &Action) -> bool {
    match action {
        Action::Create { .. } => true,
        Action::Blocked {
            before: None,
            reason,
        } => reason.is_unknown() && reason.failures().1.is_none() && reason.failures().0.is_some(),
        _ => false,
    }
}

fn platforms(change: &Change, facts: Option<&ImageFacts>) -> Vec<(String, Option<u64>)> {
    if let Some(facts) = facts {
        let each = facts.platforms.iter();
        let each = each.map(|one| (sanitize::excerpt(&one.platform), Some(one.bytes)));
        return each.collect();
    }
    let contents = change
        .action
        .copy()
        .and_then(|copy| copy.contents.as_deref());
    let contents = contents.iter().flat_map(|contents| &contents.platforms);
    let read: Vec<_> = contents
        .filter_map(|image| {
            Some((
                sanitize::excerpt(&image.platform.as_ref()?.to_string()),
                None,
            ))
        })
        .collect();
    match &change.platforms {
        Platforms::Only(wanted) if read.is_empty() => {
            wanted.iter().map(|one| (one.to_string(), None)).collect()
        }
        _ => read,
    }
}

/// Says what is to be said of an image, each thing once.
fn told(change: &Change, found: &[&Difference]) -> Vec<Text> {
    let mut told: Vec<Text> = found.iter().flat_map(|one| of_difference(one)).collect();
    if found.is_empty()
        && let Some(reason) = change.action.block_reason()
    {
        told.push(of_reason(reason).map(sanitize::excerpt));
    }
    told.extend(change.warnings.iter().map(of_warning));
    let mut once: Vec<Text> = vec![];
    for text in told {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once
}
