//! What all ways of writing an image have in common.

use std::ops::Range;

use crate::config::walks::Field;
use crate::model::{ReferenceError, Text};

use super::asked::{Left, Outcome};
use super::edits::{Edit, Made};
use super::names::Verdict;
use super::wanted::Name;

/// The edits that give a place its name, and that name; perhaps not all is done that was asked for.
pub(super) struct Edited {
    pub(super) after: String,
    pub(super) edits: Vec<Edit>,
    pub(super) lacks: Option<Left>,
}

/// Makes one of a verdict on a text.
pub(super) fn judged(
    span: Range<usize>,
    pieces: Vec<Range<usize>>,
    before: String,
    verdict: Result<Verdict, Left>,
    edits: impl FnOnce(&Name) -> Result<Edited, Left>,
) -> Made {
    let mut lacks = None;
    let (outcome, edits) = match verdict.unwrap_or_else(Verdict::Left) {
        Verdict::Kept => (Outcome::Kept, vec![]),
        Verdict::Left(left) => (Outcome::Left(left), vec![]),
        Verdict::Becomes(name, unmade) => match edits(&name) {
            Ok(Edited {
                after,
                edits,
                lacks: unmade_here,
            }) => {
                lacks = unmade.or(unmade_here);
                let is_same = after == before;
                let changed = || Outcome::Changed(after);
                (if is_same { Outcome::Kept } else { changed() }, edits)
            }
            Err(left) => (Outcome::Left(left), vec![]),
        },
    };
    Made {
        span,
        pieces,
        before,
        outcome,
        lacks,
        edits,
    }
}

/// Says what to add for an image that no entry declares.
pub(super) fn with_entry(verdict: Verdict, text: &str) -> Verdict {
    match verdict {
        Verdict::Left(Left::NotDeclared { .. }) => Verdict::Left(Left::NotDeclared {
            add: Some(text.to_owned()),
        }),
        other => other,
    }
}

pub(super) fn no_image(why: &ReferenceError) -> Left {
    Left::NotAnImage {
        why: Text::of(|| why.to_string()),
    }
}

/// Writes a text so that it is read as a text, in YAML without quotes.
pub(super) fn quoted(text: &str, is_plain: bool) -> String {
    // What begins so is a list, or nothing that YAML knows.
    if is_plain && text.starts_with(['[', '@']) {
        return format!("\"{text}\"");
    }
    text.to_owned()
}

/// Writes a tag so that it is read as a text.
fn quoted_tag(tag: &str, is_plain: bool) -> String {
    let is_number = tag.starts_with(|c: char| c.is_ascii_digit())
        && tag
            .bytes()
            .all(|b| b.is_ascii_hexdigit() || b"._xo+-".contains(&b));
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let is_word = words.iter().any(|word| tag.eq_ignore_ascii_case(word));
    if is_plain && (is_number || is_word || tag.starts_with('@')) {
        return format!("\"{tag}\"");
    }
    tag.to_owned()
}

/// Puts a text into a field, if another stands there.
pub(super) fn put(field: &Field, new: &str, is_tag: bool) -> Option<Edit> {
    let write = if is_tag { quoted_tag } else { quoted };
    (field.text != new).then(|| Edit::of(field.span.clone(), write(new, field.is_plain)))
}

/// What a tag field says: the tag, and perhaps a digest behind it.
pub(super) fn tag_and_digest(text: &str) -> (Option<&str>, Option<&str>) {
    let (tag, digest) = match text.split_once('@') {
        Some((tag, digest)) => (tag, Some(digest)),
        None => (text, None),
    };
    ((!tag.is_empty()).then_some(tag), digest)
}
