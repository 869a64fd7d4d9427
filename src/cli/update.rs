//! Which images and families `lock --update` moves.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::model::Reference;
use crate::plan::{Desired, Entry, Family, TargetName};

use super::error::CliError;

/// What a lock is to move: nothing, everything, or what was named.
pub(super) struct Update<'a> {
    /// None for nothing, empty for everything.
    names: Option<&'a [String]>,
    typed: HashSet<&'a str>,
    /// The names by the source that each is parsed to, so that every spelling of it is known.
    parsed: HashMap<Reference, Vec<&'a str>>,
}

impl<'a> Update<'a> {
    /// Takes what was typed.
    pub(super) fn of(names: Option<&'a [String]>) -> Self {
        let typed = names.unwrap_or_default();
        let mut parsed: HashMap<Reference, Vec<&str>> = HashMap::new();
        for name in typed {
            if let Ok(source) = name.parse() {
                parsed.entry(source).or_default().push(name);
            }
        }
        Self {
            names,
            typed: typed.iter().map(String::as_str).collect(),
            parsed,
        }
    }

    /// Returns what tells whether a name in the target moves: one that is declared, or that a family may have.
    pub(super) fn mover(&self, desired: &Desired) -> impl Fn(&TargetName) -> bool {
        let moved = desired
            .entries
            .iter()
            .filter(|entry| self.moves(&self.naming(entry)));
        let moved: HashSet<_> = moved.map(|entry| entry.target.clone()).collect();
        let families = desired
            .families
            .iter()
            .filter(|family| self.moves_family(family));
        let families: Vec<_> = families.cloned().collect();
        move |name| moved.contains(name) || families.iter().any(|family| family.may_name(name))
    }

    /// Tells whether the tags of a family are to be listed anew.
    pub(super) fn moves_family(&self, family: &Family) -> bool {
        self.moves(&self.naming_family(family))
    }

    /// Returns the images of each target that move, those of families as well; stops where a name names none in any.
    pub(super) fn images<'d>(
        &self,
        each: impl Iterator<Item = &'d Desired>,
    ) -> Result<Vec<BTreeSet<TargetName>>, CliError> {
        let mut known = HashSet::new();
        let moved = each
            .map(|desired| self.of_one(desired, &mut known))
            .collect();
        let mut names = self.names.unwrap_or_default().iter();
        match names.find(|name| !known.contains(name.as_str())) {
            None => Ok(moved),
            Some(unknown) => Err(no_image(unknown)),
        }
    }

    fn of_one(&self, desired: &Desired, known: &mut HashSet<&'a str>) -> BTreeSet<TargetName> {
        let mut moved = BTreeSet::new();
        for entry in &desired.entries {
            let named = self.naming(entry);
            if self.moves(&named) {
                moved.insert(entry.target.clone());
            }
            known.extend(named);
        }
        for family in &desired.families {
            let named = self.naming_family(family);
            if self.moves(&named) {
                moved.extend(family.taken().map(|(_, name)| name));
            }
            known.extend(named);
        }
        moved
    }

    fn moves(&self, named: &[&str]) -> bool {
        self.names
            .is_some_and(|names| names.is_empty() || !named.is_empty())
    }

    /// Returns the names that name an image.
    fn naming(&self, entry: &Entry) -> Vec<&'a str> {
        let spelled = self.parsed.get(&entry.source).into_iter().flatten();
        self.written(entry).chain(spelled.copied()).collect()
    }

    /// Returns the names that name a family: its tags are not named one by one.
    fn naming_family(&self, family: &Family) -> Vec<&'a str> {
        let parsed = self.parsed.iter();
        let same = parsed.filter(|(parsed, _)| parsed.repository() == family.repository());
        let spelled = same.flat_map(|(_, names)| names).copied();
        let has_tag = |name: &&str| {
            let last = name.rsplit('/').next();
            last.is_some_and(|last| last.contains([':', '@']))
        };
        let spelled = spelled.filter(|name| !has_tag(name));
        self.written(&family.any).chain(spelled).collect()
    }

    /// Returns the names that are what an entry is called, letter for letter.
    fn written(&self, entry: &Entry) -> impl Iterator<Item = &'a str> {
        let Entry { source, target, .. } = entry;
        let names = [
            target.to_string(),
            target.repository.clone(),
            source.to_string(),
        ];
        let found = names.map(|name| self.typed.get(name.as_str()).copied());
        found.into_iter().flatten()
    }
}

fn no_image(unknown: &str) -> CliError {
    let message = text!(
        "`{unknown}` is no declared image",
        "`{unknown}` 不是已声明的镜像"
    );
    let hint = text!(
        "name it as `pusher list` does: by its source or its target",
        "按 `pusher list` 列出的源或目标来写"
    );
    CliError::new(message).hint(hint)
}
