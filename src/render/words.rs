//! The sentences that all formats share.

use crate::model::{Digest, Platforms, ProfileKind, Reference};
use crate::plan::{
    Absence, Action, BlockReason, Change, Cost, Hit, LeftOut, LockState, Misfit, NotDone, Outcome,
    Plan, Role, SameContent, Selection, Summary, TagAfter, TargetName,
};

use super::format::Details;
use super::units::{bytes, counted};

/// Returns a reference with its digest cut to what people compare.
pub fn short_reference(reference: &Reference) -> String {
    match (reference.tag(), reference.digest()) {
        (_, None) => reference.to_string(),
        (None, Some(digest)) => format!("{}@{}", reference.repository(), digest.short()),
        (Some(tag), Some(digest)) => {
            format!("{}:{tag}@{}", reference.repository(), digest.short())
        }
    }
}

/// Returns which platforms are wanted, as it stands in a sentence.
pub fn platforms(platforms: &Platforms) -> String {
    match platforms {
        Platforms::All => "all platforms".to_owned(),
        Platforms::Only(_) => platforms.to_string(),
    }
}

/// Says why an action was chosen; nothing for what needs no reason.
pub fn reason(action: &Action) -> Option<String> {
    match action {
        Action::Create { .. } => Some("the target has no such tag".to_owned()),
        Action::Update { .. } => Some("the target's tag points to another digest".to_owned()),
        Action::NoOp { .. } => None,
        Action::Delete { renamed_to, .. } => Some(match renamed_to {
            Some(name) => format!("the image is renamed to `{name}`"),
            None => "the files no longer declare it".to_owned(),
        }),
        Action::Blocked { reason, .. } => Some(block_reason(reason)),
    }
}

/// Says how an update brings no other content.
pub fn same_content(same: SameContent) -> &'static str {
    match same {
        SameContent::OtherManifest => "same content: only the manifest is written differently",
        SameContent::OtherCompression => "same content: the layers are compressed differently",
    }
}

/// Says what becomes of updates that bring no other content; nothing where there are none.
pub fn same_content_hint(details: &Details<'_>) -> Option<&'static str> {
    let found = details.same_content.is_some_and(|found| !found.is_empty());
    found.then_some(
        "where the content is the same, another tool wrote what the target holds, as `docker push` \
         does; `pusher apply` puts the source's digest in its place, once",
    )
}

/// Says what a new name was before.
pub fn renamed_from(old: &TargetName) -> String {
    format!("renamed from `{old}`, which is deleted when this is there")
}

/// Says why the lock does not settle an image's digest; nothing where it does, or there is none.
pub fn unlocked(state: LockState) -> Option<&'static str> {
    match state {
        LockState::NoLock | LockState::Locked => None,
        LockState::New => Some("not in the lock"),
        LockState::Changed(Misfit::Source) => Some("locked with another source"),
        LockState::Changed(Misfit::Platforms) => Some("locked with other platforms"),
        LockState::Changed(Misfit::Rule) => {
            Some("locked with other choices or for another kind of target")
        }
    }
}

/// Says of how many images the lock does not settle the digest, and what to do; nothing for none.
pub fn unlocked_hint(plan: &Plan) -> Option<String> {
    let unlocked = |change: &&Change| unlocked(change.lock).is_some();
    let count = plan.changes.iter().filter(unlocked).count();
    let is_offline = plan.summary().unknown > 0;
    let planned = match count {
        0 => return None,
        1 if is_offline => "1 image is not locked".to_owned(),
        count if is_offline => format!("{count} images are not locked"),
        1 => "1 image is not locked, and planned from what its source holds now".to_owned(),
        count => {
            format!("{count} images are not locked, and planned from what their sources hold now")
        }
    };
    Some(format!("{planned}; `pusher lock` settles it"))
}

