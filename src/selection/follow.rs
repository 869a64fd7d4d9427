//! A rule, followed step by step.

use crate::model::check_tag;

use super::account::{Dropped, RuleAccount, Step, examples};
use super::aliases::Aliases;
use super::anatomy::{Anatomy, is_hash};
use super::candidate::Candidate;
use super::latest::{Mixture, mixture, newest};
use super::order::Key;
use super::rule::Rule;

/// Follows a rule: returns the tags that it takes, what each step dropped, and what it would count together
/// though it cannot be compared.
pub(super) fn follow<'t>(
    rule: &Rule,
    all: Vec<Candidate<'t>>,
) -> (Vec<&'t str>, RuleAccount, Option<Mixture>) {
    let mut run = Run {
        rule,
        left: all,
        steps: vec![],
    };
    let mixture = run.follow();
    let tags: Vec<_> = run.left.iter().map(|one| one.tag).collect();
    let account = RuleAccount {
        rule: rule.to_string(),
        steps: run.steps,
        taken: tags.len(),
        newest: examples(tags.iter().copied()),
    };
    (tags, account, mixture)
}

/// A rule that is being followed, with what is left of the tags.
struct Run<'r, 't> {
    rule: &'r Rule,
    left: Vec<Candidate<'t>>,
    steps: Vec<Step>,
}

impl<'t> Run<'_, 't> {
    fn follow(&mut self) -> Option<Mixture> {
        let rule = self.rule;
        self.keep(Dropped::NotATag, |one| check_tag(one.tag).is_ok());
        match &rule.matching {
            // A pattern may mean digests.
            Some(_) if rule.is_textual() => {}
            _ => self.keep(Dropped::Hash, |one| !is_hash(one.tag)),
        }
        self.keep_matches();
        if let Some(glob) = &rule.glob {
            self.keep(Dropped::OtherGlob, |one| glob.fit(one.tag));
        }
        if !rule.is_textual() {
            self.keep_versions();
        }
        if let Some(except) = &rule.except {
            self.keep(Dropped::Excepted, |one| !except.fit(one.tag));
        }
        let mixture = mixture(rule, &self.left);
        if let (None, Some(latest)) = (&mixture, rule.latest) {
            let (left, dropped) = newest(rule, latest, std::mem::take(&mut self.left));
            self.left = left;
            self.tell(
                Dropped::BeyondLatest {
                    latest: latest.count,
                    per: latest.per,
                },
                &dropped,
            );
        }
        mixture
    }

    /// Keeps what the pattern fits, from here on in the order of its key.
    fn keep_matches(&mut self) {
        let Some(matching) = &self.rule.matching else {
            return;
        };
        self.keep(Dropped::Unmatched, |one| matching.key(one.tag).is_some());
        if matching.has_key() {
            for one in &mut self.left {
                one.key = Key::of(matching.key(one.tag).unwrap_or(one.tag));
            }
            // Tags of one key stay in the order they have.
            self.left.sort_by(|one, other| other.key.compare(&one.key));
        }
    }

    fn keep_versions(&mut self) {
        let rule = self.rule;
        self.keep(Dropped::NoVersion, |one| one.key.anatomy.is_some());
        let aliases = Aliases::among(self.versions());
        if let Some(range) = &rule.range {
            let mut schemes: Vec<_> = self.versions().map(|version| version.scheme).collect();
            schemes.sort_unstable();
            schemes.dedup();
            for scheme in schemes {
                if !range.speaks_of(scheme) {
                    self.keep_version(Dropped::OtherScheme(scheme), |one| one.scheme != scheme);
                }
            }
        }
        self.keep_version(Dropped::OtherVariant, |one| rule.takes_variant(one.variant));
        if rule.pre_releases != Some(true) {
            self.keep_version(Dropped::PreRelease, |one| one.pre.is_none());
        }
        if let Some(range) = &rule.range {
            self.keep_version(Dropped::OutOfRange, |one| range.has(one));
        }
        match &rule.parts {
            Some(parts) => self.keep_version(Dropped::OtherParts, |one| {
                parts.contains(&one.numbers.len())
            }),
            None => self.keep_version(Dropped::Alias, |one| !aliases.have(one)),
        }
    }

    fn versions(&self) -> impl Iterator<Item = &Anatomy<'t>> {
        self.left.iter().filter_map(|one| one.key.anatomy.as_ref())
    }

    fn keep_version(&mut self, why: Dropped, is_kept: impl Fn(&Anatomy<'t>) -> bool) {
        self.keep(why, |one| one.key.anatomy.as_ref().is_some_and(&is_kept));
    }

    fn keep(&mut self, why: Dropped, is_kept: impl Fn(&Candidate<'t>) -> bool) {
        let all = std::mem::take(&mut self.left);
        let (left, dropped) = all.into_iter().partition(|one| is_kept(one));
        self.left = left;
        self.tell(why, &dropped);
    }

    fn tell(&mut self, why: Dropped, dropped: &[Candidate<'_>]) {
        if !dropped.is_empty() {
            self.steps.push(Step {
                why,
                count: dropped.len(),
                newest: examples(dropped.iter().map(|one| one.tag)),
            });
        }
    }
}
