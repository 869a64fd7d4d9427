//! Tags that are other names of longer ones, and move with those.

use std::collections::HashSet;

use super::anatomy::{Anatomy, Build, Pre};

/// The versions that others are longer names of: `1.27` where `1.27.3` is there, `1.27.3` where `1.27.3-r2`
/// is, `1.27-rc` where `1.27-rc2` is.
#[derive(Debug, Default)]
pub(super) struct Aliases<'t> {
    /// With whether they come before a release.
    shorter: HashSet<(&'t str, bool, Vec<u64>)>,
    unnumbered: HashSet<(&'t str, Option<Pre>, Vec<u64>)>,
}

impl<'t> Aliases<'t> {
    pub(super) fn among<'a>(versions: impl Iterator<Item = &'a Anatomy<'t>>) -> Self
    where
        't: 'a,
    {
        let mut aliases = Self::default();
        for Anatomy {
            numbers,
            scheme: _,
            pre,
            build,
            variant,
        } in versions
        {
            for length in 1..numbers.len() {
                let shorter = numbers[..length].to_vec();
                aliases.shorter.insert((*variant, pre.is_some(), shorter));
            }
            let mut without = |pre| aliases.unnumbered.insert((*variant, pre, numbers.clone()));
            if build.as_ref().is_some_and(Build::moves_version) {
                without(pre.clone());
            }
            if let Some(unnumbered) = pre.as_ref().and_then(Pre::unnumbered) {
                without(Some(unnumbered));
            }
        }
        aliases
    }

    /// Tells whether a version is another name of a longer one.
    pub(super) fn have(&self, version: &Anatomy<'t>) -> bool {
        let Anatomy {
            numbers,
            pre,
            build,
            variant,
            ..
        } = version;
        let shorter = (*variant, pre.is_some(), numbers.clone());
        let unnumbered = || (*variant, pre.clone(), numbers.clone());
        let is_it = self.shorter.contains(&shorter) || self.unnumbered.contains(&unnumbered());
        build.is_none() && is_it
    }
}
