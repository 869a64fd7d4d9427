//! A plan told as drift: how the target differs from what is declared.
//!
//! The lock tells what was applied last: with it one can tell an upstream tag that moved from a target
//! that someone changed. Without one both show the same two digests; such an image [`Differs`], and
//! nothing more is claimed. It also tells what the target should hold while the source tells nothing.
//!
//! [`Differs`]: DriftKind::Differs

mod evidence;
mod kind;
mod upstream;
mod whence;

use crate::model::Digest;

use super::blocked::BlockReason;
use super::change::{Action, Change, ImageCopy, Plan};
use super::expected::Expected;
use super::lock::LockState;
use super::observed::{Observation, RefusedReferrers};

pub use evidence::Evidence;
pub use kind::DriftKind;
pub use upstream::Upstream;
pub use whence::{Likeness, Moment, Past, PastEvent, Release, Whence};

/// A plan told as drift.
#[derive(Debug, Clone)]
pub struct Drift<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What differs, in the plan's order; what is not declared comes last.
    pub found: Vec<Difference>,
    /// Whether there is a lock.
    pub locked: bool,
    /// Whether only some kinds were asked for.
    pub narrowed: bool,
    /// How many images are as they should be, in every way.
    pub in_place: usize,
}

/// One way in which one image differs; an image can differ in two.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The way.
    pub kind: DriftKind,
    /// The image, and what the plan would do about it.
    pub change: Change,
    /// What the source pointed to when it was locked and what it points to now, where that is the
    /// difference.
    pub upstream: Option<(Digest, Digest)>,
    /// Whether an `apply` leaves it so, unless it is told to ask for each tag: it never moves, as is declared.
    pub unasked: bool,
    /// What is known of that which the tag points to, where it was changed and somebody looked.
    pub whence: Option<Whence>,
    /// The other kinds that it may be of, since something was not read.
    hides: &'static [DriftKind],
}

impl<'a> Drift<'a> {
    /// Reads a plan as drift; tells the kinds that are asked for, or all if none is.
    ///
    /// What could not be read is told wherever it may be of a kind that is asked for.
    pub fn of(plan: &'a Plan, evidence: &Evidence, kinds: &[DriftKind]) -> Self {
        let Evidence {
            locked,
            upstream,
            families,
            undeclared,
            unasked,
            whence,
        } = evidence;
        let mut found = vec![];
        let mut in_place = 0;
        for change in &plan.changes {
            let before = found.len();
            // What is locked is the image alone; what follows it may stand under its name.
            let upstream = upstream.get(&change.target);
            found.extend(ways(
                change,
                upstream.filter(|_| change.lock == LockState::Locked),
            ));
            let changed = |one: &&mut Difference| one.kind == DriftKind::TargetChanged;
            for one in found[before..].iter_mut().filter(changed) {
                one.unasked = unasked.contains(&change.target);
                one.whence = whence.get(&change.target).cloned();
            }
            in_place += usize::from(found.len() == before);
        }
        let moved = families.iter().filter_map(|change| {
            let kind = DriftKind::of(change)?;
            Some(Difference::new(kind, change))
        });
        found.extend(moved);
        found.extend(undeclared.iter().map(|change| {
            let kind = DriftKind::of(change).unwrap_or(DriftKind::NotDeclared);
            Difference::new(kind, change)
        }));
        let is_asked = |kind: &DriftKind| kinds.is_empty() || kinds.contains(kind);
        found.retain(|difference| {
            is_asked(&difference.kind) || difference.hides.iter().any(is_asked)
        });
        Self {
            plan,
            found,
            locked: *locked,
            narrowed: !kinds.is_empty(),
            in_place,
        }
    }

    /// Counts what differs in one way.
    pub fn count(&self, kind: DriftKind) -> usize {
        let is = |difference: &&Difference| difference.kind == kind;
        self.found.iter().filter(is).count()
    }

    /// Tells whether anything is known to have drifted.
    pub fn has_drifted(&self) -> bool {
        self.found.len() > self.count(DriftKind::Unreadable)
    }

    /// Tells whether there is something of which it could not be told whether it has drifted.
    pub fn is_unsure(&self) -> bool {
        self.count(DriftKind::Unreadable) > 0
    }
}

impl Difference {
    /// Returns the difference as it is where only this reason stands in the way of the image.
    #[must_use]
    pub fn blocked_by(&self, reason: BlockReason) -> Self {
        Self {
            change: self.change.blocked_by(reason),
            ..self.clone()
        }
    }

