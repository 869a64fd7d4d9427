//! What is asked for.

use crate::model::PlatformPattern;

/// What more is said of an image than its source, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// The platforms; empty for those that it has anyway.
    pub platforms: Vec<String>,
    /// The name in the target; none for the one that it has anyway.
    pub target: Option<String>,
}

impl Keys {
    /// Tells whether nothing more is said.
    pub fn is_empty(&self) -> bool {
        self.platforms.is_empty() && self.target.is_none()
    }

    /// Returns the same with each platform once.
    pub(super) fn once(&self) -> Self {
        let mut platforms: Vec<String> = vec![];
        for one in &self.platforms {
            if !platforms.iter().any(|other| is_one_platform(one, other)) {
                platforms.push(one.clone());
            }
        }
        Self {
            platforms,
            target: self.target.clone(),
        }
    }
}

/// What is to become of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish<'a> {
    /// These images are declared in the main file as well.
    Add {
        /// The images, as they were typed.
        images: &'a [String],
        /// What is said of each.
        keys: &'a Keys,
    },
    /// These are declared no more.
    Remove {
        /// What each is called.
        names: &'a [String],
    },
    /// Other things are said of one.
    Set {
        /// What it is called.
        name: &'a str,
        /// What is said of it; the rest stays.
        keys: &'a Keys,
    },
}

/// Tells whether two words are one platform.
pub(super) fn is_one_platform(one: &str, other: &str) -> bool {
    match (one.parse::<PlatformPattern>(), other.parse()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
