//! The edits that put a name into a place, by how the place is written.

use std::ops::Range;

use crate::config::walks::{Closed, Piece, Shape, Spot, Written};
use crate::model::{Digest, Reference};

use super::asked::{Left, Outcome, Way};
use super::edits::{Edit, Made};
use super::fill::{Edited, judged, no_image, quoted, with_entry};
use super::kustomized;
use super::names::Names;
use super::tables;
use super::wanted::{Name, Parts, Wanted, joined};

/// Makes of an image what is asked for.
pub(super) fn made(spot: &Spot, names: &Names<'_>, way: Way) -> Made {
    match &spot.shape {
        Shape::Closed { text, span, why } => {
            let left = match why {
                Closed::Variable => Left::Variable,
                Closed::Late => Left::Late,
                Closed::Template => Left::Template,
                Closed::Escaped => Left::Escaped,
            };
            Made {
                span: span.clone(),
                pieces: vec![span.clone()],
                before: text.clone(),
                outcome: Outcome::Left(left),
                lacks: None,
                edits: vec![],
            }
        }
        Shape::Text(written) => text(written, spot, names, way),
        Shape::Table(table) => tables::made(table, spot, names, way),
        Shape::Kustomized(item) => kustomized::made(item, names, way),
    }
}

fn text(written: &Written, spot: &Spot, names: &Names<'_>, way: Way) -> Made {
    let Written { text, pieces } = written;
    let parts = Parts::of(text);
    let verdict = match text.parse::<Reference>() {
        Err(why) => Err(no_image(&why)),
        Ok(image) => {
            let wanted = Wanted {
                repository: image.repository().clone(),
                tag: parts.tag.clone().map(|tag| &text[tag]),
                digest: image.digest().cloned(),
                is_open: false,
                platform: spot.platform.as_ref(),
            };
            Ok(with_entry(names.judge(&wanted, way), text))
        }
    };
    let spans: Vec<_> = pieces.iter().map(|piece| piece.span.clone()).collect();
    let span = spans.first().cloned().unwrap_or_default();
    judged(span, spans, text.clone(), verdict, |name| {
        let digest = name.digest.as_ref().map(Digest::to_string);
        let after = |digest| joined(&name.repository(), name.tag.as_deref(), digest);
        if let [piece] = pieces.as_slice() {
            let after = after(digest.as_deref());
            let edits = replaced(piece, &(0..text.len()), text, &after);
            return Ok(Edited {
                after,
                edits: edits.into_iter().collect(),
                lacks: None,
            });
        }
        // Where the tag is a variable's, a digest would hold it fast.
        let (digest, lacks) = match &parts.digest {
            Some(_) => (digest, None),
            None => (None, digest.map(|_| Left::Unpinned)),
        };
        let after = after(digest.as_deref());
        match in_pieces(written, &parts, name, digest.as_deref()) {
            Some(edits) => Ok(Edited {
                after,
                edits,
                lacks,
            }),
            None => Err(Left::InParts { name: after }),
        }
    })
}

/// Changes what is put together of several pieces, where each part that changes is within one of them.
fn in_pieces(
    written: &Written,
    parts: &Parts,
    name: &Name,
    digest: Option<&str>,
) -> Option<Vec<Edit>> {
    let mut edits = vec![];
    let mut change = |at: &Range<usize>, new: &str| {
        let old = &written.text[at.clone()];
        if old == new {
            return Some(());
        }
        let is_in = |piece: &&Piece| piece.at.start <= at.start && at.end <= piece.at.end;
        let piece = written.pieces.iter().find(is_in)?;
        let within = at.start - piece.at.start..at.end - piece.at.start;
        edits.extend(replaced(piece, &within, old, new));
        Some(())
    };
    change(&parts.repository, &name.repository())?;
    for (at, new) in [(&parts.tag, name.tag.as_deref()), (&parts.digest, digest)] {
        match (at, new) {
            (Some(at), Some(new)) => change(at, new)?,
            (None, None) => {}
            _ => return None,
        }
    }
    Some(edits)
}

/// Puts other words into a piece.
fn replaced(piece: &Piece, within: &Range<usize>, old: &str, new: &str) -> Option<Edit> {
    if old == new {
        return None;
    }
    let start = piece.span.start;
    let is_first = within.start == 0;
    let span = start + within.start..start + within.end;
    Some(Edit::of(span, quoted(new, piece.is_plain && is_first)))
}
