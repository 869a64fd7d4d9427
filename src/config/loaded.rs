//! What the files declare, and everything there is to say about them.

use chrono::DateTime;

use crate::plan::policy::Rules;
use crate::plan::{Desired, Entry, Family, Target, TargetName};

use super::diagnostics::{Diagnostic, DiagnosticKind, Severity, sort};
use super::files::Files;
use super::settings::{PruneSettings, Registries};

/// What the files declare for one target.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ForTarget {
    /// Where the images go; none where that is missing or wrong.
    pub target: Option<Target>,
    /// The images, as far as they were understood.
    pub entries: Vec<Entry>,
    /// The repositories of which rules choose the tags.
    pub families: Vec<Family>,
    /// What is to be said of an image unless a lock settles its digest.
    unpinned: Vec<(TargetName, Diagnostic)>,
}

/// What the files declare, and everything there is to say about them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loaded {
    /// What goes where: once for each target, and once where none is named.
    pub targets: Vec<ForTarget>,
    /// How to talk to the registries.
    pub registries: Registries,
    /// Whether what is no longer declared is deleted.
    pub prune: PruneSettings,
    /// What may be mirrored.
    pub policy: Rules,
    /// Everything there is to say, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into.
    pub files: Files,
}

impl Loaded {
    /// Returns the desired set of each target, or the errors that stand in their way.
    ///
    /// What is about one image does not, such as a name that the target refuses: the plan shows that one as blocked.
    pub fn desired(&self) -> Result<Vec<Desired>, Vec<Diagnostic>> {
        let blocks = |diagnostic: &&Diagnostic| {
            diagnostic.severity == Severity::Error && !diagnostic.kind.is_of_one_image()
        };
        let blocking = self.diagnostics.iter().filter(blocks);
        let blocking: Vec<_> = blocking.cloned().collect();
        let each: Option<Vec<_>> = self
            .targets
            .iter()
            .map(|one| one.desired(&self.policy))
            .collect();
        match each {
            Some(desired) if blocking.is_empty() => Ok(desired),
            _ => Err(blocking),
        }
    }

    /// Returns how many images there are, each counted once, in however many targets it is wanted.
    pub fn images(&self) -> usize {
        let count = |one: &ForTarget| one.entries.len() + one.families.len();
        self.targets.iter().map(count).max().unwrap_or_default()
    }

    /// Returns the targets that could be understood.
    pub fn known_targets(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter_map(|one| one.target.as_ref())
    }

    /// Returns what `check` has to say: the mistakes in the files, whatever the environment.
    ///
    /// A variable that is not set here is a warning where a file asks for it, and nothing at all
    /// where none does: the files may well be right for where they are used.
    pub fn check(&self) -> Vec<Diagnostic> {
        let told = |diagnostic: &Diagnostic| match (diagnostic.kind, &diagnostic.place) {
            (DiagnosticKind::Environment, None) => None,
            (DiagnosticKind::Environment, Some(_)) => Some(Diagnostic {
                severity: Severity::Warning,
                ..diagnostic.clone()
            }),
            _ => Some(diagnostic.clone()),
        };
        self.diagnostics.iter().filter_map(told).collect()
    }

    /// Returns the same, with what is to be said of images whose digest nothing settles: `is_settled` tells it of an image
    /// in the target of this number.
    pub fn check_with(&self, is_settled: impl Fn(usize, &TargetName) -> bool) -> Vec<Diagnostic> {
        let mut told = self.check();
        for (number, target) in self.targets.iter().enumerate() {
            if target.target.is_none() {
                // Which lock is its own is not known.
                continue;
            }
            let unpinned = target.unpinned.iter();
            let open = unpinned.filter(|(name, _)| !is_settled(number, name));
            told.extend(open.map(|(_, diagnostic)| diagnostic.clone()));
        }
        sort(&mut told, &self.files);
        told.dedup();
        told
    }

    /// Tells whether anything is to be said of images whose digest nothing settles.
    pub fn has_unpinned(&self) -> bool {
        self.targets
            .iter()
            .any(|target| !target.unpinned.is_empty())
    }
}

impl ForTarget {
    /// Begins with no images.
    pub(super) fn to(target: Option<Target>, unpinned: Vec<(TargetName, Diagnostic)>) -> Self {
        Self {
            target,
            unpinned,
            ..Self::default()
        }
    }

    /// Returns the desired set, where it is known where the images go.
    pub fn desired(&self, policy: &Rules) -> Option<Desired> {
        let desired = Desired {
            target: self.target.clone()?,
            entries: self.entries.clone(),
            families: self.families.clone(),
            lock: None,
            now: DateTime::UNIX_EPOCH,
            policy: policy.clone(),
        };
        Some(desired.in_its_time())
    }
}