/// Says why nothing can be done for an entry.
pub fn block_reason(reason: &BlockReason) -> String {
    match reason {
        BlockReason::NameRefused(refused) => refused.to_string(),
        BlockReason::SourceAbsent(Absence::Plain) => "the source has no such image".to_owned(),
        BlockReason::SourceAbsent(Absence::ToStranger) => {
            "the source says that it has no such image, and did not ask for the login that is configured \
             for it"
                .to_owned()
        }
        BlockReason::SourceUnreadable(why) => format!("the source cannot be read: {why}"),
        BlockReason::Refused(refusal) => refusal.to_string(),
        BlockReason::TargetUnreadable(why) => format!("the target cannot be read: {why}"),
        BlockReason::BothUnreadable { source, target } => format!(
            "the source cannot be read: {source}; the target cannot be read either: {target}"
        ),
        BlockReason::ReferrersUnreadable(why) => {
            format!("its signatures and other referrers cannot be read: {why}")
        }
        BlockReason::NotObserved => "the registries were not asked".to_owned(),
        BlockReason::NotOurs { locked } => format!(
            "it is not deleted: someone else moved the tag, the lock records {}",
            locked.short()
        ),
        BlockReason::NewNameMissing { name } => {
            format!("it is not deleted: its image is renamed to `{name}`, and that is not there")
        }
        BlockReason::CannotDelete => "it is not deleted: the registry cannot".to_owned(),
        BlockReason::PruneLimit { count, limit } => format!(
            "it is not deleted: {} would go, and `prune-limit` is {limit}",
            counted(*count, "tag")
        ),
        BlockReason::Offline {
            locked: Some(digest),
        } => format!("no registry was asked; the lock wants {}", digest.short()),
        BlockReason::Offline { locked: None } => {
            "no registry was asked, and no lock settles it".to_owned()
        }
        BlockReason::BlockedWhenPlanned => {
            "nothing could be done for it when the plan was saved".to_owned()
        }
        BlockReason::SourceMoved { found } => match found {
            Some(digest) => format!(
                "the source has {} for it now, and not what the saved plan says",
                digest.short()
            ),
            None => "the source no longer has it".to_owned(),
        },
        BlockReason::TargetMoved { planned } => match planned {
            Some(digest) => format!(
                "the target's tag was moved after the plan was saved; it pointed to {}",
                digest.short()
            ),
            None => "the target had no such tag when the plan was saved".to_owned(),
        },
        BlockReason::ReferrersDiffer { other } => format!(
            "`{}` is something else, and both would have this tag",
            short_reference(other)
        ),
        BlockReason::LockBroken { locked, found } => {
            let [locked, found] = Digest::short_pair(locked, found);
            format!("the lock wants {locked}, but what it names as the source comes to {found}")
        }
    }
}

/// Returns what became of the images that have a cause in common.
pub fn shared_word(hit: &Hit<'_>) -> &'static str {
    match hit.role {
        Role::Source | Role::Referrers | Role::Target => "blocked",
        Role::Run { .. } => "failed",
    }
}

/// How many of the images that have one cause in common are named.
const NAMED: usize = 5;

/// Returns the names of images that have something in common, the first few of many.
pub fn named<'a>(names: impl ExactSizeIterator<Item = &'a TargetName>, all: bool) -> String {
    let most = if all { names.len() } else { NAMED };
    let left = names.len().saturating_sub(most);
    let shown: Vec<_> = names.take(most).map(|name| format!("`{name}`")).collect();
    let shown = shown.join(", ");
    match left {
        0 => shown,
        left => format!("{shown} and {left} more"),
    }
}

/// Returns what became of a change.
pub fn outcome_word(change: &Change, outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Unchanged => "unchanged",
        Outcome::Done(_) => match change.action {
            Action::Update { .. } => "updated",
            Action::Delete { .. } => "deleted",
            _ => "created",
        },
        Outcome::Blocked => "blocked",
        Outcome::Stale { .. } => "stale",
        Outcome::Failed { .. } => "failed",
        Outcome::NotDone { .. } => "not done",
    }
}

