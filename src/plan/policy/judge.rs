//! Which rules an image breaks: as the files have it, as it would be copied, and as it is in place.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::model::{Digest, PlatformPattern, Platforms, Reference, Repository};
use crate::plan::contents::{Contents, PlatformImage};
use crate::plan::entry::Entry;
use crate::plan::family::ANY_TAG;

use super::pattern::Fit;
use super::rule::{Requirement, Rule};
use super::rules::Rules;
use super::scan::ScanReport;
use super::severity::Severity;
use super::violation::{Found, Violation};

/// Judges images by the rules.
#[derive(Debug, Clone)]
pub struct Judge<'a> {
    rules: &'a Rules,
    /// The tags of each repository that are declared.
    tags: HashMap<Repository, BTreeSet<String>>,
}

/// What a copy would bring.
#[derive(Debug, Clone, Copy)]
pub struct Brought<'a> {
    /// What the source points to.
    pub source: &'a Digest,
    /// What the target would hold.
    pub expected: &'a Digest,
    /// What it is made of; none where that is too much to be kept.
    pub contents: Option<&'a Contents>,
    /// The platforms that were asked for, are not there, and may be skipped.
    pub skipped: &'a [PlatformPattern],
}

impl<'a> Judge<'a> {
    /// Judges by these rules, with all that is declared.
    pub fn of<'e>(rules: &'a Rules, entries: impl Iterator<Item = &'e Entry>) -> Self {
        let counts = |rule: &Arc<Rule>| matches!(rule.asks, Requirement::MaxTags(_));
        let tags = if rules.rules.iter().any(counts) {
            rules.tags(entries)
        } else {
            HashMap::new()
        };
        Self { rules, tags }
    }

    /// Tells whether there are no rules.
    pub fn is_idle(&self) -> bool {
        self.rules.rules.is_empty()
    }

    /// Returns which rules an image breaks by what the files say of it, whatever the registries hold.
    /// Whether the lock settles it, and whether a rule of `verify` is about it, is for the caller to know.
    pub fn declared(&self, entry: &Entry, is_settled: bool, is_verified: bool) -> Vec<Violation> {
        let source = self.rules.source(entry);
        self.each(source, |rule| match &rule.asks {
            Requirement::PinnedOnly => {
                (source.digest().is_none() && !is_settled).then_some(Found::NotPinned)
            }
            Requirement::VerifyRequired => (!is_verified).then_some(Found::NotVerified),
            _ => self.as_declared(rule, entry),
        })
    }

    /// Returns which rules a copy of the image would break.
    pub fn brought(&self, entry: &Entry, brought: &Brought<'_>) -> Vec<Violation> {
        let source = self.rules.source(entry);
        self.each(source, |rule| match &rule.asks {
            Requirement::MaxSize { most, .. } => match brought.contents {
                None => Some(Found::SizeUnknown),
                Some(contents) => {
                    let bytes = contents.blob_bytes();
                    (bytes > most.0).then_some(Found::Size(bytes))
                }
            },
            Requirement::PlatformsRequired(required) => lacking(required, brought),
            Requirement::MaxSeverity { most, .. } => self.scanned(*most, brought),
            _ => None,
        })
    }

    /// Returns which rules an image breaks that is in place, as far as that is known without asking for more: these are
    /// its digests.
    pub fn in_place(&self, entry: &Entry, digests: &[&Digest]) -> Vec<Violation> {
        let source = self.rules.source(entry);
        self.each(source, |rule| match &rule.asks {
            // Which images are inside is not known, so that there may well be a report of each.
            Requirement::MaxSeverity { most, .. } => {
                worse_than(*most, self.reports(digests.iter().copied()))
            }
            _ => None,
        })
    }

    fn each(&self, source: &Reference, find: impl Fn(&Rule) -> Option<Found>) -> Vec<Violation> {
        let rules = self.rules.rules.iter();
        let about = rules.filter(|rule| rule.is_about(source));
        let violation = |rule: &Arc<Rule>| {
            Some(Violation {
                found: find(rule)?,
                rule: Arc::clone(rule),
            })
        };
        about.filter_map(violation).collect()
    }

    fn as_declared(&self, rule: &Rule, entry: &Entry) -> Option<Found> {
        let source = self.rules.source(entry);
        match &rule.asks {
            Requirement::Allow(allowed) => {
                (allowed.fit(source) == Fit::None).then_some(Found::NotAllowed)
            }
            Requirement::Deny(denied) => (denied.fit(source) == Fit::All).then_some(Found::Denied),
            Requirement::MaxTags(most) => {
                let is_one = source.tag() != Some(ANY_TAG);
                let tags = self.tags.get(source.repository()).filter(|_| is_one)?;
                (tags.len() > *most).then_some(Found::Tags(tags.len()))
            }
            Requirement::PlatformsRequired(required) => not_asked(required, &entry.platforms),
            Requirement::NoLatest => {
                let is_latest = source.digest().is_none() && source.tag() == Some("latest");
                is_latest.then_some(Found::Latest)
            }
            Requirement::PinnedOnly
            | Requirement::VerifyRequired
            | Requirement::MaxSize { .. }
            | Requirement::MinAge { .. }
            | Requirement::MaxSeverity { .. } => None,
        }
    }

    fn reports<'d>(
        &self,
        digests: impl Iterator<Item = &'d Digest> + Clone,
    ) -> impl Iterator<Item = &'a ScanReport> {
        let is_of = move |report: &&ScanReport| {
            digests
                .clone()
                .any(|digest| report.digests.contains(digest))
        };
        self.rules.scans.iter().filter(is_of)
    }

    /// Holds what scanners found against what may be. A report of the whole is enough; else there has to be one of each
    /// image in it.
    fn scanned(&self, most: Severity, brought: &Brought<'_>) -> Option<Found> {
        let whole = [brought.source, brought.expected];
        let images = brought
            .contents
            .map_or(&[][..], |contents| &contents.platforms);
        let parts = images.iter().flat_map(PlatformImage::digests);
        let found = worse_than(most, self.reports(whole.into_iter().chain(parts)));
        if found.is_some() || self.reports(whole.into_iter()).next().is_some() {
            return found;
        }
        let is_unscanned = |image: &&PlatformImage| self.reports(image.digests()).next().is_none();
        let unscanned = images.iter().filter(is_unscanned);
        let unscanned: Vec<_> = unscanned.map(|image| image.manifest.clone()).collect();
        match (images.is_empty(), unscanned.is_empty()) {
            (true, _) => Some(Found::NoReport(vec![brought.source.clone()])),
            (false, true) => None,
            (false, false) => Some(Found::NoReport(unscanned)),
        }
    }
}

