//! What is kept of all images of a run until its plan is carried out: with a limit, whatever the sources
//! hold. Lists of thousands of images stay far below it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::model::Excess;
use crate::plan::{Content, Contents, Expected, LeftOut, Observation, ObservedImage};

/// How many manifests and blobs are kept by name.
const NAMES: usize = 500_000;
/// How many bytes of indexes that were written anew are kept.
const MADE: usize = 64 * 1024 * 1024;
/// How many referrers are kept.
const REFERRERS: usize = 100_000;

/// How much is kept so far.
#[derive(Debug, Default)]
pub(super) struct MemoryBound {
    names: AtomicUsize,
    made: AtomicUsize,
    referrers: AtomicUsize,
}

impl MemoryBound {
    /// Counts what was made of an index, and what was left out of it.
    pub(super) fn made(&self, expected: &Expected) -> Result<(), Excess> {
        let bytes: usize = match &expected.content {
            Content::Rewritten(made) => made.iter().map(|made| made.bytes.len()).sum(),
            Content::Source => 0,
        };
        let left_out = expected.selection.left_out.iter().map(|left_out| {
            let text = left_out.refused_config().unwrap_or_default();
            size_of::<LeftOut>() + text.len()
        });
        if fits(&self.made, bytes + left_out.sum::<usize>(), MADE) {
            Ok(())
        } else {
            Err(Excess::Made)
        }
    }

    /// Counts what is attached to a manifest.
    pub(super) fn referrers(&self, count: usize) -> Result<(), Excess> {
        if fits(&self.referrers, count, REFERRERS) {
            Ok(())
        } else {
            Err(Excess::AllReferrers)
        }
    }

    /// Counts what an image consists of; where that is too much, only its size remains unknown.
    pub(super) fn contents(&self, image: &mut ObservedImage) {
        if let Observation::Present(source) = &mut image.source {
            self.contents_of(&mut source.contents);
        }
        for referrer in &mut image.referrers.found {
            if let Ok(contents) = &mut referrer.contents {
                self.contents_of(contents);
            }
        }
    }

    fn contents_of(&self, contents: &mut Option<Arc<Contents>>) {
        contents.take_if(|contents| {
            let names =
                contents.manifests().count() + contents.blobs.len() + contents.platforms.len();
            !fits(&self.names, names, NAMES)
        });
    }
}

/// Adds to what is counted, if that stays within the limit.
fn fits(counted: &AtomicUsize, more: usize, limit: usize) -> bool {
    let add = |counted: usize| counted.checked_add(more).filter(|sum| *sum <= limit);
    let added = counted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    added.is_ok()
}

#[cfg(test)]
mod tests {
    use crate::model::{Descriptor, Digest, RawManifest, media_type};

    use super::*;

    #[test]
    fn what_does_not_fit_is_not_counted() {
        let counted = AtomicUsize::default();
        assert!(fits(&counted, 6, 10));
        assert!(!fits(&counted, 5, 10) && !fits(&counted, usize::MAX, 10));
        assert!(fits(&counted, 4, 10));
        assert!(!fits(&counted, 1, 10) && fits(&counted, 0, 10));
    }

    fn digest() -> Digest {
        Digest::sha256(b"")
    }

    #[test]
    fn an_image_of_too_many_parts_is_one_of_unknown_size() {
        let memory_bound = MemoryBound::default();
        let is_kept = |names: usize| {
            let mut contents = Some(Arc::new(Contents {
                blobs: vec![(digest(), 1); names],
                ..Contents::default()
            }));
            memory_bound.contents_of(&mut contents);
            contents.is_some()
        };
        assert!(is_kept(NAMES - 1));
        assert!(!is_kept(2));
        assert!(is_kept(1));
    }

    #[test]
    fn what_is_made_and_what_is_attached_have_an_end() {
        let memory_bound = MemoryBound::default();
        let descriptor = Descriptor {
            media_type: media_type::OCI_INDEX.to_owned(),
            digest: digest(),
            size: 0,
        };
        let copied = Expected::unchanged(descriptor.clone());
        let made = |length: usize| Expected {
            content: Content::Rewritten(vec![RawManifest {
                descriptor: descriptor.clone(),
                bytes: vec![b' '; length].into(),
            }]),
            ..copied.clone()
        };
        let mut noted = copied.clone();
        noted.selection.left_out.push(LeftOut {
            digest: digest(),
            attestation: false,
            why: crate::plan::WhyLeftOut::ConfigRefused("x".repeat(MADE / 2)),
        });
        assert_eq!(memory_bound.made(&made(MADE / 2)), Ok(()));
        assert_eq!(memory_bound.made(&noted), Err(Excess::Made));
        assert_eq!(memory_bound.made(&made(MADE / 2)), Ok(()));
        assert_eq!(memory_bound.made(&made(1)), Err(Excess::Made));
        assert_eq!(memory_bound.made(&copied), Ok(()));

        assert_eq!(memory_bound.referrers(REFERRERS), Ok(()));
        assert_eq!(memory_bound.referrers(1), Err(Excess::AllReferrers));
    }
}
