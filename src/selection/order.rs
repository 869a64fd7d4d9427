//! The order of tags.

use std::cmp::Ordering;

use super::anatomy::Anatomy;

/// Compares two texts as people do: runs of digits by their numbers, all else by its characters.
pub(super) fn natural(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left, right);
    while !left.is_empty() && !right.is_empty() {
        let ((run, rest), (other, other_rest)) = (run(left), run(right));
        let is_number = |run: &str| run.starts_with(|c: char| c.is_ascii_digit());
        let order = if is_number(run) && is_number(other) {
            let (run, other) = (run.trim_start_matches('0'), other.trim_start_matches('0'));
            run.len().cmp(&other.len()).then_with(|| run.cmp(other))
        } else {
            run.cmp(other)
        };
        if order.is_ne() {
            return order;
        }
        (left, right) = (rest, other_rest);
    }
    left.len().cmp(&right.len())
}

/// Splits a text behind its first run: of digits, or of other characters.
fn run(text: &str) -> (&str, &str) {
    let is_digit = |c: char| c.is_ascii_digit();
    let begins = text.starts_with(is_digit);
    let end = text.find(|c| is_digit(c) != begins);
    text.split_at(end.unwrap_or(text.len()))
}

/// A text that tags are ordered by: the tag, or what a pattern finds in it.
#[derive(Debug, Clone)]
pub(super) struct Key<'t> {
    pub(super) text: &'t str,
    pub(super) anatomy: Option<Anatomy<'t>>,
}

impl<'t> Key<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let anatomy = Anatomy::of(text);
        Self { text, anatomy }
    }

    /// Compares two by their versions; a version is over what is none. Equal ones may be spelt differently.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        self.compare_versions(other)
            .then_with(|| natural(self.variant(), other.variant()))
    }

    fn compare_versions(&self, other: &Self) -> Ordering {
        match (&self.anatomy, &other.anatomy) {
            (Some(version), Some(other)) => version.compare(other),
            (None, None) => natural(self.text, other.text),
            (version, other) => version.is_some().cmp(&other.is_some()),
        }
    }

    fn variant(&self) -> &'t str {
        self.anatomy.as_ref().map_or("", |anatomy| anatomy.variant)
    }

    /// Orders all tags there are: the newest first, and the variants of a version side by side.
    pub(super) fn newest_first(&self, other: &Self) -> Ordering {
        let parts = |key: &Self| key.anatomy.as_ref().map(|anatomy| anatomy.numbers.len());
        other
            .compare_versions(self)
            .then_with(|| natural(self.variant(), other.variant()))
            .then_with(|| parts(other).cmp(&parts(self)))
            .then_with(|| natural(other.text, self.text))
            .then_with(|| self.text.cmp(other.text))
    }
}