    fn reason(&self) -> Option<&BlockReason> {
        self.change.action.block_reason()
    }

    fn new(kind: DriftKind, change: &Change) -> Self {
        Self {
            kind,
            change: change.clone(),
            upstream: None,
            unasked: false,
            whence: None,
            hides: match kind {
                DriftKind::Unreadable => DriftKind::hidden_by(change),
                _ => &[],
            },
        }
    }
}

/// Tells in which ways one image differs; each once, whether the plan tells of it, or its source's tag, or both.
fn ways(change: &Change, upstream: Option<&Upstream>) -> Vec<Difference> {
    let planned = DriftKind::of(change).map(|kind| Difference::new(kind, change));
    let Some(upstream) = upstream else {
        return planned.into_iter().collect();
    };
    let at_source = of_upstream(change, upstream);
    let is_alike = at_source.as_ref().map(|one| one.kind) == planned.as_ref().map(|one| one.kind);
    let unread = at_source.as_ref().and_then(|one| match one.reason()? {
        BlockReason::SourceUnreadable(why) => Some(why),
        _ => None,
    });
    match (change.action.block_reason(), unread) {
        // The plan would copy the locked digest: the target is told of without it.
        (Some(BlockReason::SourceUnreadable(_) | BlockReason::SourceAbsent(_)), _) => {
            let planned = planned.filter(|_| !is_alike).map(|planned| Difference {
                hides: match planned.kind {
                    DriftKind::Unreadable => DriftKind::HIDDEN_BY_UPSTREAM,
                    _ => &[],
                },
                ..planned
            });
            let in_target = Some(in_target(change, upstream));
            [in_target, planned, at_source]
                .into_iter()
                .flatten()
                .collect()
        }
        (Some(BlockReason::TargetUnreadable(target)), Some(source)) => {
            let (source, target) = (source.clone(), target.clone());
            let both = change.blocked_by(BlockReason::BothUnreadable { source, target });
            vec![Difference::new(DriftKind::Unreadable, &both)]
        }
        (Some(BlockReason::BothUnreadable { .. }), Some(_)) => planned.into_iter().collect(),
        _ => planned.into_iter().chain(at_source).collect(),
    }
}

/// Tells how a locked image's target differs, whose source did not show what is locked.
fn in_target(change: &Change, upstream: &Upstream) -> Difference {
    let after = ImageCopy {
        source: upstream.expected.clone(),
        expected: Expected::unchanged(upstream.expected.clone()),
        contents: None,
        verified: None,
        referrers_stay: false,
        referrers_refused: RefusedReferrers::default(),
        formerly: None,
        unseen: None,
    };
    let action = match change.action.before().cloned() {
        Some(before) => Action::Update { before, after },
        None => Action::Create { after },
    };
    let kind = match action {
        Action::Update { .. } => DriftKind::TargetChanged,
        _ => DriftKind::TargetMissing,
    };
    let change = Change {
        action,
        ..change.clone()
    };
    Difference::new(kind, &change)
}

/// Tells what became of a locked image's source.
fn of_upstream(change: &Change, upstream: &Upstream) -> Option<Difference> {
    let Upstream {
        locked, current, ..
    } = upstream;
    let blocked = |kind, reason| Difference {
        kind,
        change: Change {
            action: Action::Blocked {
                before: change.action.before().cloned(),
                reason,
            },
            // The tag is gone or silent; the locked digest may well be there.
            lock: LockState::NoLock,
            ..change.clone()
        },
        upstream: None,
        unasked: false,
        whence: None,
        hides: &[],
    };
    match current {
        Observation::Present(found) if found.digest == *locked => None,
        // It is known, and waits for its time.
        Observation::Present(found) if change.age.waits_for(&found.digest) => None,
        Observation::Present(found) => Some(Difference {
            upstream: Some((locked.clone(), found.digest.clone())),
            ..Difference::new(DriftKind::UpstreamMoved, change)
        }),
        Observation::Absent(absence) => Some(blocked(
            DriftKind::SourceMissing,
            BlockReason::SourceAbsent(*absence),
        )),
        Observation::Unreadable(why) => Some(Difference {
            hides: DriftKind::HIDDEN_BY_UPSTREAM,
            ..blocked(
                DriftKind::Unreadable,
                BlockReason::SourceUnreadable(why.clone()),
            )
        }),
    }
}

#[cfg(test)]
mod tests;