/// Returns the worst that was found, where it is worse than may be.
fn worse_than<'r>(most: Severity, reports: impl Iterator<Item = &'r ScanReport>) -> Option<Found> {
    let worst = reports.reduce(|worst, one| if one.worst > worst.worst { one } else { worst })?;
    let severity = worst.worst.filter(|severity| *severity > most)?;
    Some(Found::Vulnerable {
        worst: severity,
        count: worst.count,
        names: worst.names.clone(),
        report: Arc::clone(&worst.file),
    })
}

/// Returns which of the required platforms the files do not ask for.
fn not_asked(required: &[PlatformPattern], asked: &Platforms) -> Option<Found> {
    let Platforms::Only(asked) = asked else {
        return None;
    };
    let is_asked = |one: &&PlatformPattern| asked.iter().any(|asked| asked.covers(one));
    let missing: Vec<_> = required
        .iter()
        .filter(|one| !is_asked(one))
        .cloned()
        .collect();
    (!missing.is_empty()).then_some(Found::PlatformsNotAsked(missing))
}

/// Returns which of the required platforms a copy would not bring, where its manifests were read.
fn lacking(required: &[PlatformPattern], brought: &Brought<'_>) -> Option<Found> {
    let images = brought
        .contents
        .map_or(&[][..], |contents| &contents.platforms);
    let available: Vec<_> = images
        .iter()
        .filter_map(|image| image.platform.clone())
        .collect();
    let is_single = !images.is_empty() && available.is_empty();
    let lacks = |one: &&PlatformPattern| {
        let is_there = || available.iter().any(|platform| one.fits(platform));
        brought.skipped.contains(one) || !is_single && !images.is_empty() && !is_there()
    };
    let missing: Vec<_> = required.iter().filter(lacks).cloned().collect();
    if !missing.is_empty() {
        return Some(Found::PlatformsMissing { missing, available });
    }
    (is_single && required.len() > 1).then_some(Found::OnePlatform)
}