/// Says why a change did not end as planned; nothing for one that did.
pub fn outcome_reason(change: &Change, outcome: &Outcome) -> Option<String> {
    match (outcome, &change.action) {
        (Outcome::Blocked, Action::Blocked { reason, .. }) => Some(block_reason(reason)),
        (
            Outcome::Stale {
                found, was_done, ..
            },
            _,
        ) => {
            let when = if *was_done {
                "this run had moved it"
            } else {
                "the plan was made"
            };
            Some(match found {
                Some(digest) => {
                    format!("someone moved the tag after {when}, to {digest}; it was left alone")
                }
                None => format!("someone deleted the tag after {when}; it was left alone"),
            })
        }
        (Outcome::Failed { failure, tag, .. }, action) => Some(match tag {
            TagAfter::Unchanged => failure.to_string(),
            TagAfter::Unknown => format!("{failure}; {}", unknown(action)),
        }),
        (Outcome::NotDone { why, .. }, action) => Some(match why {
            NotDone::Stopped => "the run was stopped before this was finished".to_owned(),
            NotDone::Unanswered => {
                let unknown = unknown(action);
                format!("the run was stopped before the registry answered; {unknown}")
            }
            NotDone::NewNameMissing => "it stays until its new name has arrived".to_owned(),
        }),
        (Outcome::Unchanged | Outcome::Done(_) | Outcome::Blocked, _) => None,
    }
}

fn unknown(action: &Action) -> &'static str {
    match action {
        Action::Delete { .. } => "whether the tag was deleted is not known",
        _ => "whether the tag was moved is not known",
    }
}

/// Says what of an image does not follow it, and why, and what is not sure; nothing where all is well.
pub fn notes(change: &Change, profile: ProfileKind) -> Vec<String> {
    let mut notes = vec![];
    if let Some(copy) = change.action.copy() {
        notes = selection_notes(&copy.expected.selection, profile);
        if let Some(unseen) = &copy.unseen {
            notes.push(format!(
                "the target does not say whether it has this, as some do until the first push \
                 ({unseen}); `pusher apply` moves no tag that turns out to be there"
            ));
        }
        if copy.referrers_stay {
            let why = "they name the source's digest, and the target's will be another";
            notes.push(format!(
                "signatures and other referrers stay behind: {why}; those of the images in it follow"
            ));
        }
    }
    notes.extend(pinned_note(change));
    notes
}

/// Says which digest the target gets for one that is pinned, where that is another.
fn pinned_note(change: &Change) -> Option<String> {
    let pinned = change.source.digest()?;
    let arrives = match &change.action {
        Action::NoOp { current } => &current.digest,
        action => &action.copy()?.expected.descriptor.digest,
    };
    let why = match &change.platforms {
        Platforms::All => "not all of it can be kept".to_owned(),
        Platforms::Only(_) => format!("the files ask for {} alone", change.platforms),
    };
    (arrives != pinned)
        .then(|| format!("the target gets {arrives} in place of the pinned index: {why}"))
}

/// Says what is left out of an index, and why; nothing where all of it is kept.
fn selection_notes(selection: &Selection, profile: ProfileKind) -> Vec<String> {
    let Selection {
        platforms_kept,
        left_out,
        skipped,
    } = selection;
    let mut notes = vec![];
    // In the order in which each kind is met first, so that the same index gives the same words.
    let mut groups: Vec<(&LeftOut, usize)> = vec![];
    for child in left_out {
        let same = |(other, _): &&mut (&LeftOut, usize)| {
            (other.attestation, &other.refused_config) == (child.attestation, &child.refused_config)
        };
        match groups.iter_mut().find(same) {
            Some((_, count)) => *count += 1,
            None => groups.push((child, 1)),
        }
    }
    for (child, count) in groups {
        let noun = if child.attestation {
            "attestation"
        } else {
            "artifact"
        };
        let why = match &child.refused_config {
            Some(config) => format!("{profile} refuses config `{config}`"),
            None => "the entry asks for none".to_owned(),
        };
        let kept = counted(*platforms_kept, "platform");
        notes.push(format!(
            "{kept} kept, {} left out: {why}",
            counted(count, noun)
        ));
    }
    if !skipped.is_empty() {
        let names: Vec<String> = skipped.iter().map(ToString::to_string).collect();
        notes.push(format!(
            "skipped, as the source has no {}",
            names.join(", ")
        ));
    }
    notes
}

