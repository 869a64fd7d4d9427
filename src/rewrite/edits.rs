//! Edits of a text, and those that would change another image as well.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use super::asked::{Left, Outcome};

/// Other bytes in the place of some.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: String,
}

impl Edit {
    pub(super) fn of(span: Range<usize>, text: String) -> Self {
        Self {
            start: span.start,
            end: span.end,
            text,
        }
    }
}

/// What is made of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    /// Where it is told.
    pub(super) span: Range<usize>,
    /// All that it is made of.
    pub(super) pieces: Vec<Range<usize>>,
    /// As it is written.
    pub(super) before: String,
    pub(super) outcome: Outcome,
    /// What was not done, though it got another name.
    pub(super) lacks: Option<Left>,
    pub(super) edits: Vec<Edit>,
}

/// Takes back each edit of words that another image is made of as well, if that wants others there, and of words that
/// have another use.
pub(super) fn keep_apart(each: &mut [Made], other_uses: &[Range<usize>]) {
    let used: HashSet<usize> = other_uses.iter().map(|words| words.start).collect();
    let mut by_piece: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, made) in each.iter().enumerate() {
        for piece in &made.pieces {
            by_piece.entry(piece.start).or_default().push(number);
        }
    }
    by_piece.retain(|start, numbers| numbers.len() > 1 || used.contains(start));
    loop {
        let mut torn: BTreeSet<usize> = BTreeSet::new();
        for (start, numbers) in &by_piece {
            let edits = |number: &usize| {
                let made = &each[*number];
                let piece = made.pieces.iter().find(|piece| piece.start == *start);
                let end = piece.map_or(*start, |piece| piece.end);
                let within = |edit: &&Edit| edit.start >= *start && edit.end <= end;
                made.edits
                    .iter()
                    .filter(within)
                    .cloned()
                    .collect::<Vec<_>>()
            };
            // What has another use is to stay.
            let stays = used.contains(start).then(Vec::new);
            let first = stays.or_else(|| numbers.first().map(edits));
            if numbers.iter().any(|number| Some(edits(number)) != first) {
                let made = numbers.iter().copied();
                torn.extend(made.filter(|number| !each[*number].edits.is_empty()));
            }
        }
        if torn.is_empty() {
            return;
        }
        for number in torn {
            let made = &mut each[number];
            made.edits.clear();
            if let Outcome::Changed(name) = &made.outcome {
                made.outcome = Outcome::Left(Left::Shared { name: name.clone() });
            }
        }
    }
}

/// Makes the edits; of two that overlap, the first.
pub(super) fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort();
    edits.dedup();
    let mut new = String::with_capacity(text.len() + edits.len() * 32);
    let mut at = 0;
    for Edit {
        start,
        end,
        text: other,
    } in edits
    {
        if start < at {
            continue;
        }
        new.push_str(text.get(at..start).unwrap_or_default());
        new.push_str(&other);
        at = end;
    }
    new.push_str(text.get(at..).unwrap_or_default());
    new
}
