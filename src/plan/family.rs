//! A repository of which rules choose the tags: one entry for each tag once these are known, one refusal where they
//! cannot be.

use std::collections::{HashMap, HashSet};

use crate::model::{Failure, Reference, Repository};
use crate::selection::{Account, Chosen, Refused, Selection};

use super::entry::{DeclaredAt, Entry, Holder};
use super::observed::Absence;
use super::target::{TargetName, TargetNameError};
use super::verify::{VerifyRule, VerifyRules};

/// What stands for any tag, where a tag would stand. No tag has such a character.
pub const ANY_TAG: &str = "*";

/// A repository of which rules choose the tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The entry of each of its tags, with [`ANY_TAG`] in the tag's place, in the source and in the target.
    pub any: Entry,
    /// The rules.
    pub selection: Selection,
    /// By whom its tags must be signed, for all of the files: which rule decides may depend on the tag.
    pub verify: VerifyRules,
    /// Before which entry those of its tags stand.
    pub position: usize,
    /// What became of the rules.
    pub choice: Choice,
    /// What each rule took and dropped of the tags that a registry listed; none where none did.
    pub account: Option<Box<Account>>,
}

/// What became of a family's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Nobody has looked which tags there are.
    Open,
    /// They chose these tags, each of which has an entry.
    Taken(Vec<String>),
    /// They could choose none.
    Failed(Box<NoChoice>),
}

/// Why a family has no tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoChoice {
    /// The source has no such repository.
    Absent(Absence),
    /// The source did not list its tags, or not to the end.
    Unlisted(Failure),
    /// The rules choose none of them, or others than are allowed.
    Refused(Refused),
    /// The rules choose a tag whose name in the target another image has.
    NameTaken {
        /// The name.
        name: TargetName,
        /// Where the other image is declared.
        by: DeclaredAt,
    },
    /// The saved plan has none.
    BlockedWhenPlanned,
}

impl Family {
    /// Returns the repository of which tags are chosen.
    pub fn repository(&self) -> &Repository {
        self.any.source.repository()
    }

    /// Returns the name in the target, with [`ANY_TAG`] in the tag's place.
    pub fn name(&self) -> &TargetName {
        &self.any.target
    }

    /// Reads a name with [`ANY_TAG`] in the tag's place.
    ///
    /// # Errors
    ///
    /// No family is called so.
    pub fn parse_name(text: &str) -> Result<TargetName, TargetNameError> {
        let with_tag = text.replace(ANY_TAG, "tag").parse::<TargetName>();
        let parts = text
            .rsplit_once(':')
            .filter(|_| text.contains(ANY_TAG) && with_tag.is_ok());
        let (repository, tag) = parts.ok_or_else(|| TargetNameError(text.to_owned()))?;
        Ok(TargetName {
            repository: repository.to_owned(),
            tag: tag.to_owned(),
        })
    }

    /// Returns all that decides which tags are chosen, as a lock records it.
    pub fn rules(&self) -> Vec<String> {
        let Selection {
            literals,
            rules,
            min,
            max,
        } = &self.selection;
        let literals = (!literals.is_empty()).then(|| format!("tags: {}", literals.join(", ")));
        let min = min.map(|min| format!("min-tags: {min}"));
        let max = max.map(|max| format!("max-tags: {max}"));
        let rules = rules.iter().map(ToString::to_string);
        literals
            .into_iter()
            .chain(rules)
            .chain(min)
            .chain(max)
            .collect()
    }

    /// Follows the rules on the tags that the source lists, and tells what each of them took and dropped.
    pub fn follow(&self, listed: &Result<Vec<String>, NoChoice>) -> (Choice, Option<Box<Account>>) {
        let listed = match listed {
            Ok(listed) => listed,
            Err(why) => return (Choice::Failed(why.clone().into()), None),
        };
        match self.selection.choose(listed) {
            Ok(Chosen { tags, account }) => (Choice::Taken(tags), Some(account.into())),
            Err(refused) => {
                let account = refused.account.clone();
                let why = NoChoice::Refused(refused);
                (Choice::Failed(why.into()), Some(account.into()))
            }
        }
    }

    /// Returns the entries of the tags that were chosen, but for those which `taken` has already: a tag may be declared
    /// by name as well.
    ///
    /// # Errors
    ///
    /// Nothing was chosen; or a name is another image's.
    pub(super) fn entries(
        &self,
        taken: &HashMap<TargetName, Holder>,
    ) -> Result<Vec<Entry>, NoChoice> {
        let tags = match &self.choice {
            Choice::Open => &[][..],
            Choice::Taken(tags) => tags,
            Choice::Failed(reason) => return Err((**reason).clone()),
        };
        let mut own: HashSet<TargetName> = HashSet::new();
        let mut entries = Vec::with_capacity(tags.len());
        for entry in tags.iter().map(|tag| self.entry(tag)) {
            let other = taken.get(&entry.target);
            let by = match other {
                Some(other) if other.source != entry.source => Some(&other.origin),
                None if !own.insert(entry.target.clone()) => Some(&entry.origin),
                Some(_) | None => None,
            };
            if let Some(by) = by {
                let by = by.clone();
                return Err(NoChoice::NameTaken {
                    name: entry.target,
                    by,
                });
            }
            if other.is_none() {
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    /// Returns the entry of a tag.
    fn entry(&self, tag: &str) -> Entry {
        let source = Reference::tagged(self.repository().clone(), tag);
        Entry {
            verify: VerifyRule::for_source(&self.verify, &source).cloned(),
            source,
            target: self.name_of(tag),
            ..self.any.clone()
        }
    }

    /// Returns the name that a tag gets in the target.
    fn name_of(&self, tag: &str) -> TargetName {
        let any = &self.any.target;
        TargetName {
            repository: any.repository.replace(ANY_TAG, tag),
            tag: any.tag.replace(ANY_TAG, tag),
        }
    }

    /// Returns the tags that were chosen, each with its name in the target.
    pub fn taken(&self) -> impl Iterator<Item = (&str, TargetName)> {
        let tags = match &self.choice {
            Choice::Taken(tags) => &tags[..],
            Choice::Open | Choice::Failed(_) => &[],
        };
        tags.iter().map(|tag| (tag.as_str(), self.name_of(tag)))
    }

    /// Tells whether a name in the target may be that of one of its tags.
    pub fn may_name(&self, name: &TargetName) -> bool {
        let stands_for = |pattern: &str, text: &str| match pattern.split_once(ANY_TAG) {
            None => pattern == text,
            Some((before, after)) => {
                let rest = text.strip_prefix(before);
                rest.is_some_and(|rest| rest.ends_with(after))
            }
        };
        let TargetName { repository, tag } = &self.any.target;
        stands_for(repository, &name.repository) && stands_for(tag, &name.tag)
    }

    /// Tells whether it is unknown which names of the target are its own.
    pub fn is_unsettled(&self) -> bool {
        !matches!(self.choice, Choice::Taken(_))
    }
}

#[cfg(test)]
mod tests;
