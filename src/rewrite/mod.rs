//! Files of those who use images, with the mirror's names in them, and back. Pure.
//!
//! Text goes in; out come edits of its bytes, and what is to be said. Not one byte outside of an image can be
//! another. Where images stand, [`crate::config::walks`] finds; what each is called, [`MirrorMap`] knows.
//!
//! | file | job |
//! | --- | --- |
//! | `asked` | what is asked for, and what comes of it |
//! | `names` | the name that goes in the place of another, or why none does |
//! | `wanted` | an image as it is written, in its parts |
//! | `shapes`, `tables`, `kustomized`, `fill` | the edits that put a name into a place, by how the place is written |
//! | `edits` | edits of a text, and those that would change another image as well |
//! | `findings` | what is to be said, in words |

mod asked;
mod edits;
mod fill;
mod findings;
mod kustomized;
mod names;
mod shapes;
mod tables;
mod wanted;

use std::collections::HashSet;
use std::sync::Arc;

use crate::config::walks::{Field, Spot, Walked, walk};
use crate::config::{Diagnostic, Place};
use crate::consumers::MirrorMap;
use crate::model::Reference;

use edits::{Made, apply, keep_apart};
use findings::Findings;
use names::Names;
use shapes::made;

pub use asked::{Image, Left, Outcome, Rewritten, Way, Wish};

/// Puts other names into a text.
///
/// # Errors
///
/// It is no file in which images can stand, or cannot be read.
#[expect(
    clippy::result_large_err,
    reason = "an error is made once for each file"
)]
pub fn rewrite(
    file: &str,
    whole: &str,
    map: &MirrorMap,
    wish: &Wish<'_>,
) -> Result<Rewritten, Diagnostic> {
    let text = whole.strip_prefix('\u{feff}').unwrap_or(whole);
    let walked = walk(file, text, wish.paths)?;
    let names = Names::of(map);
    let mut spots: Vec<&Spot> = walked.spots.iter().collect();
    spots.sort_by_key(|spot| spot.start());
    let mut each: Vec<Made> = spots
        .iter()
        .map(|spot| made(spot, &names, wish.way))
        .collect();
    each.dedup();
    keep_apart(&mut each, &walked.other_uses);
    let name: Arc<str> = file.into();
    let mut findings = Findings::of(Arc::clone(&name), text, wish);
    findings.tell(&each);
    tell_besides(&walked, &each, &names, wish.way, &mut findings);
    let edits = each.iter().flat_map(|made| made.edits.iter().cloned());
    let new = apply(text, edits.collect());
    let mark = &whole[..whole.len() - text.len()];
    let images = each.into_iter().map(|made| Image {
        place: Place {
            file: Arc::clone(&name),
            span: made.span,
        },
        before: made.before,
        outcome: made.outcome,
    });
    Ok(Rewritten {
        text: format!("{mark}{new}"),
        images: images.collect(),
        diagnostics: findings.told(),
    })
}

/// Says what there is to say of what is no image's place.
fn tell_besides(
    walked: &Walked,
    each: &[Made],
    names: &Names<'_>,
    way: Way,
    findings: &mut Findings<'_>,
) {
    if !walked.is_known {
        findings.no_images();
    }
    if let Some(mark) = &walked.open_document {
        findings.open_document(mark);
    }
    let changed = each
        .iter()
        .any(|made| matches!(made.outcome, Outcome::Changed(_)));
    if let Some(registry) = &walked.global_registry
        && changed
    {
        findings.global_registry(registry);
    }
    let taken: HashSet<usize> = each
        .iter()
        .flat_map(|made| made.pieces.iter().map(|piece| piece.start))
        .collect();
    let is_meant = |field: &&Field| {
        let image: Option<Reference> = field.text.parse().ok();
        !taken.contains(&field.span.start)
            && image.is_some_and(|image| names.is_changed(&image, way))
    };
    let mut elsewhere: Vec<_> = walked.elsewhere.iter().filter(is_meant).collect();
    elsewhere.sort_by_key(|field| field.span.start);
    elsewhere.dedup();
    for field in elsewhere {
        findings.elsewhere(field);
    }
}
