//! What answers are about, beside what the core made.

use crate::config::{Diagnostic, Files};
use crate::consumers::{self, MirrorMap};
use crate::diff::{Diffs, ImageDiff};
use crate::lock::{Renewed, Unfit};
use crate::model::{Repository, Text};
use crate::plan::saved::Against;
use crate::plan::shards::ShardLoad;
use crate::plan::{Change, Cost, Desired, SameContent, SameContents, SavedPlan, TargetName};
use crate::rewrite::{Image, Outcome, Way};
use crate::selection::{Chosen, Refused, RuleAccount, Survey};

/// What is known about a plan beside itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Details<'a> {
    /// What differs inside the images that are updated, if someone asked for that.
    pub diffs: Option<&'a Diffs>,
    /// What it costs to carry it out, if that was counted.
    pub cost: Option<&'a Cost>,
    /// Which updates bring no other content, if someone looked.
    pub same_content: Option<&'a SameContents>,
    /// Of which part of the files it is; none where it is of all of them.
    pub part: Option<&'a PartOf>,
    /// What is to be done in each of its shards; none where it has none.
    pub shards: Option<&'a [ShardLoad]>,
}

/// A part of what the files declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartOf {
    /// What names the images.
    pub patterns: Vec<String>,
    /// How many declared images they do not name.
    pub left_out: usize,
}

impl Details<'_> {
    /// Returns how what the target holds is the same image, where it is.
    pub(super) fn same_content(&self, change: &Change) -> Option<SameContent> {
        self.same_content?.get(&change.target).copied()
    }
}

/// Why a command stopped.
#[derive(Debug, Clone, Copy)]
pub struct Failed<'a> {
    /// What happened.
    pub message: &'a Text,
    /// What to do about it, where that is known.
    pub hint: Option<&'a Text>,
    /// What there is to say about the files, where they are what is wrong.
    pub mistakes: Option<(&'a [Diagnostic], &'a Files)>,
}

/// What becomes of files by other names.
#[derive(Debug, Clone, Copy)]
pub struct Rewriting<'a> {
    /// The files, in the order in which they were named.
    pub files: &'a [RewrittenFile],
    /// Their texts.
    pub texts: &'a Files,
    /// What there is to say about them.
    pub diagnostics: &'a [Diagnostic],
    /// How many files could not be read as what they are.
    pub unread: usize,
    /// Which way names are changed.
    pub way: Way,
    /// Whether the files were written.
    pub written: bool,
}

/// A file with other names in it.
#[derive(Debug, Clone, PartialEq)]
pub struct RewrittenFile {
    /// Its name, as it was typed.
    pub name: String,
    /// Its text.
    pub before: String,
    /// Its text with other names in it.
    pub after: String,
    /// The images in it.
    pub images: Vec<Image>,
}

impl Rewriting<'_> {
    /// Returns each image that gets another name, with that.
    pub(super) fn changed(&self) -> impl Iterator<Item = (&Image, &str)> {
        self.images().filter_map(|image| match &image.outcome {
            Outcome::Changed(after) => Some((image, &**after)),
            Outcome::Kept | Outcome::Left(_) => None,
        })
    }

    /// Returns the images of all files.
    pub(super) fn images(&self) -> impl Iterator<Item = &Image> {
        self.files.iter().flat_map(|file| &file.images)
    }

    /// Returns how many files get other names.
    pub(super) fn changed_files(&self) -> usize {
        self.files.iter().filter(|file| file.is_changed()).count()
    }
}

impl RewrittenFile {
    /// Tells whether it gets other names.
    pub fn is_changed(&self) -> bool {
        self.before != self.after
    }
}

/// A saved plan that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The plan.
    pub plan: &'a SavedPlan,
    /// Why it would be refused now, as far as that is known without asking a registry.
    pub stale: &'a [Text],
    /// What it is held against, if someone asked for that.
    pub against: Option<ShownAgainst<'a>>,
}

/// The plan that another one is held against.
#[derive(Debug, Clone, Copy)]
pub struct ShownAgainst<'a> {
    /// The file's name.
    pub file: &'a str,
    /// In what they differ.
    pub differs: &'a Against<'a>,
}

/// An answer to `pusher diff`.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// The first reference, as it is fully written out.
    pub before: &'a str,
    /// The second reference, as it is fully written out.
    pub after: &'a str,
    /// What differs.
    pub diff: &'a ImageDiff,
}

/// What was made of the tags of a repository.
#[derive(Debug, Clone, Copy)]
pub struct Tagged<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// What was made of its tags.
    pub found: Found<'a>,
}

/// What was made of the tags of a repository.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// What there is.
    Survey(&'a Survey),
    /// What rules take and drop.
    Selected(&'a Result<Chosen, Refused>),
}

impl Tagged<'_> {
    /// Returns how many tags are listed.
    pub(super) fn listed(&self) -> usize {
        match self.found {
            Found::Survey(survey) => survey.listed,
            Found::Selected(Ok(Chosen { account, .. }) | Err(Refused { account, .. })) => {
                account.listed
            }
        }
    }

    /// Returns what each rule does.
    pub(super) fn rules(&self) -> &[RuleAccount] {
        match self.found {
            Found::Survey(_) => &[],
            Found::Selected(Ok(Chosen { account, .. }) | Err(Refused { account, .. })) => {
                &account.rules
            }
        }
    }
}

/// What became of a lock.
#[derive(Debug, Clone, Copy)]
pub struct Renewing<'a> {
    /// The next lock, and what became of each image.
    pub renewed: &'a Renewed,
    /// What the files declare.
    pub desired: &'a Desired,
    /// The lock file.
    pub file: &'a str,
}

/// A lock that is held against the files.
#[derive(Debug, Clone, Copy)]
pub struct Fitting<'a> {
    /// In what it does not fit them.
    pub unfit: &'a [(TargetName, Unfit)],
    /// What they declare.
    pub desired: &'a Desired,
    /// The lock file.
    pub file: &'a str,
}

/// What there is to say about the files.
#[derive(Debug, Clone, Copy)]
pub struct Checked<'a> {
    /// The diagnostics, in the order of the files.
    pub diagnostics: &'a [Diagnostic],
    /// The files, for the lines that are shown.
    pub files: &'a Files,
    /// How many images they declare.
    pub images: usize,
}

/// A mirror's names for those who pull from it.
#[derive(Debug, Clone, Copy)]
pub struct Mapped<'a> {
    /// The names.
    pub map: &'a MirrorMap,
    /// How each image stands there, in the same order, if someone looked.
    pub found: Option<&'a [consumers::Found]>,
}

impl<'a> Mapped<'a> {
    /// Returns how an image stands, by its number.
    pub(super) fn found(&self, number: usize) -> Option<&'a consumers::Found> {
        self.found?.get(number)
    }
}
