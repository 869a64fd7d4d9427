//! Why nothing can be done for an image.

use crate::model::Digest;
use crate::plan::{Absence, BlockReason, Hit, Role};
use crate::render::units::counted;

use super::images::short_reference;

/// Says why nothing can be done for an entry.
pub fn block_reason(reason: &BlockReason) -> String {
    match reason {
        BlockReason::NameRefused(refused) => refused.why.to_string(),
        BlockReason::SourceAbsent(Absence::Plain) => "the source has no such image".to_owned(),
        BlockReason::SourceAbsent(Absence::ToStranger) => {
            "the source says that it has no such image, and did not ask for the login that is configured \
             for it"
                .to_owned()
        }
        BlockReason::SourceUnreadable(why) => format!("the source cannot be read: {why}"),
        BlockReason::CannotMirror(why) => why.to_string(),
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
