//! A saved plan held against another one, which somebody has read.

use super::file::Action;
use super::{SavedChange, SavedPlan};

/// How a plan differs from another one in what it would do.
///
/// What it leaves alone is no difference: who has read that a tag moves has read nothing wrong when it is there already.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Against<'a> {
    /// What both would do alike.
    pub same: usize,
    /// In what they differ: by this plan's order, then what the other one alone would do.
    pub differences: Vec<(&'a str, Difference<'a>)>,
}

/// In what two plans differ for one tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference<'a> {
    /// The other one would do nothing to it.
    New(&'a SavedChange),
    /// Both would do something to it, and not the same.
    Other {
        /// What this one would do.
        now: &'a SavedChange,
        /// What the other one would do.
        read: &'a SavedChange,
    },
    /// This one would do nothing to it.
    Gone {
        /// What the other one would do.
        read: &'a SavedChange,
        /// What this one says of it; none where it does not have it.
        now: Option<&'a SavedChange>,
    },
}

impl Difference<'_> {
    /// Tells whether something would be done that the other plan does not have.
    pub fn is_unread(&self) -> bool {
        !matches!(self, Self::Gone { .. })
    }
}

impl<'a> Against<'a> {
    /// Compares a plan with the one that was read, of the same target; none where that has no such target.
    pub fn of(now: &'a SavedPlan, read: Option<&'a SavedPlan>) -> Self {
        let mut against = Self::default();
        let pending = |plan: &'a SavedPlan| {
            let changes = plan.changes.iter();
            changes.filter(|(_, change)| is_pending(change))
        };
        for (name, change) in pending(now) {
            let before = read.and_then(|read| read.changes.get(name));
            match before.filter(|before| is_pending(before)) {
                None => against.add(name, Difference::New(change)),
                Some(before) if is_same(change, before) => against.same += 1,
                Some(read) => against.add(name, Difference::Other { now: change, read }),
            }
        }
        for (name, read) in read.into_iter().flat_map(pending) {
            let now = now.changes.get(name);
            if !now.is_some_and(is_pending) {
                against.add(name, Difference::Gone { read, now });
            }
        }
        against
    }

    /// Tells whether the other plan does all that this one does.
    pub fn is_read(&self) -> bool {
        !self.differences.iter().any(|(_, one)| one.is_unread())
    }

    fn add(&mut self, name: &'a str, difference: Difference<'a>) {
        self.differences.push((name, difference));
    }
}

fn is_pending(change: &SavedChange) -> bool {
    match change.action() {
        Action::Create | Action::Update | Action::Delete => true,
        Action::NoOp | Action::Blocked => false,
    }
}

/// Tells whether two changes do the same: move a tag from the same digest to the same other one. Which manifest of the
/// source it came from does not matter.
fn is_same(one: &SavedChange, other: &SavedChange) -> bool {
    match (one, other) {
        (SavedChange::Wanted(one), SavedChange::Wanted(other)) => {
            one.expected.digest == other.expected.digest && one.before == other.before
        }
        (one, other) => one == other,
    }
}
