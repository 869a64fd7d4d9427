//! What there is in a repository, for whoever writes a rule.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::check_tag;

use super::account::examples;
use super::aliases::Aliases;
use super::anatomy::{Anatomy, is_hash};
use super::candidate::listed_once;
use super::rule::{Rule, RuleParts};
use super::scheme::Scheme;

/// What there is in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// How many tags are listed.
    pub listed: usize,
    /// The versions, family by family; those with the most releases first.
    pub families: Vec<Family>,
    /// The tags that name no version.
    pub others: Others,
    /// Those that are digests of commits or of images.
    pub hashes: Others,
}

/// Tags that are of no family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Others {
    /// How many.
    pub count: usize,
    /// A few of them.
    pub examples: Vec<String>,
}

/// The versions of one variant that can be compared with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The variant; empty where there is none.
    pub variant: String,
    /// What their first numbers count.
    pub scheme: Scheme,
    /// How many whole releases there are.
    pub releases: usize,
    /// How many come before a release.
    pub pre_releases: usize,
    /// How many are other names of longer ones.
    pub aliases: usize,
    /// The newest releases; where there are none, what comes before them.
    pub newest: Vec<String>,
    /// A rule that takes the newest of them.
    pub rule: Rule,
}

/// How many tags of a family the rule takes that is offered.
const OFFERED: usize = 2;

impl Survey {
    /// Looks at what a repository lists, in whatever order.
    pub fn of(listed: &[String]) -> Self {
        let all = listed_once(listed);
        let mut survey = Self {
            listed: all.len(),
            families: vec![],
            others: Others::default(),
            hashes: Others::default(),
        };
        let versions = all.iter().filter_map(|one| one.key.anatomy.as_ref());
        let aliases = Aliases::among(versions);
        let mut families: BTreeMap<(&str, Scheme), Vec<(&str, &Anatomy<'_>)>> = BTreeMap::new();
        for one in &all {
            match &one.key.anatomy {
                Some(anatomy) if check_tag(one.tag).is_ok() => {
                    let family = (anatomy.variant, anatomy.scheme);
                    families.entry(family).or_default().push((one.tag, anatomy));
                }
                _ if is_hash(one.tag) => survey.hashes.add(one.tag),
                _ => survey.others.add(one.tag),
            }
        }
        let is_mixed = |variant: &str| {
            families
                .keys()
                .filter(|(other, _)| *other == variant)
                .count()
                > 1
        };
        let family = |((variant, scheme), members): (&(&str, Scheme), &Vec<_>)| {
            family(variant, *scheme, members, &aliases, is_mixed(variant))
        };
        survey.families = families.iter().filter_map(family).collect();
        // Equal ones stay in the order of their names.
        survey
            .families
            .sort_by_key(|family| Reverse(family.releases));
        survey
    }
}

impl Others {
    fn add(&mut self, tag: &str) {
        self.count += 1;
        if self.examples.len() < 3 {
            self.examples.push(tag.to_owned());
        }
    }
}

/// Describes a family, whose members stand the newest first.
fn family(
    variant: &str,
    scheme: Scheme,
    members: &[(&str, &Anatomy<'_>)],
    aliases: &Aliases<'_>,
    is_mixed: bool,
) -> Option<Family> {
    let whole = || members.iter().filter(|(_, anatomy)| !aliases.have(anatomy));
    let early = whole().filter(|(_, anatomy)| anatomy.pre.is_some());
    let ready = whole().filter(|(_, anatomy)| anatomy.pre.is_none());
    let (early, ready): (Vec<_>, Vec<_>) = (early.collect(), ready.collect());
    let shown = if ready.is_empty() { &early } else { &ready };
    let lowest = members.last().map(|(_, anatomy)| anatomy.number(0))?;
    let rule = Rule::new(RuleParts {
        version: is_mixed.then(|| format!(">={lowest}")),
        variant: (!variant.is_empty()).then(|| vec![variant.to_owned()]),
        pre_releases: ready.is_empty().then_some(true),
        latest: Some(OFFERED),
        ..RuleParts::default()
    });
    Some(Family {
        variant: variant.to_owned(),
        scheme,
        releases: ready.len(),
        pre_releases: early.len(),
        aliases: members.len() - early.len() - ready.len(),
        newest: examples(shown.iter().map(|(tag, _)| *tag)),
        rule: rule.ok()?,
    })
}
