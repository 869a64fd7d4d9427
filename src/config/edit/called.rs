//! What an image is called: at each target, since each may have its own rule of names.

use std::fmt;

use crate::model::listed;
use crate::plan::{TargetLabel, TargetName};

/// What an image is called at each target; once where all targets agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names(Vec<Called>);

/// What an image is called at one target, or at all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Called {
    /// What the target is called, where the names of several differ.
    pub(super) at: Option<TargetLabel>,
    pub(super) name: TargetName,
}

impl Names {
    /// Takes the names at all targets, in the order of these.
    pub(super) fn of(mut all: Vec<Called>) -> Self {
        if all.windows(2).all(|two| two[0].name == two[1].name) {
            all.truncate(1);
            for one in &mut all {
                one.at = None;
            }
        }
        Self(all)
    }

    /// Leaves of the names at all targets, before and after, those that are others.
    pub(super) fn changed(before: Vec<Called>, after: Vec<Called>) -> (Self, Self) {
        let is_one = |all: &[Called]| Self::of(all.to_vec()).0.len() <= 1;
        if is_one(&before) && is_one(&after) {
            return (Self::of(before), Self::of(after));
        }
        let pairs = before.into_iter().zip(after);
        let (before, after) = pairs.filter(|(was, is)| was != is).unzip();
        (Self(before), Self(after))
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&listed(&self.0))
    }
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.at {
            Some(target) => write_tr!(f, "`{name}` ({target})", "`{name}`（{target}）"),
            None => write!(f, "`{name}`"),
        }
    }
}
