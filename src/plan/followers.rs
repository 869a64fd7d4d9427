//! The referrers that follow their images, as changes of their own.

use std::collections::{HashMap, HashSet};

use crate::model::{Digest, Platforms, Reference};

use super::blocked::BlockReason;
use super::change::{Action, Change};
use super::classify::classify;
use super::desired::Desired;
use super::entry::Entry;
use super::expected::Expected;
use super::observed::{
    Observation, ObservedImage, ObservedReferrer, ObservedReferrers, SourceImage,
};
use super::target::TargetName;

/// The referrers that follow their images, each once: two tags of one image have the same.
pub(super) struct Followers<'a> {
    /// A name that is declared holds what the files say.
    declared: HashSet<&'a TargetName>,
    /// Where each stands among the changes, and what its source holds.
    planned: HashMap<TargetName, (usize, Digest)>,
}

impl<'a> Followers<'a> {
    pub(super) fn of(desired: &'a Desired) -> Self {
        Self {
            declared: desired.entries.iter().map(|entry| &entry.target).collect(),
            planned: HashMap::new(),
        }
    }

    /// Plans one change for each referrer that follows its image.
    pub(super) fn add(
        &mut self,
        entry: &Entry,
        observed: ObservedReferrers,
        changes: &mut Vec<Change>,
    ) {
        let ObservedReferrers {
            found,
            unreadable,
            stay: _,
            refused: _,
        } = observed;
        if let Some(why) = unreadable {
            let reason = BlockReason::ReferrersUnreadable(why);
            changes.push(Change::of(entry, Action::blocked(reason)));
        }
        for referrer in found {
            let digest = referrer.source.digest.clone();
            let follower = referrer_change(entry, referrer);
            if self.declared.contains(&follower.target) {
                continue;
            }
            match self.planned.get(&follower.target) {
                None => {
                    let place = (changes.len(), digest);
                    self.planned.insert(follower.target.clone(), place);
                    changes.push(follower);
                }
                Some((_, planned)) if *planned == digest => {}
                Some((position, _)) => {
                    let action = &mut changes[*position].action;
                    *action = Action::Blocked {
                        before: action.before().cloned(),
                        reason: BlockReason::ReferrersDiffer {
                            other: follower.source,
                        },
                    };
                }
            }
        }
    }
}

fn referrer_change(entry: &Entry, referrer: ObservedReferrer) -> Change {
    let ObservedReferrer {
        tag,
        source,
        contents,
        target,
    } = referrer;
    let name = TargetName {
        repository: entry.target.repository.clone(),
        tag: tag.unwrap_or_else(|| source.digest.to_string()),
    };
    let image = ObservedImage {
        source: match contents {
            Ok(contents) => Observation::Present(SourceImage {
                descriptor: source.clone(),
                expected: Ok(Expected::unchanged(source)),
                contents,
                // Who signed it says so itself, of the image.
                verdict: None,
            }),
            Err(why) => Observation::Unreadable(why),
        },
        target,
        referrers: ObservedReferrers::default(),
    };
    following(entry, name, classify(image))
}

/// Makes the change of what follows an entry's image under this name.
pub(super) fn following(entry: &Entry, name: TargetName, action: Action) -> Change {
    let repository = entry.source.repository().clone();
    Change {
        source: match name.digest() {
            Some(digest) => Reference::digested(repository, digest),
            None => Reference::tagged(repository, name.tag.clone()),
        },
        target: name,
        platforms: Platforms::All,
        ..Change::of(entry, action)
    }
}
