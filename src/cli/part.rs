//! A part of the mirror: what is outside of it is neither asked for nor touched.

use std::collections::{BTreeSet, HashSet};

use crate::config::{NamesNothing, Part};
use crate::model::Reference;
use crate::plan::{ANY_TAG, Desired, Entry, Family, LockedImage, Target, TargetName};
use crate::render::PartOf;

use super::error::CliError;

/// What was chosen, and what was not.
pub(super) struct Chosen {
    part: Part,
    of: PartOf,
    /// What is declared and outside.
    rest: Vec<Entry>,
    /// The same, where rules choose the tags.
    families: Vec<Family>,
    /// What the lock records, and the patterns may name as well.
    undeclared: Vec<(TargetName, LockedImage)>,
}

impl Chosen {
    /// Takes from `desired` what the patterns do not name; they may as well name what is `undeclared`.
    pub(super) fn of(
        patterns: &[String],
        desired: &mut Desired,
        undeclared: Vec<(TargetName, LockedImage)>,
    ) -> Self {
        let mut chosen = Self {
            part: Part::named(patterns),
            of: PartOf {
                patterns: patterns.to_vec(),
                left_out: 0,
            },
            rest: vec![],
            families: vec![],
            undeclared,
        };
        chosen.keep(desired);
        chosen
    }

    /// Takes it anew, once it is known which tags rules choose.
    pub(super) fn keep(&mut self, desired: &mut Desired) {
        let (rest, families) = self.part.keep(desired);
        self.rest.extend(rest);
        self.families.extend(families);
        self.of.left_out = self.rest.len();
    }

    /// Stops where a pattern names nothing in any target.
    pub(super) fn require_something<'c>(
        each: impl Iterator<Item = (&'c Self, &'c Desired)> + Clone,
    ) -> Result<(), CliError> {
        let Some((first, _)) = each.clone().next() else {
            return Ok(());
        };
        // While it is not known which tags there are, a pattern may name one of them.
        let mut families = each.clone().flat_map(|(_, desired)| &desired.families);
        if families.any(Family::is_unsettled) {
            return Ok(());
        }
        let known = each.flat_map(|(chosen, desired)| {
            let declared = desired.entries.iter().chain(&chosen.rest);
            let declared = declared.map(|entry| (&entry.target, &entry.source));
            let recorded = chosen.undeclared.iter();
            declared.chain(recorded.map(|(name, image)| (name, &image.source)))
        });
        let nothing = first.part.names_nothing(known);
        nothing.map_or(Ok(()), |nothing| Err(names_nothing(&nothing)))
    }

    /// Returns what is said of it.
    pub(super) fn said(&self) -> &PartOf {
        &self.of
    }

    /// Returns the whole that it was taken from.
    pub(super) fn whole(&self, part: &Desired) -> Desired {
        let mut whole = part.clone();
        whole.entries.extend(self.rest.iter().cloned());
        whole.families.extend(self.families.iter().cloned());
        whole
    }

    /// Returns the repositories in this target of what is left alone, as far as they are known.
    pub(super) fn repositories_outside(&self, target: &Target) -> BTreeSet<&str> {
        let open = self.families.iter().filter(|family| family.is_unsettled());
        let open = open.map(|family| &family.any.target);
        let open = open.filter(|name| !name.repository.contains(ANY_TAG));
        let rest = self.rest.iter().map(|entry| &entry.target);
        let rest = rest.filter(|name| target.refuses_name(name).is_none());
        rest.chain(open).map(|name| &*name.repository).collect()
    }

    /// Leaves of what may be deleted only what is in the part.
    pub(super) fn retain(&self, undeclared: &mut Vec<(TargetName, LockedImage)>) {
        // An image whose new name is outside would lose the only one it has.
        let outside: HashSet<&Reference> = self.rest.iter().map(|entry| &entry.source).collect();
        undeclared.retain(|(name, image)| {
            self.part.has(name, &image.source) && !outside.contains(&image.source)
        });
    }
}

fn names_nothing(nothing: &NamesNothing) -> CliError {
    let NamesNothing { written, meant } = nothing;
    let message = text!(
        "`--only {written}` names no declared image",
        "`--only {written}` 没有对应任何已声明的镜像"
    );
    CliError::new(message).hint(match meant {
        Some(meant) => text!(
            "was `{meant}` meant? `pusher list` shows sources and targets",
            "是不是 `{meant}`？`pusher list` 会列出源和目标"
        ),
        None => text!(
            "name a source or a target as `pusher list` shows it, or a pattern, such as `'nginx*'`",
            "按 `pusher list` 列出的写源或目标，或写模式，如 `'nginx*'`"
        ),
    })
}