/// Says that so many images, and so everything, are in place.
pub fn in_place(images: usize) -> String {
    match images {
        0 => "no image is declared.".to_owned(),
        1 => "1 image is in place.".to_owned(),
        count => format!("{count} images are in place."),
    }
}

/// Says in one line what a plan would do.
pub fn plan_summary(summary: &Summary) -> String {
    let Summary {
        create,
        update,
        delete,
        rename,
        no_op,
        blocked,
        unknown,
    } = *summary;
    if summary.pending() == 0 && blocked == 0 {
        return format!("Nothing to do: {}", in_place(no_op));
    }
    let blocked = match blocked - unknown {
        0 => String::new(),
        count => format!(", {count} blocked"),
    };
    // Who asked nobody cannot tell what there is to do.
    if unknown > 0 {
        return format!("Plan: {unknown} unknown, as no registry was asked{blocked}.");
    }
    let renamed = match rename {
        0 => String::new(),
        count => format!(", {count} to rename"),
    };
    let (create, delete) = (create - rename, delete - rename);
    format!(
        "Plan: {create} to create, {update} to update, {delete} to delete{renamed}, \
         {no_op} unchanged{blocked}."
    )
}

/// Says what a plan costs; nothing where it copies nothing.
pub fn cost(cost: &Cost) -> Option<String> {
    let Cost {
        is_bound,
        bytes_to_copy,
        bytes_of_images,
        images_of_unknown_size: unknown,
        requests_to_sources,
        requests_to_target,
        pulls: _,
        repositories_to_create,
        repositories,
        repository_limit,
    } = cost;
    let pulled = pulls(cost)?;
    let requests = requests_to_sources + requests_to_target;
    let mut parts = vec![];
    // An image of which anything is known has a manifest to ask for.
    if requests > 0 {
        let amount = bytes(*bytes_to_copy);
        let all = bytes(*bytes_of_images);
        parts.push(match is_bound {
            true => format!("up to {amount} to copy"),
            false if amount == all => format!("{amount} to copy"),
            false => format!("{amount} of {all} to copy"),
        });
    }
    if *unknown > 0 {
        parts.push(format!("{} of unknown size", counted(*unknown, "image")));
    }
    if requests > 0 && !is_bound {
        parts.push(format!("about {}", counted(requests, "request")));
    }
    parts.push(pulled);
    if *repositories_to_create > 0 {
        let created = match repositories_to_create {
            1 => "1 new repository".to_owned(),
            count => format!("{count} new repositories"),
        };
        parts.push(match repository_limit {
            Some(limit) => format!("{created} (the images need {repositories} of {limit})"),
            None => created,
        });
    }
    Some(format!("Cost: {}.", parts.join(", ")))
}

fn pulls(cost: &Cost) -> Option<String> {
    let all = counted(cost.pulls.values().sum(), "pull");
    match cost.pulls.iter().collect::<Vec<_>>()[..] {
        [] => None,
        [(registry, _)] => Some(format!("{all} from {registry}")),
        ref many => {
            let each = many
                .iter()
                .map(|(registry, n)| format!("{n} from {registry}"));
            Some(format!("{all} ({})", each.collect::<Vec<_>>().join(", ")))
        }
    }
}
