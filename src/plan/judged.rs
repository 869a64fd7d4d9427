//! What has to be done for an image, once it was held against the policy.

use super::blocked::BlockReason;
use super::change::Action;
use super::entry::Entry;
use super::lock::LockedImage;
use super::policy::{Brought, Judge, Violation};

/// What has to be done for an image, and which rules it breaks that do not keep it from that.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) action: Action,
    pub(super) warnings: Vec<Violation>,
}

impl Judged {
    /// Takes what is in the way, whatever the rules say; they may warn of it.
    pub(super) fn blocked(reason: BlockReason, broken: Vec<Violation>) -> Self {
        Self::apart(Action::blocked(reason), broken, false)
    }

    /// Holds an action against the rules that the image breaks as it is declared.
    pub(super) fn declared(action: Action, broken: Vec<Violation>) -> Self {
        Self::apart(action, broken, true)
    }

    /// Holds it as well against those that it breaks as it would be copied, or as it is in place.
    pub(super) fn observed(
        self,
        judge: &Judge<'_>,
        entry: &Entry,
        locked: Option<&LockedImage>,
    ) -> Self {
        if judge.is_idle() {
            return self;
        }
        let Self {
            action,
            mut warnings,
        } = self;
        let broken = match &action {
            Action::Create { after } | Action::Update { after, .. } => judge.brought(
                entry,
                &Brought {
                    source: &after.source.digest,
                    expected: &after.expected.descriptor.digest,
                    contents: after.contents.as_deref(),
                    skipped: &after.expected.selection.skipped,
                },
            ),
            Action::NoOp {
                current, source, ..
            } => {
                let locked = locked.map(|locked| &locked.source_digest);
                let digests = [
                    Some(&current.digest),
                    Some(source),
                    entry.source.digest(),
                    locked,
                ];
                judge.in_place(entry, &digests.into_iter().flatten().collect::<Vec<_>>())
            }
            Action::Delete { .. } | Action::Blocked { .. } => vec![],
        };
        let Self {
            action,
            warnings: more,
        } = Self::apart(action, broken, true);
        warnings.extend(more);
        Self { action, warnings }
    }

    fn apart(action: Action, broken: Vec<Violation>, may_block: bool) -> Self {
        let (blocking, warnings): (Vec<_>, _) = broken.into_iter().partition(Violation::blocks);
        if !may_block || blocking.is_empty() {
            return Self { action, warnings };
        }
        let before = action.before().cloned();
        let reason = BlockReason::Policy(blocking);
        Self {
            action: Action::Blocked { before, reason },
            warnings,
        }
    }
}

impl Action {
    /// Tells whether the policy keeps the image from the target.
    pub(super) fn is_forbidden(&self) -> bool {
        matches!(self.block_reason(), Some(BlockReason::Policy(_)))
    }
}
