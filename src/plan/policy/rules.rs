//! All rules of the files, and what they are judged by beside the image itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::model::{Reference, Repository};
use crate::plan::entry::Entry;
use crate::plan::target::TargetName;

use super::rule::{Level, Requirement, Rule};
use super::scan::ScanReport;

/// All rules of the files, and what they are judged by beside the image itself. The default has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// The rules, in the order of the files.
    pub rules: Arc<[Arc<Rule>]>,
    /// What the scanners' reports say that the rules name, once these were read.
    pub scans: Arc<[ScanReport]>,
    /// The sources of images as the files declare them, where the entry has another: a saved plan's digest.
    pub declared: HashMap<TargetName, Reference>,
    /// What is declared and not looked at this time.
    aside: HashMap<Repository, BTreeSet<String>>,
}

impl Rules {
    /// Takes the rules of the files.
    pub fn of(rules: Vec<Rule>) -> Self {
        Self {
            rules: rules.into_iter().map(Arc::new).collect(),
            ..Self::default()
        }
    }

    /// Returns the source of an entry as the files declare it.
    pub(super) fn source<'a>(&'a self, entry: &'a Entry) -> &'a Reference {
        self.declared.get(&entry.target).unwrap_or(&entry.source)
    }

    /// Tells whether anything has to be of some age.
    pub fn has_ages(&self) -> bool {
        let is_one = |rule: &Arc<Rule>| matches!(rule.asks, Requirement::MinAge { .. });
        self.rules.iter().any(is_one)
    }

    /// Returns the rules about the age of an entry's digest, each with how old that has to be.
    pub(in crate::plan) fn ages<'a>(
        &'a self,
        entry: &'a Entry,
    ) -> impl Iterator<Item = (&'a Arc<Rule>, Duration)> {
        let source = self.source(entry);
        self.rules.iter().filter_map(move |rule| match rule.asks {
            Requirement::MinAge { least, .. } if rule.is_about(source) => Some((rule, least)),
            _ => None,
        })
    }

    /// Lets an entry wait as long as the rules say, where it does not wait longer by itself.
    pub(in crate::plan) fn raise_age(&self, entry: &mut Entry) {
        let blocking = self
            .ages(entry)
            .filter(|(rule, _)| rule.level == Level::Block);
        let least = blocking.map(|(_, least)| least).max();
        entry.min_age = least.map_or(entry.min_age, |least| least.max(entry.min_age));
    }

    /// Counts on what is declared and not looked at this time.
    pub(in crate::plan) fn set_aside(&mut self, entries: &[Entry]) {
        // Nothing but a count goes by it.
        if self.rules.is_empty() {
            return;
        }
        for entry in entries {
            let source = self.source(entry).clone();
            let tags = self.aside.entry(source.repository().clone()).or_default();
            tags.insert(source.manifest_reference());
        }
    }

    /// Returns the tags of each repository that are declared, those of `entries` and those set aside.
    pub(super) fn tags<'e>(
        &self,
        entries: impl Iterator<Item = &'e Entry>,
    ) -> HashMap<Repository, BTreeSet<String>> {
        let mut tags = self.aside.clone();
        for entry in entries {
            let source = self.source(entry);
            let own = tags.entry(source.repository().clone()).or_default();
            own.insert(source.manifest_reference());
        }
        tags
    }
}
