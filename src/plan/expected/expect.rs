//! What the target must hold, or what must be read to know it.

use crate::model::{Descriptor, media_type};

use super::index::expect_index;
use super::reader::{Known, Need, Reader};
use super::refused::not_a_manifest;
use super::single::expect_single;
use super::types::{Ask, CannotMirror, Expected};

/// The version of the choice: raised whenever the same source and the same ask may give another
/// answer than before, so that nothing remembered outlives the rules that it came from.
pub const SELECTION_VERSION: u32 = 1;

/// The state of the question what a target must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// These must be read first; never empty.
    Needs(Vec<Need>),
    /// The answer.
    Known(Result<Expected, CannotMirror>),
}

/// Says what the target must hold for the source `source`, or what must be read to know it.
///
/// Asks for as little as decides: nothing at all for what is copied as it is.
pub fn expect(source: &Descriptor, ask: &Ask<'_>, known: &Known) -> Resolution {
    let mut reader = Reader::new(known);
    let answer = if media_type::is_index(&source.media_type) {
        expect_index(source, ask, &mut reader)
    } else if media_type::is_manifest(&source.media_type) {
        expect_single(source, ask, &mut reader)
    } else {
        Err(not_a_manifest(&source.media_type))
    };
    if reader.is_waiting() {
        Resolution::Needs(reader.into_needs())
    } else {
        Resolution::Known(answer)
    }
}
